"""What running campaigns put on the home page, and how they stand for one union."""

from collections.abc import Iterable, Mapping, Sequence

from flask import g, url_for
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.campaigns import queries
from registry.campaigns.progress import Progress, of_unions, total
from registry.campaigns.queries import CampaignView
from registry.clock import today
from registry.submissions import confirming
from registry.submissions.confirming import Standing
from registry.unions import queries as unions
from registry.unions.queries import Union
from registry.web.waiting import Card

_LATE, _SOON, _RUNNING = 85, 65, 42
_SOON_DAYS = 7


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What running campaigns still ask: of a clerk the members, above that the unions behind."""
    if not actor.has(Permission.VIEW_CAMPAIGNS):
        return
    going = queries.running(session, actor.county, actor.path, today())
    if not going:
        return
    if actor.has(Permission.WORK_ROSTER):
        standing = standing_in(session, unions.find(session, actor.place), going)
        for one in going:
            if standing[one.id].open:
                yield _clerks_card(one, standing[one.id].open)
        return
    for one, lines in zip(going, of_unions(session, actor.county, actor.path, going), strict=True):
        found = total(lines)
        if found.behind:
            yield _desks_card(one, found)


def days_left(one: CampaignView) -> str:
    """Return how long there is still time, in words."""
    days = (one.due_on - today()).days
    if days < 0:
        return f"已过期 {-days} 天"
    return f"{days} 天后截止" if days else "今天截止"


def standing_in(
    session: Session, place: Union, going: Sequence[CampaignView]
) -> Mapping[int, Standing]:
    """Return how a union stands in each campaign; nothing for a federation."""
    if not place.is_grassroots or not going:
        return {}
    found = confirming.standing(session, place, [one.opens_at for one in going])
    return {one.id: found[one.opens_at] for one in going}


def _clerks_card(one: CampaignView, count: int) -> Card:
    return Card(
        f"复核活动“{one.title}”",
        count,
        "人",
        f"还有 {count:,} 人未复核，{days_left(one)}",
        url_for("confirming.members", code=g.actor.place, number=one.id),
        "逐人复核",
        "arrow-repeat",
        *_pressing(one),
    )


def _desks_card(one: CampaignView, found: Progress) -> Card:
    return Card(
        f"复核活动“{one.title}”",
        found.behind,
        "家",
        f"没有复核完的工会，其中 {found.idle:,} 家还没有开始；{days_left(one)}",
        url_for("campaigns.campaign", code=g.actor.place, number=one.id),
        "查看进度",
        "arrow-repeat",
        *_pressing(one),
    )


def _pressing(one: CampaignView) -> tuple[str, int]:
    """Return tone and urgency by the days that are left."""
    days = (one.due_on - today()).days
    if days < 0:
        return "red", _LATE
    return ("amber", _SOON) if days <= _SOON_DAYS else ("blue", _RUNNING)
