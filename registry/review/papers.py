"""Sealed summary sheets: that they came in, as a reviewer says and may take back with a reason."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import local_day, now, today
from registry.db import begins_with, table_of, transaction
from registry.errors import InputRefused, StateRefused
from registry.review.models import PaperTurn
from registry.review.notes import checked_note
from registry.submissions.locking import locked
from registry.submissions.models import Submission
from registry.submissions.queries import SubmissionView
from registry.submissions.states import REVIEWABLE, State
from registry.trail.operations import record

_EXPECTED = frozenset({*REVIEWABLE, State.CLOSED})


class Turn(NamedTuple):
    """The sheet came in on a day, or (`received_on` None) that was taken back."""

    number: int
    received_on: date | None
    note: str | None
    recorded_by: int
    recorded_at: datetime


_turn, _submission = table_of(PaperTurn).c, table_of(Submission).c
_TURNS = (
    select(*(_turn[name] for name in Turn._fields))
    .where(_turn.county == bindparam("county"), _turn.submission_id == bindparam("submission_id"))
    .order_by(_turn.number)
)
_last = (
    select(func.max(_turn.number))
    .where(_turn.county == _submission.county, _turn.submission_id == _submission.id)
    .scalar_subquery()
)
# The condition for submissions whose sealed sheet has not come in.
IS_MISSING: ColumnElement[bool] = func.coalesce(_last, 0) % 2 == 0
_HOW_MANY = select(func.count()).where(
    _submission.county == bindparam("county"),
    _submission.state == State.CLOSED,
    begins_with(_submission.path, "path"),
    IS_MISSING,
)


def receive(submission_id: int, received_on: date, note: str, *, actor: Actor) -> None:
    """Say that a submission's sealed sheet came in.

    Raises `InputRefused` (paper.day, note.…), `StateRefused` (paper.state, paper.received).
    """
    note = checked_note(note)
    with transaction() as session:
        found = locked(session, submission_id, actor, Permission.REVIEW)
        if State(found.state) not in _EXPECTED or found.submitted_at is None:
            label = State(found.state).label
            raise StateRefused("paper.state", f"这份名册{label}，不用收盖章的汇总表。")
        last = _last_turn(session, found)
        if last is not None and last.received_on is not None:
            day = last.received_on
            raise StateRefused("paper.received", f"盖章的汇总表已经登记收到（{day:%Y-%m-%d}）。")
        if not local_day(found.submitted_at) <= received_on <= today():
            first = local_day(found.submitted_at)
            raise InputRefused(
                "paper.day", f"收到的日期应在提交那天（{first:%Y-%m-%d}）和今天之间。"
            )
        _add(session, found, last, actor, received_on, note or None)
        detail = {"submission": found.id, "on": received_on.isoformat(), "note": note}
        record(session, "review.paper_in", actor=actor, place=found.union_code, detail=detail)


def take_back(submission_id: int, reason: str, *, actor: Actor) -> None:
    """Say that a submission's sealed sheet did not come in after all, and why.

    Raises `InputRefused` (note.…), `StateRefused` (paper.missing).
    """
    reason = checked_note(reason, needed=True)
    with transaction() as session:
        found = locked(session, submission_id, actor, Permission.REVIEW)
        last = _last_turn(session, found)
        if last is None or last.received_on is None:
            raise StateRefused("paper.missing", "没有登记收到盖章的汇总表，不用撤销。")
        _add(session, found, last, actor, None, reason)
        detail = {"submission": found.id, "reason": reason}
        record(session, "review.paper_back", actor=actor, place=found.union_code, detail=detail)


def turns(session: Session, submission: SubmissionView | Submission) -> list[Turn]:
    """Return what was said of a submission's sealed sheet, the oldest first."""
    asked = {"county": submission.county, "submission_id": submission.id}
    return [Turn(*row) for row in session.execute(_TURNS, asked)]


def received(session: Session, submissions: Iterable[SubmissionView]) -> dict[int, date]:
    """Return when the sealed sheets of these submissions of one county came in; those that did not
    are left out.
    """
    listed = list(submissions)
    if not listed:
        return {}
    query = (
        select(_turn.submission_id, _turn.received_on)
        .where(
            _turn.county == listed[0].county,
            _turn.submission_id.in_([one.id for one in listed]),
        )
        .order_by(_turn.submission_id, _turn.number)
    )
    last = dict(session.execute(query).tuples().all())
    return {number: day for number, day in last.items() if day is not None}


def missing_count(session: Session, county: str, path: str) -> int:
    """Return how many closed submissions at or below a path have no sealed sheet yet."""
    return session.scalar(_HOW_MANY, {"county": county, "path": path}) or 0


def _last_turn(session: Session, found: Submission) -> Turn | None:
    said = turns(session, found)
    return said[-1] if said else None


def _add(
    session: Session,
    found: Submission,
    last: Turn | None,
    actor: Actor,
    received_on: date | None,
    note: str | None,
) -> None:
    session.add(
        PaperTurn(
            county=found.county,
            submission_id=found.id,
            number=last.number + 1 if last else 1,
            received_on=received_on,
            note=note,
            recorded_by=actor.account_id,
            recorded_at=now(),
        )
    )
