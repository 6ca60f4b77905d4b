"""Of whom a union's members are made up, counted by day: the only writer of `Composition`.

A row holds the counts at the end of its day, as a tally does (decision 0026), one for each
combination of facts that occurs. What is asked of them, for any place and day, is added up from
the last row of each union and never from members (decision 0034).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.members.facts import Facts, cell_of
from registry.members.models import Composition

_table = table_of(Composition)
_kept = _table.c
_of_union = (_kept.county == bindparam("at_county"), _kept.union_code == bindparam("at_union"))
_LAST = (
    select(_kept.day, _kept.cells)
    .where(*_of_union, _kept.day <= bindparam("at_day"))
    .order_by(_kept.day.desc())
    .limit(1)
    .with_for_update()
)
_LATER = select(_kept.day, _kept.cells).where(*_of_union, _kept.day > bindparam("at_day"))
_WRITE = (
    update(_table)
    .where(*_of_union, _kept.day == bindparam("of_day"))
    .values(cells=bindparam("new_cells"))
)
_earlier = _table.alias().c
_LAST_DAY = (
    select(func.max(_earlier.day))
    .where(
        _earlier.county == _kept.county,
        _earlier.union_code == _kept.union_code,
        _earlier.day <= bindparam("at_day"),
    )
    .scalar_subquery()
)
_ON = select(_kept.union_code, _kept.cells).where(
    _kept.county == bindparam("at_county"), _kept.day == _LAST_DAY
)
_ON_OF = _ON.where(_kept.union_code.in_(bindparam("codes", expanding=True)))


def add(
    session: Session, county: str, union_code: str, day: date, changes: Mapping[Facts, int]
) -> None:
    """Add members with these facts to a union's from a day on, and take others off, in the
    transaction of the act and after its tallies: their lock comes first.
    """
    changes = {facts: number for facts, number in changes.items() if number}
    if not changes:
        return
    at = {"at_county": county, "at_union": union_code, "at_day": day}
    last = session.execute(_LAST, at).one_or_none()
    cells = _changed(last.cells if last else "{}", changes)
    if last is None or last.day != day:
        new = {"county": county, "union_code": union_code, "day": day, "cells": cells}
        session.execute(insert(_table), new)
    else:
        session.execute(_WRITE, {**at, "of_day": day, "new_cells": cells})
    # Of a later day there is a row only where another act crossed midnight first.
    for later in session.execute(_LATER, at).all():
        session.execute(
            _WRITE, {**at, "of_day": later.day, "new_cells": _changed(later.cells, changes)}
        )


def compositions(
    session: Session, county: str, on: date, codes: Collection[str] | None = None
) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield each union of a county, or of `codes`, with its cells at the end of a day, as
    `facts.facts_of` reads them.
    """
    asked: dict[str, Any] = {"at_county": county, "at_day": on}
    if codes is None:
        found = session.execute(_ON, asked)
    else:
        found = session.execute(_ON_OF, {**asked, "codes": list(codes)})
    for code, cells in found:
        yield code, _decode(cells)


_decode = msgspec.json.Decoder(dict[str, int]).decode


def _changed(cells: str, changes: Mapping[Facts, int]) -> str:
    """Return cells with these changes; what none is left of is left out."""
    counts = Counter(_decode(cells))
    counts.update({cell_of(facts): number for facts, number in changes.items()})
    return msgspec.json.encode({cell: n for cell, n in counts.items() if n}).decode()
