"""What is asked of the tree."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, literal, select
from sqlalchemy.orm import Session

from registry.db import begins_with, table_of
from registry.errors import NotFound, StateRefused
from registry.unions.models import Headcount, Level, TradeUnion
from registry.unions.states import FORMED


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

    @property
    def is_formed(self) -> bool:
        """A union that exists, neither still to be formed nor dissolved."""
        return self.status in FORMED


# Of the plain table: a page lists hundreds of unions, and every page behind a guard begins with
# one. What has the same shape each time is put together once.
_union = table_of(TradeUnion).c
_UNIONS = select(*(_union[name] for name in Union._fields))
_FIND = _UNIONS.where(_union.code == bindparam("code"))
_STATUS = select(_union.status).where(_union.code == bindparam("code"))
_CHILDREN = _UNIONS.where(_union.parent_code == bindparam("code")).order_by(_union.code)
_ON_PATH = _UNIONS.where(_union.code.in_(bindparam("codes", expanding=True))).order_by(_union.path)
_NAMES = select(_union.code, _union.name).where(_union.code.in_(bindparam("codes", expanding=True)))
_PATHS = select(_union.code, _union.path).where(_union.code.in_(bindparam("codes", expanding=True)))


def find(session: Session, code: str) -> Union:
    """Return the union with this code.

    Raises `NotFound` when there is none.
    """
    union = session.execute(_FIND, {"code": code}).one_or_none()
    if union is None:
        raise NotFound("union.unknown", f"没有代码为 {code[:16]} 的工会，请核对工会代码。")
    return plain(union)


def demand_formed(session: Session, code: str) -> None:
    """Raise `StateRefused` (union.not_formed) where a union is not formed yet or is no more.

    Asks the database, not what was read before: who holds the county is told what stands now.
    """
    if session.scalar(_STATUS, {"code": code}) not in FORMED:
        raise StateRefused(
            "union.not_formed", "该工会还没有建立，或者已经撤销，不能办理会员；请联系上级工会。"
        )


def counties(session: Session) -> list[str]:
    """Return the codes of the county federations of this installation."""
    query = select(TradeUnion.code).where(TradeUnion.level == Level.COUNTY)
    return list(session.scalars(query.order_by(TradeUnion.code)))


def children(session: Session, code: str) -> list[Union]:
    """Return the unions directly below, in the order of their codes."""
    return [plain(union) for union in session.execute(_CHILDREN, {"code": code})]


def ancestors(session: Session, path: str) -> list[Union]:
    """Return the unions on a path, from the top down to the place itself."""
    codes = [part for part in path.split("/") if part]
    return [plain(union) for union in session.execute(_ON_PATH, {"codes": codes})]


def grassroots(
    session: Session, path: str, *, search: str = "", after: str = "", limit: int = 50
) -> list[Union]:
    """Return formed grassroots unions below a path by code; `search` is a part of the name or a
    code's start.
    """
    query = _UNIONS.where(*is_grassroots(path, search), _union.status.in_(FORMED))
    if after:
        query = query.where(_union.code > after)
    return [plain(union) for union in session.execute(query.order_by(_union.code).limit(limit))]


def names_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of these unions by code."""
    return dict(session.execute(_NAMES, {"codes": list(set(codes))}).tuples().all())


def paths_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the paths of these unions by code."""
    return dict(session.execute(_PATHS, {"codes": list(set(codes))}).tuples().all())


def named_in(session: Session, county: str, text: str) -> str:
    """Return the name of a union of the county, but its federation's, that stands in a text; "" for
    none.
    """
    query = select(_union.name).where(
        _union.county == county,
        _union.level != Level.COUNTY,
        func.length(_union.name) > 1,
        literal(text).contains(_union.name),
    )
    return session.scalar(query.order_by(_union.code).limit(1)) or ""


def names_within(session: Session, codes: Iterable[str], path: str) -> dict[str, str]:
    """Return the names of those of these unions that lie at or below a path, by code."""
    query = _NAMES.where(_union.path.startswith(path, autoescape=True))
    return dict(session.execute(query, {"codes": list(set(codes))}).tuples().all())


_declared = table_of(Headcount).c
_HEADCOUNT = (
    select(_declared.employees)
    .where(
        _declared.county == bindparam("county"),
        _declared.union_code == bindparam("code"),
        _declared.declared_on <= bindparam("day"),
    )
    .order_by(_declared.declared_on.desc())
    .limit(1)
)
_earlier = table_of(Headcount).alias().c
_HEADCOUNTS = select(_declared.union_code, _declared.employees).where(
    _declared.county == bindparam("county"),
    _declared.union_code.in_(select(_union.code).where(begins_with(_union.path, "path"))),
    _declared.declared_on
    == select(func.max(_earlier.declared_on))
    .where(
        _earlier.county == _declared.county,
        _earlier.union_code == _declared.union_code,
        _earlier.declared_on <= bindparam("day"),
    )
    .scalar_subquery(),
)


def headcount(session: Session, union: Union, on: date) -> int | None:
    """Return the employees declared last on or before a day, None when never declared."""
    session.flush()  # an operation sees what it has declared
    asked = {"county": union.county, "code": union.code, "day": on}
    return session.scalar(_HEADCOUNT, asked)


def headcounts(session: Session, county: str, path: str, on: date) -> dict[str, int]:
    """Return the employees declared last on or before a day, by union, for all unions below a
    path.
    """
    asked = {"county": county, "path": path, "day": on}
    return dict(session.execute(_HEADCOUNTS, asked).tuples().all())


def is_grassroots(path: str, search: str = "") -> list[ColumnElement[bool]]:
    """Return the conditions for the grassroots unions below a path, whatever their state."""
    chosen: list[ColumnElement[bool]] = [
        _union.path.startswith(path, autoescape=True),
        _union.level == Level.GRASSROOTS,
    ]
    if search:
        chosen.append(
            _union.name.contains(search, autoescape=True)
            | _union.code.startswith(search, autoescape=True)
        )
    return chosen


def plain(row: Any) -> Union:
    """Return a row with the columns of `Union` as one."""
    code, county, path, parent_code, level, *others = row
    return Union(code, county, path, parent_code, Level(level), *others)
