"""Who works on which roster: taken and released. It keeps nobody out; it says who is at it.

Whoever decides on a row first has decided; the other is refused. What nobody finished within a day
may be taken over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import now
from registry.db import db, transaction
from registry.errors import Forbidden, StateRefused
from registry.submissions.locking import locked
from registry.submissions.models import Submission
from registry.submissions.states import REVIEWABLE, State
from registry.trail.operations import hold, record

KEPT_FOR = timedelta(days=1)


def take(submission_id: int, *, actor: Actor) -> None:
    """Say that the actor works on a submission; nothing happens where that is said already.

    Raises `StateRefused` where somebody else has taken it within the last day.
    """
    with transaction() as session:
        found = _waiting(session, submission_id, actor)
        if actor.account_id in {found.submitted_by, found.created_by}:
            raise Forbidden("review.own", "不能审核自己报送的名册，请由另一位审核员办理。")
        if found.assigned_to == actor.account_id:
            return
        _check_held(found, actor)
        found.assigned_to, found.assigned_at = actor.account_id, now()
        _record(session, "review.take", actor, found.union_code, [found.id])


def release(submission_id: int, *, actor: Actor) -> None:
    """Say that nobody works on a submission: whoever took it, after a day any reviewer of it."""
    with transaction() as session:
        found = _waiting(session, submission_id, actor)
        if found.assigned_to is None:
            return
        _check_held(found, actor)
        found.assigned_to = found.assigned_at = None
        _record(session, "review.release", actor, found.union_code, [found.id])


def release_all(*, actor: Actor) -> int:
    """Release what the actor has taken, when signing out; returns how many there were."""
    mine = _taken_by(actor.county, actor.account_id)
    if db.session().scalar(select(Submission.id).where(*mine).limit(1)) is None:
        return 0
    with transaction() as session:
        hold(session, actor.county)
        return free(session, actor.account_id, actor)


def free(session: Session, account_id: int, actor: Actor) -> int:
    """Release what an account of the actor's county has taken, in the caller's transaction."""
    freed = session.scalars(
        update(Submission)
        .where(*_taken_by(actor.county, account_id))
        .values(assigned_to=None, assigned_at=None)
        .returning(Submission.id),
        execution_options={"synchronize_session": False},
    ).all()
    if freed:
        _record(session, "review.release", actor, actor.place, sorted(freed))
    return len(freed)


def _taken_by(county: str, account_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Submission.county == county,
        Submission.state.in_(tuple(REVIEWABLE)),
        Submission.assigned_to == account_id,
    )


def _waiting(session: Session, submission_id: int, actor: Actor) -> Submission:
    found = locked(session, submission_id, actor, Permission.REVIEW)
    if State(found.state) not in REVIEWABLE:
        raise StateRefused(
            "submission.state", f"这份名册{State(found.state).label}，没有待审的行。"
        )
    return found


def is_anothers(taken_by: int | None, since: datetime | None, account_id: int) -> bool:
    """Tell whether somebody else took it within the last day."""
    if taken_by in (None, account_id) or since is None:
        return False
    return since > now() - KEPT_FOR


def _check_held(found: Submission, actor: Actor) -> None:
    if is_anothers(found.assigned_to, found.assigned_at, actor.account_id):
        raise StateRefused(
            "review.taken", "这份名册已由另一位审核员认领。满一天没有办完的，才可以接过来。"
        )


def _record(
    session: Session, action: str, actor: Actor, place: str, numbers: Sequence[int]
) -> None:
    record(session, action, actor=actor, place=place, detail={"submissions": list(numbers)})
