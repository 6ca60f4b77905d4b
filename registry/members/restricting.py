"""Members whose particulars are no more to be used than the law needs: the mark, and what it does.

They count as before, in the totals and in the lists behind them, where their line names nobody.
Rosters are still matched against them, or one person would be entered twice; what is answered to a
question for eligibility stays as it was (decision 0054).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, select, update
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.errors import StateRefused
from registry.members.models import Member, Membership

SHOWN_AS = "限制处理"
_member = table_of(Member)


def mark(session: Session, county: str, member_id: int, at: datetime | None) -> None:
    """Restrict a member from an instant on; None lifts it."""
    whose = (_member.c.county == county, _member.c.id == member_id)
    session.execute(update(_member).where(*whose).values(restricted_at=at))


def of_membership(county: str | BindParameter[Any]) -> ColumnElement[bool]:
    """Return the condition that a `Membership` is that of a member who is not restricted."""
    return Membership.member_id.not_in(_restricted(county))


def demand_open(member: Member) -> None:
    """Return for who may be opened in full; raises `StateRefused` (member.restricted)."""
    if member.restricted_at is not None:
        raise StateRefused(
            "member.restricted",
            "这位会员的信息按本人请求限制处理，不能查看完整号码；解除限制以后才能查看。",
        )


def _restricted(county: str | BindParameter[Any]) -> Select[Any]:
    """A handful, found by a partial index."""
    return select(Member.id).where(Member.county == county, Member.restricted_at.is_not(None))
