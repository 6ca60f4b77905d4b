"""Of whom members are made up: counted by any fact of theirs or of their union, at any day.

Added up from what is kept of each union (`members.composition`), never from members.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.members.composition import compositions
from registry.members.facts import facts_of
from registry.members.models import MembershipState
from registry.totals.dimensions import (
    MEMBER_FACTS,
    PART,
    UNION,
    value_of,
)
from registry.totals.scope import Below, below, rows_by
from registry.unions.queries import Union


class Count(NamedTuple):
    """Members of a row or a cell, those in work and those whose membership is retained apart."""

    active: int = 0
    retained: int = 0

    def __add__(self, other: tuple[int, ...]) -> "Count":  # type: ignore[override]
        return Count(self.active + other[0], self.retained + other[1])


class Row(NamedTuple):
    """A line of the table: one value of the dimension, its members, and those by the values
    across.
    """

    key: str
    label: str
    total: Count
    across: Mapping[str, Count]


class Structure(NamedTuple):
    """The members of a place at the end of a day, by one dimension and across by another."""

    rows: list[Row]
    total: Row


def structure(
    session: Session,
    place: Union,
    on: date,
    by: str,
    across: str = "",
    chosen: Mapping[str, str] = {},
) -> Structure:
    """Count the members of a place at the end of a day.

    `by` is a dimension, `across` one of members or "", `chosen` maps facts to the values that are
    asked for. The rows are in the order of the dimension's values; those of facts that nobody has
    are left out.
    """
    unions = below(session, place, chosen)
    lines, places = rows_by(session, place, by, unions), _Places(by, across, chosen, on.year)
    counts: dict[str, dict[str, Count]] = defaultdict(lambda: defaultdict(Count))
    for one, cells in _counted(session, place, on, unions, by_year=places.by_year):
        for (row, other, is_retained), number in _added_up(cells, places):
            line = counts[lines.of(one) if row is None else row]
            line[other] += _count(number, is_retained=is_retained)
    rows = [
        _row(key, label, counts.get(key, {}))
        for key, label in lines.labels.items()
        if key in counts or by in (PART, UNION)
    ]
    return Structure(rows, _sum(rows))


def by_union(
    session: Session, place: Union, on: date, chosen: Mapping[str, str]
) -> list[tuple[Below, Count]]:
    """Return the unions of a place, by code, with their members of the chosen facts."""
    unions, places = below(session, place, chosen), _Places(UNION, "", chosen, on.year)
    found: dict[str, Count] = defaultdict(Count)
    for one, cells in _counted(session, place, on, unions, by_year=places.by_year):
        for counted, number in _added_up(cells, places):
            found[one.code] += _count(number, is_retained=counted.is_retained)
    return [(one, found[one.code]) for one in unions]


def _counted(
    session: Session, place: Union, on: date, unions: Iterable[Below], *, by_year: bool
) -> Iterable[tuple[Below, dict[str, int]]]:
    by_code = {one.code: one for one in unions}
    # A whole county is read in one go, a part of it by its codes.
    codes = None if place.parent_code is None else by_code.keys()
    for code, cells in compositions(session, place.county, on, codes, by_year=by_year):
        if code in by_code:
            yield by_code[code], cells


class _Place(NamedTuple):
    """Where members are counted: the row, None where it is their union's matter, and the value
    across.
    """

    row: str | None
    across: str
    is_retained: bool


_NOT_ASKED = -1


class _Places(dict[str, int]):
    """Where each cell is counted, as a number in `places`; worked out once for each cell, since
    thousands of unions have the same few. `by_year` tells that years of birth are asked for.
    """

    def __init__(self, by: str, across: str, chosen: Mapping[str, str], year: int) -> None:
        super().__init__()
        self.places: list[_Place] = []
        self.by_year = "age" in (by, across, *chosen)
        self._by, self._across, self._year = by, across, year
        self._asked = [(name, chosen[name]) for name in MEMBER_FACTS if name in chosen]

    def __missing__(self, cell: str) -> int:
        facts = facts_of(cell)
        if any(value_of(name, facts, self._year) != value for name, value in self._asked):
            self[cell] = _NOT_ASKED
            return _NOT_ASKED
        place = _Place(
            value_of(self._by, facts, self._year) if self._by in MEMBER_FACTS else None,
            value_of(self._across, facts, self._year) if self._across else "",
            facts.state == MembershipState.RETAINED,
        )
        if place not in self.places:
            self.places.append(place)
        self[cell] = self.places.index(place)
        return self[cell]


def _added_up(cells: Mapping[str, int], places: _Places) -> Iterator[tuple[_Place, int]]:
    """Yield where members of a union are counted, and how many."""
    found: dict[int, int] = defaultdict(int)
    for cell, number in cells.items():
        found[places[cell]] += number
    found.pop(_NOT_ASKED, None)
    for place, number in found.items():
        yield places.places[place], number


def _count(number: int, *, is_retained: bool) -> Count:
    return Count(0, number) if is_retained else Count(number, 0)


def _row(key: str, label: str, across: Mapping[str, Count]) -> Row:
    return Row(key, label, sum(across.values(), Count()), across)


def _sum(rows: Iterable[Row]) -> Row:
    across: dict[str, Count] = defaultdict(Count)
    for row in rows:
        for key, count in row.across.items():
            across[key] += count
    return _row("", "合计", across)
