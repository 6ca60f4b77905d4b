"""Admitting reviewed rows into the register: set-based, inside the approval's transaction.

The rows come as a select over the submitted rows, so that the register knows nothing of
submissions. Identifiers are a reserved base plus the row number, so that one INSERT … SELECT
writes each table.

The select has the columns row, match, change, changed_on, change_reason, person_key, full_name,
document_kind, document_sealed, mobile_sealed, mobile_key, clean, filled.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import Subquery, func, literal, or_, select, update
from sqlalchemy.orm import Session

from registry.clock import local_day
from registry.db import allocate, insert_select
from registry.members import standing, tallies
from registry.members.changing import change
from registry.members.ending import end
from registry.members.entering import enter
from registry.members.match import Match
from registry.members.models import Member, Person
from registry.members.place import Claim, Counts, Place
from registry.members.verifying import verify


def claim(session: Session, place: Place, rows: Subquery, highest_row: int) -> Claim:
    """Claim the persons of the NEW rows for this union.

    Who is unknown enters with the claim. For all others the compare-and-set on the person's own
    row decides when two unions admit one person at once.
    """
    fresh = select(rows.c.row, rows.c.person_key).where(rows.c.match == Match.NEW).subquery()
    base = allocate(session, f"membership:{place.county}", highest_row + 1)
    claimed = {
        "live_county": literal(place.county),
        "live_union": literal(place.union_code),
        "live_membership": base + fresh.c.row,
    }
    columns = {"key": fresh.c.person_key, **claimed}
    is_known = select(Person.key).where(Person.key == fresh.c.person_key).exists()
    entered = insert_select(session, Person, columns, select(*columns.values()).where(~is_known))
    if entered == session.scalar(select(func.count()).select_from(fresh)):
        return Claim(base)
    session.execute(
        update(Person)
        .where(
            Person.key == fresh.c.person_key,
            Person.live_membership.is_(None),
            Person.same_as.is_(None),
        )
        .values(claimed),
        execution_options={"synchronize_session": False},
    )
    taken = or_(
        Person.live_membership.is_(None),
        Person.live_county != place.county,
        Person.live_membership != base + fresh.c.row,
    )
    lost = select(fresh.c.row).join(Person, Person.key == fresh.c.person_key).where(taken)
    return Claim(base, list(session.scalars(lost)), some_return=True)


def admit(
    session: Session,
    place: Place,
    rows: Subquery,
    highest_row: int,
    claim: Claim,
    *,
    verifies: bool = False,
) -> Counts:
    """Write members, memberships and events for all rows and keep the tallies.

    The persons of NEW rows have been claimed before. With `verifies` the rows confirm the
    memberships of those they name. Returns what changed in the counts.
    """
    said = _said(session, rows)
    parts = [Counts()]
    if Match.NEW in said:
        parts.append(enter(session, place, rows, highest_row, claim, *said[Match.NEW]))
    if Match.CHANGED in said:
        parts.append(change(session, place, rows))
    if Match.LEAVE in said or Match.RETAIN in said:
        parts.append(end(session, place, rows))
    total = Counts(*(sum(values) for values in zip(*parts, strict=True)))
    tallies.add(
        session,
        place.county,
        place.union_code,
        local_day(place.at),
        active=total.active,
        retained=total.retained,
        filled=total.filled,
    )
    if verifies:
        verify(session, place, rows)
    if Match.NEW in said:
        standing.begin(session, place, claim.base, highest_row)
    standing.follow(session, place.county, _touched(session, place, rows, said), place.at)
    return total


def _touched(
    session: Session, place: Place, rows: Subquery, said: Collection[str]
) -> Sequence[int]:
    """Return the members, known before, of whom the rows may change what they are counted by."""
    touching = {Match.CHANGED, Match.LEAVE, Match.RETAIN} & set(said)
    if not touching:
        return []
    query = (
        select(Member.id)
        .join(rows, (Member.county == place.county) & (Member.person_key == rows.c.person_key))
        .where(rows.c.match.in_(touching))
    )
    return session.scalars(query).all()


def _said(session: Session, rows: Subquery) -> dict[str, tuple[int, int]]:
    """Return how many rows have each match, and how many cells they fill."""
    query = select(rows.c.match, func.count(), func.sum(rows.c.filled)).group_by(rows.c.match)
    return {match: (count, int(filled)) for match, count, filled in session.execute(query)}
