"""Members whose particulars are no more to be used than the law needs: the mark, and what it does.

They are kept, protected and counted, in the totals and in the lists behind them, where their line
names nobody. What each surface does of them is told in decision 0056.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, exists, select, update
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.errors import StateRefused
from registry.members.models import Member, Membership

RULE = "member.restricted"
_member = table_of(Member)


def mark(session: Session, county: str, member_id: int, at: datetime | None) -> None:
    """Restrict a member from an instant on; None lifts it."""
    whose = (_member.c.county == county, _member.c.id == member_id)
    session.execute(update(_member).where(*whose).values(restricted_at=at))


def of_membership(county: str | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a `Membership` is that of a member who is not restricted."""
    return Membership.member_id.not_in(_restricted(county, _member.c.id))


def names_restricted(county: Any, person_key: Any) -> ColumnElement[bool]:
    """Return the condition that the person of a column is a restricted member of the county."""
    other = _member.alias()
    return exists().where(
        other.c.county == county,
        other.c.person_key == person_key,
        other.c.restricted_at.is_not(None),
    )


def is_restricted(session: Session, county: str, person_key: bytes | None) -> bool:
    """Tell whether a person is a restricted member of the county."""
    return bool(session.scalar(select(names_restricted(county, person_key))))


def restricted_keys(county: str) -> Select[Any]:
    """Return the persons who are restricted in a county, for a condition over many rows."""
    return _restricted(county, _member.c.person_key)


def demand_open(member: Member) -> None:
    """Return for who may be opened in full; raises `StateRefused` (member.restricted)."""
    demand_none([member], "不能查看完整号码；解除限制以后才能查看")


def demand_none(members: Iterable[Member | None], then: str) -> None:
    """Return where nobody is restricted; raises `StateRefused` (member.restricted), which says
    what is not done `then`.
    """
    if any(one is not None and one.restricted_at is not None for one in members):
        raise StateRefused(RULE, f"这位会员的信息按本人请求限制处理，{then}。")


def _restricted(county: str | BindParameter[Any], column: ColumnElement[Any]) -> Select[Any]:
    """A handful, found by a partial index."""
    return select(column).where(_member.c.county == county, _member.c.restricted_at.is_not(None))
