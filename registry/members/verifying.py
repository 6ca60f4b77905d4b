"""Rows of a verification: the memberships they confirm are dated, and counted under that day."""

from collections import Counter

from sqlalchemy import Subquery, func, select, update
from sqlalchemy.orm import Session

from registry.members import checked
from registry.members.checked import Check
from registry.members.match import Match
from registry.members.models import Membership, MembershipState, Person
from registry.members.place import Place

# Who leaves or rests is not confirmed as a member in work.
_CONFIRMING = (Match.NEW, Match.CHANGED, Match.UNCHANGED)


def verify(session: Session, place: Place, rows: Subquery) -> None:
    """Date the active memberships that admitted rows confirm, after all else that they say.

    Each counts under its last check alone: however often a union verifies, the verified never
    exceed the members.
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
    # An approval gives all its memberships one instant: the groups are few.
    instants = (Membership.verified_at, Membership.admitted_at)
    before: Counter[Check] = Counter()
    for verified_at, admitted_at, number in session.execute(
        select(*instants, func.count()).where(*which).group_by(*instants)
    ):
        before[checked.last_check(verified_at, admitted_at)] += number
    session.execute(
        update(Membership).where(*which).values(verified_at=place.at),
        execution_options={"synchronize_session": False},
    )
    now = {checked.last_check(place.at, place.at): before.total()}
    checked.count(session, place.county, place.union_code, place.at, come=now, gone=before)
