"""The directory of a place's unions: whatever their state, narrowed by what is asked for."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.unions.models import TradeUnion
from registry.unions.queries import Union, is_grassroots, plain
from registry.unions.states import FORMED, Life, UnionState


class Wanted(NamedTuple):
    """Which unions: a part of the name or the code's start, some states (none: any), a kind, and
    those whose term ends by a day.
    """

    search: str = ""
    states: Collection[UnionState] = ()
    kind: str = ""
    due_by: date | None = None


class Listed(NamedTuple):
    """A union of the directory, with the end of its committee's term."""

    union: Union
    term_ends_on: date | None


class Standing(NamedTuple):
    """How many unions of a place exist, are being prepared, and are on the list beside these."""

    existing: int = 0
    preparing: int = 0
    listed: int = 0

    @property
    def not_yet(self) -> int:
        """Those that should be and are not yet."""
        return self.preparing + self.listed

    @property
    def should(self) -> int:
        """Those that should be: existing and not yet."""
        return self.existing + self.not_yet


# So long before the end of its committee's term a union is to prepare an election.
DUE_WITHIN = timedelta(days=90)

_union = table_of(TradeUnion).c
_LISTED = select(*(_union[name] for name in Union._fields), _union.term_ends_on)
_LIVES = [_union[name] for name in Life._fields]


def listed(
    session: Session, path: str, wanted: Wanted, *, after: str = "", limit: int = 50
) -> list[Listed]:
    """Return grassroots unions below a path by code, `limit` at most, after the code `after`."""
    query = _LISTED.where(*_wanted(path, wanted))
    if after:
        query = query.where(_union.code > after)
    found = session.execute(query.order_by(_union.code).limit(limit))
    return [Listed(plain(row[:-1]), row[-1]) for row in found]


def count(session: Session, path: str, wanted: Wanted) -> int:
    """Return how many unions `listed` would list in all."""
    return session.scalar(select(func.count()).where(*_wanted(path, wanted))) or 0


def standing(session: Session, path: str, on: date) -> Standing:
    """Count the unions at or below a path as they stood at the end of a day."""
    query = select(*_LIVES).where(*is_grassroots(path))
    return standing_of((Life(*row) for row in session.execute(query)), on)


def standing_of(lives: Iterable[Life], on: date) -> Standing:
    """Count unions as they stood at the end of a day."""
    states = Counter(life.on(on) for life in lives)
    return Standing(
        existing=sum(states[state] for state in FORMED),
        preparing=states[UnionState.PREPARING],
        listed=states[UnionState.UNFORMED],
    )


def _wanted(path: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = is_grassroots(path, wanted.search)
    if wanted.states:
        conditions.append(_union.status.in_(list(wanted.states)))
    if wanted.kind:
        conditions.append(_union.kind == wanted.kind)
    if wanted.due_by is not None:
        conditions += [_union.status.in_(FORMED), _union.term_ends_on <= wanted.due_by]
    return conditions
