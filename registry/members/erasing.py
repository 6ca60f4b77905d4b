"""What nothing needs any more of who has left: emptied, on request and when its time is over.

Name, number and memberships stay: that somebody was a member is to be proved, and one who comes
back must be the same person. Past figures stand in tables of their own. What a correction changed
stands in the history, which the database lets nobody change.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import one_of, table_of
from registry.members.models import LIVE, Member, Membership

_membership = table_of(Membership).c
# A member of whom there is still something to empty.
IS_FULL: ColumnElement[bool] = or_(Member.particulars != "{}", Member.mobile_sealed.is_not(None))


def is_live() -> ColumnElement[bool]:
    """Return the condition that a `Member` has a membership that lasts, in whichever union."""
    live = select(_membership.id).where(
        _membership.county == Member.county,
        _membership.member_id == Member.id,
        _membership.state.in_(LIVE),
    )
    return live.exists()


def erase(session: Session, county: str, members: Collection[int]) -> None:
    """Empty mobile and particulars of members none of whom `is_live`; no query for each."""
    session.execute(
        update(Member)
        .where(Member.county == county, one_of(Member.id, list(members)))
        .values(mobile_sealed=None, mobile_key=None, particulars="{}", filled=0, changed_at=now()),
        execution_options={"synchronize_session": False},
    )
