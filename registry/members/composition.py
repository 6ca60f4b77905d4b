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
from registry.members.facts import Facts, cell_of, without_year
from registry.members.models import Composition

_table = table_of(Composition)
_kept = _table.c
_of_union = (_kept.county == bindparam("at_county"), _kept.union_code == bindparam("at_union"))
_LAST = (
    select(_kept.day, _kept.by_year)
    .where(*_of_union, _kept.day <= bindparam("at_day"))
    .order_by(_kept.day.desc())
    .limit(1)
    .with_for_update()
)
_LATER = select(_kept.day, _kept.by_year).where(*_of_union, _kept.day > bindparam("at_day"))
_WRITE = (
    update(_table)
    .where(*_of_union, _kept.day == bindparam("of_day"))
    .values(cells=bindparam("new_cells"), by_year=bindparam("new_by_year"))
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
_on = (_kept.county == bindparam("at_county"), _kept.day == _LAST_DAY)
_of_codes = _kept.union_code.in_(bindparam("codes", expanding=True))
_CELLS, _BY_YEAR = (
    select(_kept.union_code, one).where(*_on) for one in (_kept.cells, _kept.by_year)
)
_CELLS_OF, _BY_YEAR_OF = (query.where(_of_codes) for query in (_CELLS, _BY_YEAR))


def add(
    session: Session,
    county: str,
    union_code: str,
    day: date,
    changes: Mapping[Facts, int],
    *,
    anew: bool = False,
) -> None:
    """Add members with these facts to a union's from a day on, and take others off, in the
    transaction of the act and after its tallies: their lock comes first. Nothing is written where
    nothing changes, but with `anew`.
    """
    changes = {facts: number for facts, number in changes.items() if number}
    if not changes and not anew:
        return
    at = {"at_county": county, "at_union": union_code, "at_day": day}
    last = session.execute(_LAST, at).one_or_none()
    cells = _changed(last.by_year if last else "{}", changes)
    if last is None or last.day != day:
        of_day = {"county": county, "union_code": union_code, "day": day}
        session.execute(insert(_table), {**of_day, "cells": cells[0], "by_year": cells[1]})
    else:
        _write(session, at, day, cells)
    # Of a later day there is a row only where another act crossed midnight first.
    for later in session.execute(_LATER, at).all():
        _write(session, at, later.day, _changed(later.by_year, changes))


def compositions(
    session: Session,
    county: str,
    on: date,
    codes: Collection[str] | None = None,
    *,
    by_year: bool = False,
) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield each union of a county, or of `codes`, with its cells at the end of a day, as
    `facts.facts_of` reads them; with years of birth there are ten times as many.
    """
    asked: dict[str, Any] = {"at_county": county, "at_day": on}
    if codes is None:
        found = session.execute(_BY_YEAR if by_year else _CELLS, asked)
    else:
        query = _BY_YEAR_OF if by_year else _CELLS_OF
        found = session.execute(query, {**asked, "codes": list(codes)})
    for code, cells in found:
        yield code, _decode(cells)


_decode = msgspec.json.Decoder(dict[str, int]).decode


def _write(session: Session, at: Mapping[str, Any], day: date, cells: tuple[str, str]) -> None:
    session.execute(_WRITE, {**at, "of_day": day, "new_cells": cells[0], "new_by_year": cells[1]})


def _changed(by_year: str, changes: Mapping[Facts, int]) -> tuple[str, str]:
    """Return the cells without and with the years after these changes; what none is left of is left
    out.
    """
    counts = Counter(_decode(by_year))
    counts.update({cell_of(facts): number for facts, number in changes.items()})
    cells: Counter[str] = Counter()
    for cell, number in counts.items():
        cells[without_year(cell)] += number
    return _told(cells), _told(counts)


def _told(counts: Mapping[str, int]) -> str:
    return msgspec.json.encode({cell: n for cell, n in counts.items() if n}).decode()
