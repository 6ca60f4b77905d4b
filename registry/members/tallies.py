"""The only writer of tallies: what an act changed in a union's counts, on the day of the act."""

from datetime import date
from functools import cache

from sqlalchemy import Update, bindparam, insert, update
from sqlalchemy.orm import Session

from registry.db import table_of
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

# Of the plain table and put together once: every act on members counts.
_table = table_of(Tally)
_BEGIN = insert(_table)


def add(session: Session, county: str, union_code: str, day: date, **changes: int) -> None:
    """Add to a union's counts of one day, in the transaction of the act. Unknown names raise
    KeyError.
    """
    deltas = {name: delta for name, delta in changes.items() if delta}
    if not deltas:
        return
    place = {"of_county": county, "of_union": union_code, "of_day": day}
    change = {f"add_{name}": delta for name, delta in deltas.items()}
    changed = session.execute(_adding(frozenset(deltas)), place | change).one_or_none()
    if changed is None:
        counts = dict.fromkeys(COUNTS, 0) | deltas
        key = {"county": county, "union_code": union_code, "day": day}
        session.execute(_BEGIN, key | counts)


@cache
def _adding(names: frozenset[str]) -> Update:
    columns = _table.c
    return (
        update(_table)
        .where(
            columns.county == bindparam("of_county"),
            columns.union_code == bindparam("of_union"),
            columns.day == bindparam("of_day"),
        )
        .values({name: columns[name] + bindparam(f"add_{name}") for name in sorted(names)})
        .returning(columns.day)
    )
