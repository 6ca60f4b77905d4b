"""Saying why members are not in a roster: one by one, for several, or for all the rest at once.

What is said becomes rows of a draft beside the roster; see `absences`. A full number is read in
the vault for the row's sealed part and never leaves the server.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import today
from registry.codes import code_list
from registry.db import bulk_insert, table_of, transaction
from registry.errors import InputRefused, StateRefused
from registry.members.models import MembershipState
from registry.roster.check import Checker
from registry.roster.columns import COLUMN
from registry.roster.findings import Finding
from registry.submissions import absences
from registry.submissions.absences import ABSENCE, Reason, is_asked
from registry.submissions.drafts import by_hand_columns, open_draft, recount
from registry.submissions.intake import match_chunk
from registry.submissions.known import cells_of, live_members
from registry.submissions.locking import locked
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView, view_of
from registry.submissions.sealed_rows import SealedRow
from registry.submissions.states import Kind, State
from registry.submissions.storing import (
    COLUMN_NAMES,
    Ref,
    StoredRows,
    batch_of,
    encode_findings,
    seal_row,
    to_stored,
    worst_of,
)
from registry.submissions.weighing import reweigh
from registry.trail.operations import record
from registry.unions import queries as union_queries
from registry.unions.queries import Union
from registry.vault.vault import vault

FILE_NAME = "不在名册中的会员"
_LONGEST_DATE = 40
_NAMED_ON_TRAIL = 200
_AT_ONCE = 500


class Said(NamedTuple):
    """Why a member is missing and since when, as typed: a day, a month, or nothing.

    Without a reason what had been said is taken back.
    """

    reason: Reason | None
    on: str = ""


def account_for(submission_id: int, said: Mapping[int, Said], *, actor: Actor) -> int:
    """Write what the clerk says of missing members, by member; returns of how many.

    Raises `StateRefused` when one of them is not missing (any more) or the roster is no draft,
    `InputRefused` for an impossible date; then nothing is written.
    """
    if not said:
        raise InputRefused("absence.nobody", "请先勾选会员，再选择去向。")
    with transaction() as session:
        roster, union = _draft(session, submission_id, actor)
        missing = _missing(session, roster, list(said))
        if len(missing) < len(said):
            raise StateRefused(
                "absence.not_missing",
                "其中有人已经在名册里，或会籍有了变化，不用再说明；这次没有保存，请看最新情况再办。",
            )
        return _write(session, roster, union, [(one, said[one.id]) for one in missing], actor)


def account_for_rest(submission_id: int, said: Said, *, actor: Actor) -> int:
    """Say the same of all missing members of whom nothing was said yet; returns of how many."""
    if said.reason is None:
        raise InputRefused("absence.reason", "请先选择去向。")
    with transaction() as session:
        roster, union = _draft(session, submission_id, actor)
        known = absences.linked(session, roster)
        answered = set(_keys(session, known)) if known else set()
        rest = [one for one in _missing(session, roster) if one.person_key not in answered]
        return _write(session, roster, union, [(one, said) for one in rest], actor)


def linked(session: Session, found: Submission) -> Submission | None:
    """Return the submission beside a roster, to be changed in the caller's transaction."""
    known = absences.linked(session, view_of(found))
    return session.get(Submission, (found.county, known.id)) if known else None


def close(session: Session, found: Submission, *, demand_all: bool) -> Submission | None:
    """Bring what was said to the roster as it is sent; return the draft that goes with it, if any.

    Whom the roster contains by now, or of whom it asks no more, is dropped. With `demand_all`
    raises `StateRefused` (absence.open) when nothing was said of somebody.
    """
    if not Kind(found.kind).lists_everybody:
        return None
    roster = view_of(found)
    now = absences.account(session, roster)
    if demand_all and now.open:
        raise StateRefused(
            "absence.open",
            f"名册里没有的会员还有 {now.open:,} 人没有说明去向。请逐人说明，"
            f"或者用“{now.rest_words}”一次说明。",
        )
    found.missing_count = now.total + now.kept
    absent = linked(session, found)
    if absent is None or absent.state != State.DRAFT:
        return None
    _drop(session, view_of(absent), _missing(session, roster))
    if _recounted(session, view_of(absent)):
        session.refresh(absent)
        return absent
    absent.state, absent.is_current = State.WITHDRAWN, False
    return None


def _draft(session: Session, submission_id: int, actor: Actor) -> tuple[SubmissionView, Union]:
    roster = view_of(locked(session, submission_id, actor, Permission.WORK_ROSTER))
    if not roster.kind.lists_everybody:
        raise StateRefused("absence.increment", "增量名册没有列出的会员不受影响，不用说明去向。")
    if roster.state is not State.DRAFT:
        raise StateRefused("submission.state", f"这份名册{roster.state.label}，不能再说明去向。")
    if not roster.is_read:
        raise StateRefused("draft.reading", "名册还在读取和校验，请等进度完成后再办。")
    return roster, union_queries.find(session, roster.union_code)


def _missing(
    session: Session, roster: SubmissionView, members: Sequence[int] | None = None
) -> list[Any]:
    query = live_members(roster.county, roster.union_code, members).where(*is_asked(roster))
    chosen = None if members is None else set(members)
    return [one for one in session.execute(query) if chosen is None or one.id in chosen]


def _write(
    session: Session,
    roster: SubmissionView,
    union: Union,
    said: Sequence[tuple[Any, Said]],
    actor: Actor,
) -> int:
    if not said:
        return 0
    draft = _opened(session, roster, union, actor)
    numbers = _keys(session, draft)
    _drop_keys(session, draft, {one.person_key for one, _ in said} & numbers.keys())
    given = [
        (one, answer, answer.reason.of(is_retained=one.state == MembershipState.RETAINED))
        for one, answer in said
        if answer.reason is not None
    ]
    free = max(numbers.values(), default=0)
    rows = []
    for one, answer, reason in given:
        if one.person_key not in numbers:
            free += 1
        rows.append((numbers.get(one.person_key, free), one, answer.on.strip(), reason))
    if rows:
        stored = _stored(Ref(union.county, draft.id, union.code), rows)
        match_chunk(session, Ref(union.county, draft.id, union.code), stored, by_hand_columns())
        columns = [stored.columns[name] for name in COLUMN_NAMES]
        bulk_insert(session, table_of(SubmissionRow), COLUMN_NAMES, columns)
    _recounted(session, draft)
    # What the roster does to its union follows from who leaves.
    reweigh(session, Ref(union.county, roster.id, union.code))
    _record(session, roster, draft, said, actor)
    return len(said)


def _stored(ref: Ref, rows: Sequence[tuple[int, Any, str, Reason]]) -> StoredRows:
    """Return rows as the register knows the members, with the change that is asked for.

    Only the date is judged: what is known of them was approved before and is not asked again.
    """
    keeper = vault()
    contents = {
        number: cells_of(keeper, one) | _change_cells(on, reason)
        for number, one, on, reason in rows
    }
    dates, findings = _dates(contents)
    lines = []
    for number, one, _, reason in rows:
        found = findings.get(number, [])
        lines.append(
            {
                "county": ref.county,
                "submission_id": ref.submission_id,
                "row": number,
                "state": "DRAFT",
                "worst": worst_of(found),
                "match": None,
                "change": reason.change,
                "changed_on": dates[number],
                "change_reason": reason.change_reason,
                "person_key": one.person_key,
                "full_name": one.full_name,
                "document_kind": one.document_kind,
                "document_sealed": one.document_sealed,
                "mobile_sealed": one.mobile_sealed,
                "mobile_key": one.mobile_key,
                "clean": one.particulars,
                "filled": one.filled,
                "findings": encode_findings([to_stored(finding) for finding in found]),
                "sealed": seal_row(keeper, ref, number, SealedRow(dict(contents[number]))),
                "changed_fields": None,
                "version": 1,
            }
        )
    return StoredRows({name: [line[name] for line in lines] for name in COLUMN_NAMES})


def _change_cells(on: str, reason: Reason) -> dict[str, str]:
    cells = {"change": code_list("membership_change").label(reason.change)}
    if reason.change_reason is not None:
        cells["change_reason"] = code_list("membership_change_reason").label(reason.change_reason)
    if on and reason.has_happened:
        if len(on) > _LONGEST_DATE:
            raise InputRefused("date.unreadable", "日期请写成 2026-09-01 或 2026-09 的样子。")
        cells["changed_on"] = on
    return cells


def _dates(
    contents: Mapping[int, Mapping[str, str]],
) -> tuple[dict[int, str | None], dict[int, list[Finding]]]:
    """Read and judge the dates of change by the rules of every roster."""
    sheet = batch_of({number: SealedRow(dict(cells)) for number, cells in contents.items()})
    checked = Checker(by_hand_columns(), today(), {}).judge(sheet)
    said: dict[int, list[Finding]] = {}
    for finding in checked.findings:
        if finding.field == "changed_on":
            if finding.severity == "error":
                # Called as the column is called where it was typed.
                words = finding.message.replace(f"“{COLUMN['changed_on'].label}”", "日期")
                raise InputRefused(finding.code, words)
            said.setdefault(finding.row, []).append(finding)
    return dict(zip(checked.rows, checked.clean["changed_on"], strict=True)), said


def _opened(session: Session, roster: SubmissionView, union: Union, actor: Actor) -> SubmissionView:
    known = absences.linked(session, roster)
    if known is not None:
        return known
    number = open_draft(
        session,
        union,
        Kind.INCREMENT,
        account_id=actor.account_id,
        source=ABSENCE,
        file_name=f"{FILE_NAME}（{roster.file_name}）"[:255],
    )
    session.execute(
        update(Submission)
        .where(Submission.county == union.county, Submission.id == number)
        .values(
            parent_id=roster.id,
            is_read=True,
            format="form",
            columns=msgspec.json.encode(by_hand_columns()).decode(),
        )
    )
    return view_of(session.get_one(Submission, (union.county, number), populate_existing=True))


def _keys(session: Session, draft: SubmissionView) -> dict[bytes, int]:
    query = select(SubmissionRow.person_key, SubmissionRow.row).where(
        SubmissionRow.county == draft.county, SubmissionRow.submission_id == draft.id
    )
    return {key: row for key, row in session.execute(query) if key is not None}


def _drop(session: Session, draft: SubmissionView, missing: Iterable[Any]) -> None:
    present = {one.person_key for one in missing}
    _drop_keys(session, draft, [key for key in _keys(session, draft) if key not in present])


def _drop_keys(session: Session, draft: SubmissionView, keys: Iterable[bytes]) -> None:
    listed = list(keys)
    for start in range(0, len(listed), _AT_ONCE):
        session.execute(
            delete(SubmissionRow).where(
                SubmissionRow.county == draft.county,
                SubmissionRow.submission_id == draft.id,
                SubmissionRow.person_key.in_(listed[start : start + _AT_ONCE]),
            ),
            execution_options={"synchronize_session": False},
        )


def _recounted(session: Session, draft: SubmissionView) -> int:
    """Count the draft's rows again and return how many there are."""
    total = session.scalar(
        select(func.count())
        .select_from(SubmissionRow)
        .where(SubmissionRow.county == draft.county, SubmissionRow.submission_id == draft.id)
    )
    session.execute(
        update(Submission)
        .where(Submission.county == draft.county, Submission.id == draft.id)
        .values(total_count=total or 0, version=Submission.version + 1)
    )
    recount(session, Ref(draft.county, draft.id, draft.union_code))
    return total or 0


def _record(
    session: Session,
    roster: SubmissionView,
    draft: SubmissionView,
    said: Sequence[tuple[Any, Said]],
    actor: Actor,
) -> None:
    reasons: dict[str, int] = {}
    for _, answer in said:
        reason = answer.reason.value if answer.reason else "TAKEN_BACK"
        reasons[reason] = reasons.get(reason, 0) + 1
    detail = {
        "submission": roster.id,
        "absences": draft.id,
        "rows": len(said),
        "reasons": reasons,
        "members": [one.id for one, _ in said][:_NAMED_ON_TRAIL],
    }
    record(session, "draft.account", actor=actor, place=roster.union_code, detail=detail)
