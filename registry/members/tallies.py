"""The only writer of tallies: what an act changed in a union's counts, on the day of the act."""

from datetime import date

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from registry.members.models import Tally

COUNTS = (
    "active",
    "retained",
    "filled",
    "rows",
    "rows_elsewhere",
    "submitted",
    "first_pass",
    "admissions",
    "reverified",
    "pending",
)


def add(session: Session, county: str, union_code: str, day: date, **changes: int) -> None:
    """Add to a union's counts of one day, in the transaction of the act. Unknown names raise
    KeyError.
    """
    deltas = {name: delta for name, delta in changes.items() if delta}
    if not deltas:
        return
    place = (Tally.county == county, Tally.union_code == union_code, Tally.day == day)
    changed = session.execute(
        update(Tally)
        .where(*place)
        .values({name: getattr(Tally, name) + delta for name, delta in deltas.items()})
        .returning(Tally.day)
    ).one_or_none()
    if changed is None:
        counts = dict.fromkeys(COUNTS, 0) | deltas
        session.execute(
            insert(Tally).values(county=county, union_code=union_code, day=day, **counts)
        )
