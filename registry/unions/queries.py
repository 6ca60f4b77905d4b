"""What is asked of the tree."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.errors import NotFound
from registry.unions.models import Headcount, Level, TradeUnion


class Union(NamedTuple):
    """A trade union as plain values."""

    code: str
    county: str
    path: str
    parent_code: str | None
    level: Level
    name: str
    kind: str | None
    status: str
    formed_on: date | None

    @property
    def is_grassroots(self) -> bool:
        """A union that has members itself, not a federation of unions."""
        return self.level is Level.GRASSROOTS


def find(session: Session, code: str) -> Union:
    """Return the union with this code.

    Raises `NotFound` when there is none.
    """
    union = session.get(TradeUnion, code)
    if union is None:
        raise NotFound("union.unknown", f"没有代码为 {code[:16]} 的工会，请核对工会代码。")
    return _plain(union)


def counties(session: Session) -> list[str]:
    """Return the codes of the county federations of this installation."""
    query = select(TradeUnion.code).where(TradeUnion.level == Level.COUNTY)
    return list(session.scalars(query.order_by(TradeUnion.code)))


def children(session: Session, code: str) -> list[Union]:
    """Return the unions directly below, in the order of their codes."""
    query = select(TradeUnion).where(TradeUnion.parent_code == code).order_by(TradeUnion.code)
    return [_plain(union) for union in session.scalars(query)]


def ancestors(session: Session, path: str) -> list[Union]:
    """Return the unions on a path, from the top down to the place itself."""
    codes = [part for part in path.split("/") if part]
    query = select(TradeUnion).where(TradeUnion.code.in_(codes)).order_by(TradeUnion.path)
    return [_plain(union) for union in session.scalars(query)]


def grassroots(
    session: Session, path: str, *, search: str = "", after: str = "", limit: int = 50
) -> list[Union]:
    """Return grassroots unions below a path by code; `search` is a part of the name or a code's
    start.
    """
    query = select(TradeUnion).where(*_grassroots(path, search))
    if after:
        query = query.where(TradeUnion.code > after)
    return [
        _plain(union) for union in session.scalars(query.order_by(TradeUnion.code).limit(limit))
    ]


def count_grassroots(session: Session, path: str, *, search: str = "") -> int:
    """Return how many grassroots unions `grassroots` would list in all."""
    return session.scalar(select(func.count()).where(*_grassroots(path, search))) or 0


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of these unions by code."""
    query = select(TradeUnion.code, TradeUnion.name).where(TradeUnion.code.in_(set(codes)))
    return dict(session.execute(query).tuples().all())


def names_within(session: Session, codes: Iterable[str], path: str) -> dict[str, str]:
    """Return the names of those of these unions that lie at or below a path, by code."""
    query = select(TradeUnion.code, TradeUnion.name).where(
        TradeUnion.code.in_(set(codes)), TradeUnion.path.startswith(path, autoescape=True)
    )
    return dict(session.execute(query).tuples().all())


def headcount(session: Session, union: Union, on: date) -> int | None:
    """Return the employees declared last on or before a day, None when never declared."""
    return session.scalar(
        select(Headcount.employees)
        .where(
            Headcount.county == union.county,
            Headcount.union_code == union.code,
            Headcount.declared_on <= on,
        )
        .order_by(Headcount.declared_on.desc())
        .limit(1)
    )


def headcounts(session: Session, county: str, path: str, on: date) -> dict[str, int]:
    """Return the employees declared last on or before a day, by union, for all unions below a
    path.
    """
    latest = (
        select(Headcount.union_code, func.max(Headcount.declared_on).label("day"))
        .where(Headcount.county == county, Headcount.declared_on <= on)
        .group_by(Headcount.union_code)
        .subquery()
    )
    query = (
        select(Headcount.union_code, Headcount.employees)
        .join(
            latest,
            (latest.c.union_code == Headcount.union_code) & (latest.c.day == Headcount.declared_on),
        )
        .join(TradeUnion, TradeUnion.code == Headcount.union_code)
        .where(Headcount.county == county, TradeUnion.path.startswith(path, autoescape=True))
    )
    return dict(session.execute(query).tuples().all())


def _grassroots(path: str, search: str) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = [
        TradeUnion.path.startswith(path, autoescape=True),
        TradeUnion.level == Level.GRASSROOTS,
    ]
    if search:
        chosen.append(
            TradeUnion.name.contains(search, autoescape=True)
            | TradeUnion.code.startswith(search, autoescape=True)
        )
    return chosen


def _plain(union: TradeUnion) -> Union:
    return Union(
        union.code,
        union.county,
        union.path,
        union.parent_code,
        Level(union.level),
        union.name,
        union.kind,
        union.status,
        union.formed_on,
    )
