"""What is known of one union, and what happened to it."""

from datetime import date, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.errors import NotFound
from registry.unions.models import TradeUnion, UnionEvent
from registry.unions.particulars import Particulars
from registry.unions.states import UnionAct


class Profile(NamedTuple):
    """What is known of a union beside its place in the tree."""

    status: str
    listed_on: date | None
    prepared_on: date | None
    formed_on: date | None
    elected_on: date | None
    term_ends_on: date | None
    dissolved_on: date | None
    credit_code: str | None
    kind: str | None
    industry: str | None
    employer_category: str | None
    new_sector_kind: str | None
    chair: str | None

    @property
    def particulars(self) -> Particulars:
        """What may be put right, "" where nothing is known."""
        return Particulars(*(getattr(self, field) or "" for field in Particulars._fields))


class UnionEventView(NamedTuple):
    """What happened to a union. `before` and `after` are codes and texts by field."""

    id: int
    act: UnionAct
    happened_on: date | None
    before: dict[str, str | None]
    after: dict[str, str | None]
    note: str | None
    recorded_by: int | None
    recorded_at: datetime


_union, _event = table_of(TradeUnion).c, table_of(UnionEvent).c


def profile(session: Session, code: str) -> Profile:
    """Return what is known of a union. Raises `NotFound`."""
    query = select(*(_union[name] for name in Profile._fields)).where(_union.code == code)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("union.unknown", f"没有代码为 {code[:16]} 的工会，请核对工会代码。")
    return Profile(*row)


def events(session: Session, county: str, code: str) -> list[UnionEventView]:
    """Return what happened to a union, the last first."""
    query = select(*(_event[name] for name in UnionEventView._fields)).where(
        _event.county == county, _event.union_code == code
    )
    return [
        UnionEventView(
            row.id,
            UnionAct(row.act),
            row.happened_on,
            msgspec.json.decode(row.before),
            msgspec.json.decode(row.after),
            row.note,
            row.recorded_by,
            row.recorded_at,
        )
        for row in session.execute(query.order_by(_event.id.desc()))
    ]


def former_names(told: list[UnionEventView]) -> list[str]:
    """Return the names that a union had, the last first."""
    return [one.before["name"] or "" for one in told if one.act is UnionAct.RENAME]
