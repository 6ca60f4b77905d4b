"""Admitting reviewed rows into the register: set-based, inside the approval's transaction.

The rows come as a select over the submitted rows, so that the register knows nothing of
submissions. Identifiers are a reserved base plus the row number, so that one INSERT … SELECT
writes each table.

The select has the columns row, match, change, changed_on, change_reason, person_key, full_name,
document_kind, document_sealed, mobile_sealed, mobile_key, clean, filled.
"""

from sqlalchemy import Subquery, select, update
from sqlalchemy.orm import Session

from registry.clock import local_day
from registry.db import allocate, insert_select
from registry.members import tallies
from registry.members.changing import change
from registry.members.ending import end
from registry.members.entering import enter
from registry.members.match import Match
from registry.members.models import Person
from registry.members.place import Counts, Place
from registry.members.verifying import verify


def claim(session: Session, place: Place, rows: Subquery, highest_row: int) -> list[int]:
    """Claim the persons of the NEW rows for this union; return the rows whose person is taken.

    The compare-and-set on the person's own row decides when two unions admit one person at once.
    """
    fresh = select(rows.c.row, rows.c.person_key).where(rows.c.match == Match.NEW).subquery()
    unknown = select(fresh.c.person_key).where(
        ~select(Person.key).where(Person.key == fresh.c.person_key).exists()
    )
    insert_select(session, Person, {"key": fresh.c.person_key}, unknown)
    base = allocate(session, f"membership:{place.county}", highest_row + 1)
    session.execute(
        update(Person)
        .where(Person.key == fresh.c.person_key, Person.live_membership.is_(None))
        .values(
            live_county=place.county,
            live_union=place.union_code,
            live_membership=base + fresh.c.row,
        ),
        execution_options={"synchronize_session": False},
    )
    lost = (
        select(fresh.c.row)
        .join(Person, Person.key == fresh.c.person_key)
        .where(Person.live_membership != base + fresh.c.row)
    )
    return list(session.scalars(lost))


def admit(
    session: Session, place: Place, rows: Subquery, highest_row: int, *, verifies: bool = False
) -> Counts:
    """Write members, memberships and events for all rows and keep the tallies.

    The persons of NEW rows have been claimed before (`claim`). With `verifies` the rows confirm
    the memberships of those they name. Returns what changed in the counts.
    """
    parts = [
        enter(session, place, rows, highest_row),
        change(session, place, rows),
        end(session, place, rows),
    ]
    if verifies:
        parts.append(verify(session, place, rows))
    total = Counts(*(sum(values) for values in zip(*parts, strict=True)))
    tallies.add(
        session,
        place.county,
        place.union_code,
        local_day(place.at),
        active=total.active,
        retained=total.retained,
        filled=total.filled,
        reverified=total.reverified,
    )
    return total
