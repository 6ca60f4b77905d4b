"""Members whose particulars are no more to be used than the law needs: the mark, and what it does.

They are kept, protected and counted, in the totals and in the lists behind them, where their line
names nobody. What each surface does of them is told in decision 0056.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Select,
    false,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.errors import StateRefused
from registry.members.models import Member, Membership, Person

RULE = "member.restricted"
_member, _person = table_of(Member), table_of(Person)


def _concealed() -> CTE:
    """Return county and key of who is restricted, a handful found by a partial index: the right
    keys, and those of numbers that were corrected and of records that were merged, which lead
    there. Old rosters have the person under these.
    """
    right = select(_member.c.county, _member.c.person_key.label("key")).where(
        _member.c.restricted_at.is_not(None)
    )
    found = right.cte("concealed", recursive=True)
    former = select(found.c.county, _person.c.key).where(_person.c.same_as == found.c.key)
    return found.union(former)


# One for all statements: several conditions of one of them share it.
_CONCEALED = _concealed().c


def mark(session: Session, county: str, member_id: int, at: datetime | None) -> None:
    """Restrict a member from an instant on; None lifts it."""
    whose = (_member.c.county == county, _member.c.id == member_id)
    session.execute(update(_member).where(*whose).values(restricted_at=at))


def of_membership(county: str | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a `Membership` is that of a member who is not restricted."""
    restricted = _member.c.county == county, _member.c.restricted_at.is_not(None)
    return Membership.member_id.not_in(select(_member.c.id).where(*restricted))


def names_restricted(county: Any, person_key: Any) -> ColumnElement[bool]:
    """Return the condition that the person of a column is a restricted member of the county."""
    known = tuple_(county, person_key).in_(select(_CONCEALED.county, _CONCEALED.key))
    return func.coalesce(known, false())  # a row without a sound number has no person


def is_restricted(session: Session, county: str, person_key: bytes | None) -> bool:
    """Tell whether a person is a restricted member of the county."""
    return person_key in set(session.scalars(restricted_keys(county)))


def restricted_keys(county: str) -> Select[Any]:
    """Return the persons who are restricted in a county, for a condition over many rows."""
    return select(_CONCEALED.key).where(_CONCEALED.county == county)


def demand_open(member: Member) -> None:
    """Return for who may be opened in full; raises `StateRefused` (member.restricted)."""
    demand_none([member], "不能查看完整号码；解除限制以后才能查看")


def demand_none(members: Iterable[Member | None], then: str) -> None:
    """Return where nobody is restricted; raises `StateRefused` (member.restricted), which says
    what is not done `then`.
    """
    if any(one is not None and one.restricted_at is not None for one in members):
        raise StateRefused(RULE, f"这位会员的信息按本人请求限制处理，{then}。")
