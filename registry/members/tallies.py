"""The only writer of tallies: what an act changes in a union's counts from its day on."""

from datetime import date

from sqlalchemy import bindparam, func, insert, select, update
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
    "pending",
    "reference_people",
    "reference_matched",
    "reference_known",
)

_tally = table_of(Tally).c
_of_union = (
    _tally.county == bindparam("at_county"),
    _tally.union_code == bindparam("at_union"),
)
_before = (*_of_union, _tally.day <= bindparam("at_day"))
_LAST_DAY = (
    select(_tally.day).where(*_before).order_by(_tally.day.desc()).limit(1).with_for_update()
)
_last = (
    select(*(_tally[name] for name in COUNTS))
    .where(*_before)
    .order_by(_tally.day.desc())
    .limit(1)
    .subquery()
)
# A day begins with the counts of the last one: a sum over one row, or over none, which is 0.
_BEGIN = insert(table_of(Tally)).from_select(
    ["county", "union_code", "day", *COUNTS],
    select(
        bindparam("at_county", type_=_tally.county.type),
        bindparam("at_union", type_=_tally.union_code.type),
        bindparam("at_day", type_=_tally.day.type),
        *(func.coalesce(func.sum(_last.c[name]), 0) for name in COUNTS),
    ),
    include_defaults=False,
)
_CHANGED = update(table_of(Tally)).where(*_of_union, _tally.day >= bindparam("at_day"))


def add(session: Session, county: str, union_code: str, day: date, **changes: int) -> None:
    """Add to a union's counts at the end of a day, in the transaction of the act. Unknown names
    raise KeyError.

    Acts are of today. Of a later day there is a row only where somebody else's act crossed
    midnight first: it counts this one too.
    """
    deltas = {name: delta for name, delta in changes.items() if delta}
    if not deltas:
        return
    at = {"at_county": county, "at_union": union_code, "at_day": day}
    # PostgreSQL: acts of one union wait for each other here, each then sees what the other counted.
    if session.scalar(_LAST_DAY, at) != day:
        session.execute(_BEGIN, at)
    changed = {_tally[name]: _tally[name] + delta for name, delta in deltas.items()}
    session.execute(_CHANGED.values(changed), at)
