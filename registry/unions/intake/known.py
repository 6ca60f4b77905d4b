"""What the register holds when a workbook of unions is compared with it: read in four queries."""

import re
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.unions import book
from registry.unions.employers import EmployerView
from registry.unions.models import Level, TradeUnion, UnionEmployer
from registry.unions.names import plain
from registry.unions.queries import Union
from registry.unions.states import UnionState

_FEDERATION = re.compile(r"(总工会|工会联合会|联合工会|工会委员会|工会)$")


class Kept(NamedTuple):
    """A grassroots union as the register has it."""

    code: str
    path: str
    parent_code: str
    name: str
    status: str
    listed_on: date | None = None
    prepared_on: date | None = None
    formed_on: date | None = None
    elected_on: date | None = None
    term_ends_on: date | None = None
    dissolved_on: date | None = None
    credit_code: str | None = None
    kind: str | None = None
    industry: str | None = None
    employer_category: str | None = None
    new_sector_kind: str | None = None
    chair: str | None = None


class Known(NamedTuple):
    """The register as a place sees it. `here` are its unions by code; `names` all of the county
    that are not dissolved, by plain name; `credit_codes` the unions that have them; `units` the
    codes of the place's units by all that they are called; `employers` by union.
    """

    here: dict[str, Kept]
    names: dict[str, list[str]]
    credit_codes: dict[str, str]
    units: dict[str, str]
    unit_names: dict[str, str]
    only_unit: str
    employers: dict[str, list[EmployerView]]


_union, _employer = table_of(TradeUnion).c, table_of(UnionEmployer).c
_ALL = select(*(_union[name] for name in Kept._fields))
_UNITS = select(_union.code, _union.name)


def known(session: Session, place: Union) -> Known:
    """Return what the register holds of a place, and which names and codes its county has."""
    everyone = session.execute(
        _ALL.where(_union.county == place.county, _union.level == Level.GRASSROOTS)
    )
    found = [Kept(*row) for row in everyone]
    names: dict[str, list[str]] = {}
    for one in found:
        if one.status != UnionState.DISSOLVED:
            names.setdefault(plain(one.name), []).append(one.code)
    below = _UNITS.where(
        _union.path.startswith(place.path, autoescape=True), _union.level == Level.TOWNSHIP
    )
    units = [(str(code), str(name)) for code, name in session.execute(below.order_by(_union.code))]
    return Known(
        {one.code: one for one in found if one.path.startswith(place.path)},
        names,
        {one.credit_code: one.code for one in found if one.credit_code},
        _called(units),
        dict(units),
        units[0][0] if len(units) == 1 else "",
        _employers(session, place),
    )


def cell_of(employers: list[EmployerView]) -> str:
    """Return employers as a cell of an exported workbook says them."""
    return book.joined((one.name, one.credit_code) for one in employers)


def _called(units: list[tuple[str, str]]) -> dict[str, str]:
    """Return the units by code, name, and name without what every federation is called."""
    called: dict[str, str] = {}
    for code, name in units:
        for form in (code, plain(name), _FEDERATION.sub("", plain(name))):
            called.setdefault(form, code)
    return called


def _employers(session: Session, place: Union) -> dict[str, list[EmployerView]]:
    query = select(_employer.union_code, *(_employer[name] for name in EmployerView._fields))
    query = query.where(_employer.county == place.county)
    found: dict[str, list[EmployerView]] = {}
    for code, *one in session.execute(query.order_by(_employer.union_code, _employer.number)):
        found.setdefault(code, []).append(EmployerView(*one))
    return found
