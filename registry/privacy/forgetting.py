"""Who left long ago: mobile and particulars are emptied when a setting says so, as on request.

Once a day, some thousands at a time, each time one entry on the trail with count and digest. Nobody
about whom something is still open, and nobody who is restricted: that is kept as it is.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import setting, table_of, transaction
from registry.members.erasing import IS_FULL, erase, is_live
from registry.members.models import Member, Membership, Transfer
from registry.members.transfers import OPEN
from registry.privacy.models import PersonalRequest
from registry.privacy.states import RequestState
from registry.review.identities.states import CaseState
from registry.review.models import IdentityCase
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import State
from registry.trail.operations import hold, record
from registry.unions.queries import counties

AT_ONCE = 5_000
ACTION = "member.forget"
_membership, _transfer, _request, _case, _row, _sent = (
    table_of(model).c
    for model in (Membership, Transfer, PersonalRequest, IdentityCase, SubmissionRow, Submission)
)
_UNDER_WAY = (State.STAGED, State.DRAFT, State.SUBMITTED, State.IN_REVIEW)


class Due(NamedTuple):
    """Members of a county whose time is over, by number."""

    county: str
    members: Sequence[int]


def due_count(session: Session) -> int:
    """Return how many would be emptied by now; 0 where the setting keeps them."""
    before = _before()
    if before is None:
        return 0
    return sum(
        session.scalar(select(func.count()).select_from(Member).where(*_is_due(county, before)))
        or 0
        for county in counties(session)
    )


def forget_due(limit: int = AT_ONCE) -> int:
    """Empty who is due, of each county `limit` at most; returns how many."""
    before = _before()
    if before is None:
        return 0
    with transaction() as session:
        # Nothing is opened about anybody between looking and emptying.
        for county in counties(session):
            hold(session, county)
        found = [_due(session, county, before, limit) for county in counties(session)]
        for one in found:
            if one.members:
                erase(session, one.county, one.members)
                _record(session, one, before)
    return sum(len(one.members) for one in found)


def _before() -> datetime | None:
    days: int = setting("FORMER_DAYS")
    return now() - timedelta(days=days) if days else None


def _due(session: Session, county: str, before: datetime, limit: int) -> Due:
    query = select(Member.id).where(*_is_due(county, before)).order_by(Member.id).limit(limit)
    return Due(county, session.scalars(query).all())


def _is_due(county: str, before: datetime) -> tuple[ColumnElement[bool], ...]:
    since = select(_membership.id).where(
        _membership.county == Member.county,
        _membership.member_id == Member.id,
        _membership.ended_at >= before,
    )
    return (
        Member.county == county,
        IS_FULL,
        Member.restricted_at.is_(None),
        ~is_live(),
        ~since.exists(),
        *(~one for one in _open_about()),
    )


def _open_about() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which something is open about a `Member`."""
    transfers = select(_transfer.id).where(
        _transfer.county == Member.county,
        _transfer.member_id == Member.id,
        _transfer.state.in_(OPEN),
    )
    requests = select(_request.id).where(
        _request.county == Member.county,
        _request.member_id == Member.id,
        _request.state == RequestState.ASKED,
    )
    cases = select(_case.id).where(
        _case.county == Member.county,
        or_(_case.member_id == Member.id, _case.other_id == Member.id),
        _case.state == CaseState.WAITING,
    )
    # Rows under way are few beside members: asked once, not for each.
    rows = (
        select(_row.person_key)
        .join(
            table_of(Submission), (_sent.county == _row.county) & (_sent.id == _row.submission_id)
        )
        .where(_sent.state.in_(_UNDER_WAY), _row.person_key.is_not(None))
    )
    return transfers.exists(), requests.exists(), cases.exists(), Member.person_key.in_(rows)


def _record(session: Session, due: Due, before: datetime) -> None:
    lines = "".join(f"member {number}\n" for number in due.members)
    record(
        session,
        ACTION,
        actor=None,
        actor_name="worker",
        county=due.county,
        place=due.county,
        detail={
            "count": len(due.members),
            "ended_before": before.isoformat(),
            "digest": hashlib.sha256(lines.encode()).hexdigest(),
        },
    )
