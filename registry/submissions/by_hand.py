"""One person by hand: a one-row increment, judged by the rules of every roster.

For somebody who is a member already the document number is read here, in the vault, and never
leaves the server.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.codes import code_list
from registry.db import bulk_insert, table_of, transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.members.match import Match
from registry.members.models import Member
from registry.members.queries import particulars_by_key
from registry.members.restricting import demand_none
from registry.roster.check import Checker
from registry.roster.columns import COLUMN
from registry.roster.labels import labels_of
from registry.submissions.drafts import by_hand_columns, open_draft, recount, same_file
from registry.submissions.intake import match_chunk
from registry.submissions.known import cells_of, live_members
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.sealed_rows import SealedRow
from registry.submissions.states import Kind, State
from registry.submissions.storing import (
    COLUMN_NAMES,
    PASSING,
    Ref,
    StoredFinding,
    StoredRows,
    batch_of,
    decode_findings,
    store,
)
from registry.trail.operations import hold, record
from registry.unions import queries as union_queries
from registry.unions.queries import Union
from registry.vault.vault import vault

VALUE_LENGTH = 500
FILE_NAME = "手工录入"
_FORM = b"form"  # the domain of the keyed hash that knows a form's content again
_ROW = 1
# What a number says of its holder.
FROM_NUMBER = ("sex", "born_on")
_MEMBERSHIP = ("change", "changed_on", "change_reason")
_ALL = ("full_name", "document_kind", *_MEMBERSHIP)


class Change(NamedTuple):
    """A field that the row would change in the register, as labels."""

    label: str
    before: str
    after: str


class Judged(NamedTuple):
    """What the rules and the register say of one person. `labels` are the values by field as they
    would be stored, without document number and mobile."""

    findings: list[StoredFinding]
    match: Match | None
    changes: list[Change]
    labels: dict[str, str]

    @property
    def has_error(self) -> bool:
        """Whether anything must be corrected first."""
        return any(one.severity == "error" for one in self.findings)


def judge_by_hand(
    union_code: str, values: Mapping[str, str], *, actor: Actor, member_id: int | None = None
) -> Judged:
    """Return what would be said of this person; stores nothing but the asking, on the trail.

    `values` maps roster fields to what was typed. With `member_id` they overlay what is known of
    that live member of the union. Raises `NotFound`, `InputRefused`.
    """
    with transaction() as session:
        union, raw = _given(session, union_code, values, actor, member_id)
        stored = _judged(session, Ref(union.county, 0, union.code), raw)
        row = _first(stored)
        _record(session, "draft.judge", actor, union, row, member_id)
        return Judged(
            findings=decode_findings(row["findings"]),
            match=row["match"],
            changes=_changes(session, union, row),
            labels=_labels(row),
        )


def enter_by_hand(
    union_code: str, values: Mapping[str, str], *, actor: Actor, member_id: int | None = None
) -> int:
    """Write one person as a draft and return its number; arguments as for `judge_by_hand`.

    The same content again is the same draft or submission as long as that is under way.
    """
    with transaction() as session:
        union, raw = _given(session, union_code, values, actor, member_id)
        hold(session, union.county)  # before any sequence: see `submissions.locking`
        union_queries.demand_formed(session, union.code)
        content = vault().keyed_hash(_FORM, msgspec.json.encode(sorted(raw.items())).decode())
        known = same_file(session, union, Kind.INCREMENT, content.hex())
        if known is not None and known.state != State.CLOSED:
            return known.id
        if known is not None:
            known.is_current = False
            session.flush()
        number = open_draft(
            session,
            union,
            Kind.INCREMENT,
            account_id=actor.account_id,
            source="FORM",
            file_name=FILE_NAME,
        )
        ref = Ref(union.county, number, union.code)
        stored = _judged(session, ref, raw)
        columns = [stored.columns[name] for name in COLUMN_NAMES]
        bulk_insert(session, table_of(SubmissionRow), COLUMN_NAMES, columns)
        _finish(session, ref, content.hex())
        _record(session, "draft.by_hand", actor, union, _first(stored), member_id, number)
    return number


def judge_identity(
    session: Session, union: Union, member_id: int, values: Mapping[str, str]
) -> tuple[dict[str, Any], list[StoredFinding]]:
    """Return the row that a live member would be with another name or number (`values`: full_name,
    document_kind, document_number), and what the rules say of it.

    Sex and birth date are left to the new number where that says them. Raises `NotFound`.
    """
    raw = _known(session, union, member_id) | {name: text for name, text in values.items() if text}
    row, findings = _row_of(session, union, raw, without=FROM_NUMBER)
    if any(one.field in FROM_NUMBER and one.severity == "error" for one in findings):
        return _row_of(session, union, raw)
    return row, findings


def _row_of(
    session: Session, union: Union, raw: Mapping[str, str], without: Collection[str] = ()
) -> tuple[dict[str, Any], list[StoredFinding]]:
    cells = {name: text for name, text in raw.items() if name not in without}
    row = _first(_judged(session, Ref(union.county, 0, union.code), cells))
    return row, decode_findings(row["findings"])


def _given(
    session: Session,
    union_code: str,
    values: Mapping[str, str],
    actor: Actor,
    member_id: int | None,
) -> tuple[Union, dict[str, str]]:
    """Return the union and the row's cells, after all that can be refused was looked at."""
    typed = {field: text.strip() for field, text in values.items() if text and text.strip()}
    if any(field not in COLUMN or len(text) > VALUE_LENGTH for field, text in typed.items()):
        raise InputRefused("edit.unknown_field", "表单内容有误，请刷新页面后重试。")
    union = union_queries.find(session, union_code)
    demand(actor, Permission.WORK_ROSTER, union.path)
    if not union.is_grassroots:
        raise StateRefused("union.no_members", "只有基层工会有会员，请到基层工会中办理。")
    if member_id is None:
        if not typed:
            raise InputRefused("form.empty", "表单是空的，请至少填写姓名和证件号码。")
        return union, typed
    if {"full_name", "document_kind", "document_number"} & typed.keys():
        raise InputRefused("edit.unknown_field", "表单内容有误，请刷新页面后重试。")
    if typed.keys() - set(_MEMBERSHIP):
        member = session.get(Member, (union.county, member_id))
        demand_none([member], "解除限制以后才能变更")
    return union, _known(session, union, member_id) | typed


def _known(session: Session, union: Union, member_id: int) -> dict[str, str]:
    """Return what is known of a live member as the cells of a roster row, the number in full."""
    found = session.execute(live_members(union.county, union.code, [member_id])).one_or_none()
    if found is None:
        raise NotFound("member.unknown", "本会没有这位在册会员，可能已经离会，请刷新页面。")
    return cells_of(vault(), found)


def _judged(session: Session, ref: Ref, raw: Mapping[str, str]) -> StoredRows:
    columns = by_hand_columns()
    sheet = batch_of({_ROW: SealedRow(dict(raw))})
    stored = store(vault(), ref, sheet, Checker(columns, today(), {}).judge(sheet))
    match_chunk(session, ref, stored, columns)
    return stored


def _first(stored: StoredRows) -> dict[str, Any]:
    return {name: values[0] for name, values in stored.columns.items()}


def _labels(row: Mapping[str, Any]) -> dict[str, str]:
    clean = {field: row[field] for field in _ALL if row[field]}
    return labels_of(clean | msgspec.json.decode(row["clean"], type=dict[str, str]))


def _changes(session: Session, union: Union, row: Mapping[str, Any]) -> list[Change]:
    if row["match"] is not Match.CHANGED:
        return []
    known = particulars_by_key(session, union.county, [row["person_key"]])
    before, after = labels_of(known[row["person_key"]][1]), _labels(row)
    changes = []
    for field in msgspec.json.decode(row["changed_fields"] or "[]", type=list[str]):
        if field == "mobile":
            changes.append(Change(COLUMN[field].label, "（原号码）", "（新号码）"))
        elif field == "membership_state":
            changes.append(Change("会籍状态", "保留会籍", "在会"))
        elif field not in PASSING:
            change = Change(COLUMN[field].label, before.get(field, "（空）"), after[field])
            changes.append(change)
    return changes


def _finish(session: Session, ref: Ref, content: str) -> None:
    session.execute(
        update(Submission)
        .where(Submission.county == ref.county, Submission.id == ref.submission_id)
        .values(
            is_read=True,
            total_count=1,
            columns=msgspec.json.encode(by_hand_columns()).decode(),
            format="form",
            file_sha256=content,
        )
    )
    recount(session, ref)


def _record(
    session: Session,
    action: str,
    actor: Actor,
    union: Union,
    row: Mapping[str, Any],
    member_id: int | None,
    submission_id: int | None = None,
) -> None:
    detail: dict[str, Any] = {"reason": code_list("membership_change").label(row["change"])}
    if row["person_key"] is not None:
        detail["person"] = row["person_key"].hex()
    if member_id is not None:
        detail["member"] = member_id
    if submission_id is not None:
        detail["submission"] = submission_id
    record(session, action, actor=actor, place=union.code, detail=detail)
