"""Counting who looks at people, so that nobody takes the register home one by one.

Counted is what stands on the trail: a second session, a token or the command line add to the same
account. Near the limit an entry tells it, for the log keeper and the county's auditor to see.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.clock import now
from registry.db import setting
from registry.errors import Busy
from registry.trail.models import LOOKING, TrailEntry
from registry.trail.operations import record

MANY = "look.many"
NEAR = 80  # per cent of a limit at which somebody is told
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class Kind(NamedTuple):
    """Acts that are counted together, and the settings that bound them in an hour and a day."""

    what: str
    actions: Sequence[str]
    an_hour: str
    a_day: str


LOOKS = Kind(
    "查看完整号码",
    ("member.open", "row.open", "identity.open"),
    "LOOKS_PER_HOUR",
    "LOOKS_PER_DAY",
)
LOOK_UPS = Kind("按证件号码查询", ("member.look_up",), "LOOK_UPS_PER_HOUR", "LOOK_UPS_PER_DAY")


class Alarm(NamedTuple):
    """An account that came near a limit: how often within the last day."""

    account: str
    times: int


def refusal(session: Session, kind: Kind, actor: Actor) -> Busy | None:
    """Return why an account may not do one more of a kind, None when it may; whoever asks holds
    the county's trail and raises it after recording.

    The act that comes near a limit is told on the trail.
    """
    for period, name, words in ((_HOUR, kind.an_hour, "一小时"), (_DAY, kind.a_day, "一天")):
        limit: int = setting(name)
        done = session.scalar(_counted(kind, actor, now() - period)) or 0
        if done >= limit:
            return Busy(
                "look.too_many",
                f"{words}内{kind.what}已达 {limit} 次，暂时不能再查。请过些时候再办；"
                "工作确实需要的，请联系市总工会管理员。",
            )
        if done + 1 == _near(limit):
            detail = {"what": kind.what, "times": done + 1, "limit": limit, "within": words}
            record(session, MANY, actor=actor, place=actor.place, detail=detail)
    return None


def alarms(session: Session, county: str = "") -> list[Alarm]:
    """Return the accounts that came near a limit within the last day, of a county or of all."""
    query = (
        select(TrailEntry.actor_name, func.count())
        .where(text(LOOKING), TrailEntry.action == MANY, TrailEntry.at >= now() - _DAY)
        .group_by(TrailEntry.actor_name)
        .order_by(TrailEntry.actor_name)
    )
    if county:
        query = query.where(TrailEntry.county == county)
    return [Alarm(*row) for row in session.execute(query)]


def _counted(kind: Kind, actor: Actor, since: datetime) -> Select[tuple[int]]:
    """Return the question how often an account did it since; what was refused does not count."""
    return select(func.count()).where(
        text(LOOKING),
        TrailEntry.county == actor.county,
        TrailEntry.actor_name == actor.name,
        TrailEntry.at > since,
        TrailEntry.action.in_(kind.actions),
        TrailEntry.result.not_like("refused%"),
    )


def _near(limit: int) -> int:
    return max(1, limit * NEAR // 100)
