"""Steps of correcting a draft, remembered so that each can be undone, newest first.

What a step changed is undone only where it still stands: nobody's later work is taken back with it.
The draft's steps end when it is sent or given up.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Integer, Row, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.clock import now
from registry.db import table_of, transaction
from registry.errors import NotFound, StateRefused
from registry.roster.sheet import Cell
from registry.submissions import answering
from registry.submissions.models import Correction, SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.regrouping import ref_of
from registry.submissions.rejudging import AT_ONCE, draft_of, record_on, rejudge, set_state
from registry.submissions.states import RowState
from registry.submissions.storing import Ref, StoredFinding, open_row
from registry.vault.vault import of_correction, vault

WHAT_LENGTH = 200
PLACE_LENGTH = 120
_LATELY = timedelta(minutes=10)


class Kept(msgspec.Struct, omit_defaults=True):
    """What a step changed, sealed with it.

    `after` is what it wrote by field, `before` what had been written there by row and field (None:
    nothing, the file's own cell stood there); `warned` roster-wide warnings that ended with it;
    `rows` whose state it set to `state`; `answered` the answers for the whole roster before.
    """

    after: dict[str, str] = {}
    before: dict[int, dict[str, Cell]] = {}
    warned: dict[int, list[StoredFinding]] = {}
    rows: list[int] = []
    state: str = ""
    answered: dict[str, str] = {}


class Step(NamedTuple):
    """A step of correcting, as it is told; `place` is what the clerk was looking at."""

    number: int
    account_id: int
    at: datetime
    what: str
    place: str
    undone: bool


class Undone(NamedTuple):
    """What was undone: the step's words and place, the rows it had changed, others touched."""

    what: str
    place: str
    rows: list[int]
    touched: list[int]


# Of the plain table and put together once: every roster that is read or sent comes by.
_correction = table_of(Correction).c
_OF = (
    _correction.county == bindparam("county"),
    _correction.submission_id == bindparam("submission_id"),
)
_FORGET = delete(table_of(Correction)).where(*_OF)

_decoder = msgspec.json.Decoder(Kept)
_GONE = "这一步之后，第 {row} 行又改过，不能直接撤销；请核对这一行现在的内容，直接在格子里改。"


def remember(
    session: Session,
    submission: SubmissionView,
    actor: Actor,
    what: str,
    kept: Kept,
    *,
    place: str = "",
) -> None:
    """Keep a step, inside the transaction that makes it; the draft is locked."""
    last = session.scalar(select(func.max(Correction.number)).where(*_of(submission)))
    number = (last or 0) + 1
    context = of_correction(submission.county, submission.id, number)
    session.add(
        Correction(
            county=submission.county,
            submission_id=submission.id,
            number=number,
            account_id=actor.account_id,
            at=now(),
            what=what[:WHAT_LENGTH],
            place=place[:PLACE_LENGTH],
            sealed=vault().seal(msgspec.json.encode(kept), context),
        )
    )
    session.flush()


def undo(submission_id: int, number: int, *, actor: Actor) -> Undone:
    """Undo a step of correcting a draft.

    Raises `NotFound` (correction.unknown) when there is none with this number, `StateRefused`:
    correction.undone when it was undone already, row.changed when what it wrote does not stand
    there any more.
    """
    with transaction() as session:
        submission = draft_of(session, submission_id, actor)
        which = (*_of(submission), Correction.number == number)
        found = session.scalars(select(Correction).where(*which)).one_or_none()
        if found is None:
            raise NotFound("correction.unknown", "没有这一步修改，请刷新页面后重试。")
        if found.undone_at is not None:
            raise StateRefused("correction.undone", f"“{found.what}”已经撤销过了。")
        context = of_correction(submission.county, submission.id, number)
        kept = _decoder.decode(vault().open(found.sealed, context))
        what, place = found.what, found.place
        session.execute(update(Correction).where(*which).values(undone_at=now()))
        done = _take_back(session, submission, kept)
        record_on(session, submission, actor, "draft.undo", correction=number, rows=len(done.rows))
    return done._replace(what=what, place=place)


def forget(session: Session, ref: Ref) -> None:
    """Drop a draft's steps: it is sent or given up, and what stood there before is needed no more.

    Runs in the caller's transaction.
    """
    whose = {"county": ref.county, "submission_id": ref.submission_id}
    session.execute(_FORGET, whose)


_BY = _correction.account_id == bindparam("account_id")
_STEPS = (
    select(
        _correction.number,
        _correction.account_id,
        _correction.at,
        _correction.what,
        _correction.place,
        _correction.undone_at,
    )
    .where(*_OF)
    .order_by(_correction.number.desc())
    .limit(bindparam("limit", type_=Integer))
)
_NEWEST = _STEPS.where(_BY, _correction.undone_at.is_(None))
_LEFT_AT = select(_correction.place).where(*_OF, _BY).order_by(_correction.number.desc()).limit(1)
_OTHERS = (
    select(_correction.account_id, func.max(_correction.at))
    .where(*_OF, ~_BY, _correction.at > bindparam("since"))
    .group_by(_correction.account_id)
)


def steps(session: Session, submission: SubmissionView, *, limit: int = 10) -> list[Step]:
    """Return the latest steps, newest first."""
    asked = {**_named_by(submission), "limit": limit}
    return [_step(one) for one in session.execute(_STEPS, asked)]


def newest(session: Session, submission: SubmissionView, account_id: int) -> Step | None:
    """Return the account's newest step that is not undone."""
    asked = {**_named_by(submission), "account_id": account_id, "limit": 1}
    found = session.execute(_NEWEST, asked).one_or_none()
    return None if found is None else _step(found)


def left_at(session: Session, submission: SubmissionView, account_id: int) -> str:
    """Return what the account was looking at when it last corrected the draft."""
    return session.scalar(_LEFT_AT, {**_named_by(submission), "account_id": account_id}) or ""


def others_lately(
    session: Session, submission: SubmissionView, account_id: int
) -> dict[int, datetime]:
    """Return who else has corrected the draft in the last ten minutes, and when last."""
    asked = {**_named_by(submission), "account_id": account_id, "since": now() - _LATELY}
    return dict(session.execute(_OTHERS, asked).tuples().all())


def _take_back(session: Session, submission: SubmissionView, kept: Kept) -> Undone:
    if kept.answered:
        rows = answering.put_back(session, submission, kept.after, kept.answered)
        return Undone("", "", rows, [])
    if kept.rows:
        _demand_state(session, submission, kept.rows, kept.state)
        was = RowState.DRAFT if kept.state == RowState.EXCLUDED else RowState.EXCLUDED
        return Undone("", "", kept.rows, set_state(session, submission, kept.rows, was))
    _demand_written(session, submission, kept)
    done = rejudge(session, submission, kept.before, kept.warned)
    return Undone("", "", sorted(kept.before), done.touched)


def _demand_state(
    session: Session, submission: SubmissionView, rows: Sequence[int], state: str
) -> None:
    there = _column(session, submission, rows, SubmissionRow.state)
    for row in rows:
        if there.get(row) != state:
            raise StateRefused("row.changed", _GONE.format(row=row))


def _demand_written(session: Session, submission: SubmissionView, kept: Kept) -> None:
    keeper, ref = vault(), ref_of(submission)
    sealed = _column(session, submission, sorted(kept.before), SubmissionRow.sealed)
    for row, before in kept.before.items():
        edits = open_row(keeper, ref, row, sealed[row]).edits if row in sealed else {}
        if any(edits.get(field) != kept.after[field] for field in before):
            raise StateRefused("row.changed", _GONE.format(row=row))


def _column(
    session: Session, submission: SubmissionView, rows: Sequence[int], column: Any
) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for start in range(0, len(rows), AT_ONCE):
        query = select(SubmissionRow.row, column).where(
            SubmissionRow.county == submission.county,
            SubmissionRow.submission_id == submission.id,
            SubmissionRow.row.in_(rows[start : start + AT_ONCE]),
        )
        found.update(session.execute(query).tuples().all())
    return found


def _of(submission: SubmissionView) -> tuple[ColumnElement[bool], ...]:
    return (
        Correction.county == submission.county,
        Correction.submission_id == submission.id,
    )


def _named_by(submission: SubmissionView) -> dict[str, Any]:
    return {"county": submission.county, "submission_id": submission.id}


def _step(one: Row[Any]) -> Step:
    return Step(one.number, one.account_id, one.at, one.what, one.place, one.undone_at is not None)
