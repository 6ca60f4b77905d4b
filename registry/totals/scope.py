"""Which unions of a place are counted, and in which row of a table each of them stands."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import begins_with, table_of
from registry.totals.dimensions import MEMBER_FACTS, NOT_KNOWN, PART, UNION, UNION_FACTS, values
from registry.unions.models import Level, TradeUnion
from registry.unions.queries import Union, children
from registry.unions.states import Life


class Below(NamedTuple):
    """A union of a place with the facts that it is counted by."""

    code: str
    path: str
    name: str
    kind: str | None
    new_sector_kind: str | None
    industry: str | None
    employer_category: str | None
    life: Life


class Rows(NamedTuple):
    """The rows of a table by their keys, in order, and what tells the row of a union, "" for one in
    none of them.
    """

    labels: Mapping[str, str]
    of: Callable[[Below], str]


_union = table_of(TradeUnion).c
_PLAIN = Below._fields[:-1]
_BELOW = (
    select(*(_union[name] for name in (*_PLAIN, *Life._fields)))
    .where(begins_with(_union.path, "path"), _union.level == Level.GRASSROOTS)
    .order_by(_union.code)
)


def below(session: Session, place: Union, chosen: Mapping[str, str]) -> list[Below]:
    """Return the unions of a place, by code, with the chosen facts; facts of members are left
    aside.
    """
    found = (
        Below._make((*row[: len(_PLAIN)], Life(*row[len(_PLAIN) :])))
        for row in session.execute(_BELOW, {"path": place.path})
    )
    asked = [(name, chosen[name]) for name in UNION_FACTS if name in chosen]
    return [one for one in found if all(said(one, name) == value for name, value in asked)]


def rows_by(session: Session, place: Union, by: str, unions: Iterable[Below]) -> Rows:
    """Return the rows of a dimension. Where it is one of members, no union has a row of its own."""
    if by == UNION:
        return Rows({one.code: one.name for one in unions}, lambda one: one.code)
    if by == PART:
        parts = {one.code: one.name for one in children(session, place.code) or [place]}
        return Rows(parts, lambda one: _part_of(parts, one.path))
    labels = dict(values(by))
    if by in MEMBER_FACTS:
        return Rows(labels, lambda one: "")
    return Rows(labels, lambda one: said(one, by))


def said(one: Below, name: str) -> str:
    """Return the key of a union's value of a fact."""
    return getattr(one, name) or NOT_KNOWN


def _part_of(parts: Mapping[str, str], path: str) -> str:
    return next((code for code in path.split("/") if code in parts), "")
