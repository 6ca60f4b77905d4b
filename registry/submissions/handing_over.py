"""Open rosters of a union that goes into another: they go on as that union's.

Called inside the transaction that puts the unions together. What was sent waits on in the queue,
what is a draft is the other union's draft. A roster of everybody is one no longer: among the other
union's members it names a part, so that it becomes an increment, and no full roster takes its
place. What was said of members one by one, and not sent, is given up: the list is another one now.
"""

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.errors import StateRefused
from registry.submissions.absences import ABSENCE
from registry.submissions.models import Submission
from registry.submissions.moving import end, tally_submission
from registry.submissions.states import ANSWERS, REVIEWABLE, Act, Kind, State
from registry.trail.operations import record
from registry.unions.queries import Union

_OPEN = (State.DRAFT, *REVIEWABLE)
# Drafts of answers about a union's members, not of rows that somebody brought.
_ANSWERING = (ANSWERS, ABSENCE)


class Handed(NamedTuple):
    """How many drafts and sent rosters went over, and how many drafts of answers were given up."""

    drafts: int = 0
    rosters: int = 0
    given_up: int = 0


def open_of(session: Session, county: str, code: str) -> list[Submission]:
    """Return a union's open rosters; whoever holds the county may change them."""
    query = select(Submission).where(
        Submission.county == county,
        Submission.union_code == code,
        Submission.state.in_(_OPEN),
    )
    return list(session.scalars(query.order_by(Submission.id)))


def count_open(found: list[Submission]) -> Handed:
    """Return what `hand_over` does with these."""
    answers = sum(_is_answering(one) for one in found)
    drafts = sum(one.state == State.DRAFT for one in found) - answers
    return Handed(drafts, len(found) - drafts - answers, answers)


def hand_over(session: Session, code: str, into: Union, actor: Actor) -> Handed:
    """Make a union's open rosters those of another one.

    Raises `StateRefused` (union.reading) while one of them is being read.
    """
    found = open_of(session, into.county, code)
    if any(one.state == State.DRAFT and not one.is_read for one in found):
        raise StateRefused(
            "union.reading", "有一份名册还在读取，或者等人核对表头，读完或者放弃以后再办。"
        )
    handed = count_open(found)
    for one in filter(_is_answering, found):
        end(session, one, Act.WITHDRAW)
        _record(session, one, actor, "submission.withdraw")
    session.flush()
    for one in found:
        if one.state != State.WITHDRAWN:
            _hand(session, one, into, actor)
    return handed


def _is_answering(one: Submission) -> bool:
    return one.state == State.DRAFT and one.source in _ANSWERING


def _hand(session: Session, one: Submission, into: Union, actor: Actor) -> None:
    was_sent = one.state != State.DRAFT
    if was_sent:
        tally_submission(session, one, sign=-1, pending=one.pending_count)
    else:
        one.employees = None  # typed for the union that is no more, never declared
    kind = Kind(one.kind) if was_sent and one.kind != Kind.FULL else Kind.INCREMENT
    is_there = _is_there(session, one, kind, into)
    _record(session, one, actor, "submission.hand_over", into=into.code)
    # All at once: the same file may stand in the one union as both kinds.
    one.union_code, one.path, one.kind = into.code, into.path, kind
    one.is_current = one.is_current and not is_there
    one.missing_count = 0
    one.assigned_to = one.assigned_at = None
    one.version += 1
    session.flush()
    if was_sent:
        tally_submission(session, one, sign=1, pending=one.pending_count)


def _is_there(session: Session, one: Submission, kind: Kind, into: Union) -> bool:
    """Tell whether the other union has the same file: sent anew it means the one it sent."""
    query = select(Submission.id).where(
        Submission.county == into.county,
        Submission.union_code == into.code,
        Submission.kind == kind,
        Submission.file_sha256 == one.file_sha256,
        Submission.is_current,
    )
    return one.file_sha256 is not None and session.scalar(query.limit(1)) is not None


def _record(session: Session, one: Submission, actor: Actor, action: str, **detail: str) -> None:
    record(
        session,
        action,
        actor=actor,
        place=one.union_code,
        detail={"submission": one.id, **detail},
    )
