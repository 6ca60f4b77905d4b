"""Correcting a draft in the page: cells, one value standing in many rows, rows left out.

Each correction is judged at once by the same rules as the file, with the rows around it that it
touches, and remembered so that it can be undone (`undoing`). `place` is what the clerk was looking
at: the draft opens there when the clerk comes back.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.db import transaction
from registry.errors import InputRefused, StateRefused
from registry.identity import mask
from registry.identity.mask import Sight
from registry.identity.written import blinded
from registry.members.restricting import RULE, names_restricted
from registry.roster.columns import COLUMN
from registry.roster.sheet import Cell
from registry.submissions import answering, queries
from registry.submissions.checking import DUPLICATE, twins
from registry.submissions.judging import chosen_member
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.regrouping import ref_of
from registry.submissions.rejudging import AT_ONCE, draft_of, record_on, rejudge, set_state
from registry.submissions.row_views import RowView
from registry.submissions.sealed_rows import SealedRow
from registry.submissions.states import RowState
from registry.submissions.storing import open_row
from registry.submissions.undoing import Kept, remember
from registry.vault.vault import vault

MOST_OPENED = 200
VALUE_LENGTH = 500
_TOLD = 24  # characters of a value in the words for a step
_FIELDS_TOLD = 3


class Corrected(NamedTuple):
    """What a correction changed: rows judged again, and rows whose findings changed with them."""

    rows: list[int]
    touched: list[int]


def open_for_correction(
    submission_id: int,
    rows: Collection[int],
    actor: Actor,
    *,
    recorded: Collection[int] = (),
) -> dict[int, SealedRow]:
    """Open rows of a draft in full for the clerk who corrects them: one entry of the trail.

    `recorded` are rows that the act just before has named on the trail already: for these alone
    no entry is written. Rows that the draft does not have, or of who is restricted, are left out.
    """
    if len(rows) > MOST_OPENED:
        raise InputRefused("open.too_many", "一次最多打开 200 行，请分页查看。")
    with transaction() as session:
        submission = draft_of(session, submission_id, actor)
        sealed = session.execute(
            select(SubmissionRow.row, SubmissionRow.sealed, SubmissionRow.person_key)
            .where(
                SubmissionRow.county == submission.county,
                SubmissionRow.submission_id == submission.id,
                SubmissionRow.row.in_(rows),
                ~names_restricted(SubmissionRow.county, SubmissionRow.person_key),
            )
            .order_by(SubmissionRow.row)
        ).all()
        unnamed = [one for one in sealed if one.row not in recorded]
        if unnamed:
            persons = [one.person_key.hex() for one in unnamed if one.person_key]
            opened = [one.row for one in unnamed]
            record_on(session, submission, actor, "draft.open", opened=opened, persons=persons)
    keeper, ref = vault(), ref_of(submission)
    return {row: open_row(keeper, ref, row, value) for row, value, _ in sealed}


def edit_row(
    submission_id: int,
    row: int,
    values: Mapping[str, str],
    *,
    actor: Actor,
    version: int | None = None,
    place: str = "",
) -> Corrected:
    """Correct cells of one row of a draft; `values` maps fields to what the clerk typed.

    Raises `StateRefused` (row.changed) when somebody else changed the row since `version`,
    (member.restricted) for who is restricted.
    """
    _check_values(values)
    with transaction() as session:
        submission = draft_of(session, submission_id, actor)
        found = queries.row(session, submission, row)
        demand_editable(found)
        _demand_version(row, found.version, version)
        old = open_row(vault(), ref_of(submission), row, found.sealed)
        edits = chosen_member(session, vault(), ref_of(submission), values)
        done = rejudge(session, submission, {row: edits})
        kept = Kept(after=edits, before=done.edits, warned=done.ended)
        what = f"第 {row} 行 {_change(old, values)}"
        remember(session, submission, actor, what, kept, place=place)
        record_on(session, submission, actor, "draft.edit", row=row, fields=sorted(values))
    return Corrected([row], done.touched)


def demand_editable(row: RowView) -> None:
    """Return for a row that may be opened; raises `StateRefused` (member.restricted)."""
    if row.is_restricted:
        raise StateRefused(
            RULE,
            f"第 {row.row} 行的人按本人请求限制处理，不能在页面上打开或者改正；"
            "需要改的，请在花名册文件里改好再导入，或者不报这一行。",
        )


def edit_alike(
    submission_id: int,
    field: str,
    old: str,
    new: str,
    *,
    actor: Actor,
    code: str = "",
    place: str = "",
) -> Corrected:
    """Put `new` wherever the field says exactly `old` (as shown) in rows with finding `code`."""
    _check_values({field: new})
    with transaction() as session:
        submission = draft_of(session, submission_id, actor)
        hits = _saying(session, submission, field, old, code)
        done = rejudge(session, submission, {row: {field: new} for row in hits})
        if hits:
            kept = Kept(after={field: new}, before=done.edits, warned=done.ended)
            first = f"第 {hits[0]} 行" if len(hits) == 1 else f"{len(hits):,} 行"
            what = f"{first} {COLUMN[field].label} {told(field, old)} → {told(field, new)}"
            remember(session, submission, actor, what, kept, place=place)
        record_on(session, submission, actor, "draft.edit_alike", field=field, rows=len(hits))
    return Corrected(hits, done.touched)


def exclude_row(
    submission_id: int,
    row: int,
    *,
    actor: Actor,
    excluded: bool = True,
    version: int | None = None,
    place: str = "",
) -> Corrected:
    """Leave a row out of the draft, or take it in again; it stays in the file and in the count.

    Raises `StateRefused` (row.changed) when somebody else changed the row since `version`.
    """
    state = RowState.EXCLUDED if excluded else RowState.DRAFT
    with transaction() as session:
        submission = draft_of(session, submission_id, actor)
        found = queries.row(session, submission, row)
        _demand_version(row, found.version, version)
        if found.state is state:
            return Corrected([row], [])
        touched = set_state(session, submission, [row], state)
        what = f"第 {row} 行 {'不报此行' if excluded else '恢复'}"
        remember(session, submission, actor, what, Kept(rows=[row], state=state), place=place)
        action = "draft.exclude" if excluded else "draft.include"
        record_on(session, submission, actor, action, row=row)
    return Corrected([row], touched)


def keep_one(submission_id: int, row: int, *, actor: Actor, place: str = "") -> Corrected:
    """Of the rows with one document number leave out all but this one.

    The others may stand in the drafts of other unions, of one file for many: then they stay there,
    and this one is only no duplicate any more. Raises `StateRefused` (row.changed) when the row is
    left out itself or is no duplicate.
    """
    with transaction() as session:
        submission = draft_of(session, submission_id, actor)
        found = queries.row(session, submission, row)
        group = queries.same_person(session, submission, found)
        others = [one for one in group if one != row]
        is_marked = any(one.code == DUPLICATE for one in found.findings)
        if found.state is not RowState.DRAFT or not (others or is_marked):
            raise StateRefused(
                "row.changed", f"第 {row} 行现在没有和它重复的行，请刷新页面后核对。"
            )
        if not others:
            # Its state stays; the mark goes, as it goes from the last of a group in one draft.
            touched = set_state(session, submission, [row], RowState.DRAFT)
            record_on(session, submission, actor, "draft.keep_one", row=row, rows=0)
            return Corrected([], touched)
        touched = set_state(session, submission, others, RowState.EXCLUDED)
        what = f"只留第 {row} 行，重复的 {len(others):,} 行不报"
        kept = Kept(rows=others, state=RowState.EXCLUDED)
        remember(session, submission, actor, what, kept, place=place)
        record_on(session, submission, actor, "draft.keep_one", row=row, rows=len(others))
    return Corrected(others, touched)


def keep_first(submission_id: int, *, actor: Actor, place: str = "") -> Corrected:
    """Of each group of rows that say the same of the same person leave out all but the first."""
    with transaction() as session:
        submission = draft_of(session, submission_id, actor)
        groups = twins(session, submission)
        others = sorted(row for group in groups for row in group[1:])
        if not others:
            return Corrected([], [])
        touched = set_state(session, submission, others, RowState.EXCLUDED)
        what = f"{len(groups):,} 组相同的行各留第一行，{len(others):,} 行不报"
        kept = Kept(rows=others, state=RowState.EXCLUDED)
        remember(session, submission, actor, what, kept, place=place)
        record_on(session, submission, actor, "draft.keep_first", rows=len(others))
    return Corrected(others, touched)


def answer_columns(
    submission_id: int,
    answers: Mapping[str, str],
    *,
    actor: Actor,
    seen: Mapping[str, str] | None = None,
    place: str = "",
) -> Corrected:
    """Give one value for the whole roster for columns that are not there, and judge it again.

    Raises `StateRefused` (row.changed) when somebody else answered since the answers were `seen`.
    """
    if any(field not in COLUMN for field in answers):
        raise InputRefused("answer.unknown", "没有这一列，请刷新页面后重试。")
    _check_values(answers)
    given = {field: text for field, text in answers.items() if text}
    with transaction() as session:
        submission = draft_of(session, submission_id, actor)
        answering.demand_unchanged(submission, seen or {})
        rows = answering.lay_over(session, submission, given)
        before = {field: submission.answers.get(field, "") for field in given}
        changes = [f"{COLUMN[field].label} → {told(field, text)}" for field, text in given.items()]
        what = f"整张表 {'；'.join(changes)}"
        remember(session, submission, actor, what, Kept(after=given, answered=before), place=place)
        record_on(session, submission, actor, "draft.answer", fields=sorted(answers))
    return Corrected(rows, [])


def lay_over(
    session: Session, submission: SubmissionView, edits: Mapping[int, Mapping[str, Cell]]
) -> list[int]:
    """Lay the cells of a marked workbook over a draft's rows and judge these; inside the caller's
    transaction, which has locked the draft. Returns the other rows that are touched."""
    # A cell that was emptied is blank now; None would bring back what the file said.
    laid = {
        row: {field: "" if cell is None else cell for field, cell in cells.items()}
        for row, cells in edits.items()
    }
    return rejudge(session, submission, laid).touched


def shown(content: SealedRow, field: str) -> str:
    """Return a cell as text as the clerk sees it: the edit if there is one, else the file's
    cell.
    """
    value = content.edits.get(field, content.raw.get(field))
    if value is None:
        return ""
    return str(value)


def told(field: str, text: str) -> str:
    """Return a value as it may stand in clear in the words for a step: numbers masked, short."""
    if field == "document_number":
        text = mask.document(text, Sight.OWN_UNION)
    elif field == "mobile":
        text = mask.mobile(text, Sight.OWN_UNION)
    (safe,) = blinded([" ".join(text.split())])
    words = safe or "（空）"
    return words if len(words) <= _TOLD else f"{words[: _TOLD - 1]}…"


def _change(old: SealedRow, values: Mapping[str, str]) -> str:
    if len(values) == 1:
        ((field, text),) = values.items()
        return f"{COLUMN[field].label} {told(field, shown(old, field))} → {told(field, text)}"
    labels = [COLUMN[field].label for field in values]
    rest = f" 等 {len(labels)} 项" if len(labels) > _FIELDS_TOLD else ""
    return "、".join(labels[:_FIELDS_TOLD]) + rest


def _saying(
    session: Session, submission: SubmissionView, field: str, old: str, code: str
) -> list[int]:
    keeper, ref = vault(), ref_of(submission)
    hits: list[int] = []
    after = 0
    while part := queries.rows(session, submission, code=code, after=after, limit=AT_ONCE):
        for found in part:
            if found.state is RowState.DRAFT and not found.is_restricted:
                content = open_row(keeper, ref, found.row, found.sealed)
                if shown(content, field) == old:
                    hits.append(found.row)
        after = part[-1].row
    return hits


def _demand_version(row: int, there: int, seen: int | None) -> None:
    if seen is not None and there != seen:
        raise StateRefused(
            "row.changed", f"第 {row} 行刚被他人改动过，已为您显示最新内容，请核对后再改。"
        )


def _check_values(values: Mapping[str, str]) -> None:
    for field, text in values.items():
        if field not in COLUMN:
            raise InputRefused("edit.unknown_field", "没有这一列，请刷新页面后重试。")
        if len(text) > VALUE_LENGTH:
            raise InputRefused(
                "edit.too_long", f"“{COLUMN[field].label}”的内容过长，请缩短后再保存。"
            )
