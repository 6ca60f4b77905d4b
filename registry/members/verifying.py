"""Rows of a verification: the memberships they confirm are dated, and counted once each."""

from typing import Any, cast

from sqlalchemy import CursorResult, Subquery, select, update
from sqlalchemy.orm import Session

from registry.members.match import Match
from registry.members.models import Membership, MembershipState, Person
from registry.members.place import Counts, Place

# Who leaves or rests is not confirmed as a member in work.
_CONFIRMING = (Match.NEW, Match.CHANGED, Match.UNCHANGED)


def verify(session: Session, place: Place, rows: Subquery) -> Counts:
    """Date the active memberships that admitted rows confirm.

    Only those that no verification had confirmed before count: however often a union verifies, the
    verified never exceed the members.
    """
    confirmed = (
        select(Person.live_membership)
        .join(rows, rows.c.person_key == Person.key)
        .where(rows.c.match.in_(_CONFIRMING))
    )
    which = (
        Membership.county == place.county,
        Membership.id.in_(confirmed),
        Membership.state == MembershipState.ACTIVE,
    )
    fresh = session.execute(
        update(Membership)
        .where(*which, Membership.verified_at.is_(None))
        .values(verified_at=place.at),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        update(Membership).where(*which).values(verified_at=place.at),
        execution_options={"synchronize_session": False},
    )
    return Counts(reverified=cast(CursorResult[Any], fresh).rowcount)
