"""Campaigns begun, prolonged and closed. One transaction each, on the trail."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand, within
from registry.access.roles import Permission
from registry.campaigns.models import Campaign, CampaignScope
from registry.campaigns.states import (
    REGISTRATION,
    TRANSITIONS,
    CampaignAct,
    CampaignKind,
    CampaignState,
    state_on,
)
from registry.clock import now, today
from registry.db import allocate, transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.trail.operations import hold, record
from registry.unions import queries as unions
from registry.unions.queries import Union

TITLE_LENGTH, NOTE_LENGTH = 60, 500
# Who may act on a campaign of each kind.
PERMISSIONS = {
    CampaignKind.REVERIFY: Permission.RUN_CAMPAIGNS,
    CampaignKind.REGISTER: Permission.RUN_REGISTRATION,
}


class Plan(NamedTuple):
    """What a campaign is to be. `units` are the codes of the units it is for, none for all of the
    place; `ends_when_due`: it closes by itself after its last day.
    """

    title: str
    opens_on: date
    due_on: date
    note: str = ""
    units: Collection[str] = ()
    ends_when_due: bool = False


def begin(place_code: str, plan: Plan, *, actor: Actor) -> int:
    """Begin a campaign of verification at a place and return its number.

    Raises `InputRefused` (campaign.title, .note, .opens, .due), `NotFound` outside the actor's
    place and for units that are none of it.
    """
    with transaction() as session:
        place = unions.find(session, place_code)
        demand(actor, Permission.RUN_CAMPAIGNS, place.path)
        if plan.opens_on < today():
            raise InputRefused("campaign.opens", "开始日期不能早于今天：复核从开始那天起计算。")
        if place.is_grassroots:
            raise Forbidden("campaign.not_unit", "复核活动由市总工会或乡镇（街道）工会开展。")
        hold(session, place.county)
        return lay(session, place, CampaignKind.REVERIFY, plan, actor).id


def lay(
    session: Session,
    place: Union,
    kind: CampaignKind,
    plan: Plan,
    actor: Actor,
    *,
    union_kinds: Collection[str] = (),
    **detail: Any,
) -> Campaign:
    """Write a campaign and its scope, and both on the trail with `detail`, in the transaction of an
    act that holds the county. Raises `InputRefused`, `NotFound` as `begin` does.
    """
    title, note = _checked(plan)
    scopes = _scopes(session, place, plan.units)
    one = Campaign(
        county=place.county,
        id=allocate(session, f"campaign:{place.county}"),
        kind=kind,
        union_code=place.code,
        path=place.path,
        title=title,
        note=note or None,
        opens_on=plan.opens_on,
        due_on=plan.due_on,
        ends_when_due=plan.ends_when_due,
        state=CampaignState.OPEN,
        begun_by=actor.account_id,
        begun_at=now(),
        union_kinds=" ".join(sorted(union_kinds)) or None,
    )
    session.add(one)
    session.flush()
    session.add_all(
        CampaignScope(county=one.county, campaign_id=one.id, union_code=scope.code, path=scope.path)
        for scope in scopes
    )
    record_act(
        session,
        "campaign.begin",
        one,
        actor,
        kind=kind,
        title=title,
        opens=plan.opens_on.isoformat(),
        due=plan.due_on.isoformat(),
        ends_when_due=plan.ends_when_due,
        units=[scope.code for scope in scopes],
        **detail,
    )
    return one


def change_due(number: int, due_on: date, *, actor: Actor) -> None:
    """Set another last day, today or later. Raises `InputRefused`, `NotFound`, `StateRefused`."""
    with transaction() as session:
        one = taken(session, number, actor, CampaignAct.CHANGE_DUE)
        if due_on < max(today(), one.opens_on):
            raise InputRefused("campaign.due", "截止日期不能早于今天，也不能早于开始日期。")
        before, one.due_on = one.due_on, due_on
        record_act(
            session,
            "campaign.change_due",
            one,
            actor,
            before=before.isoformat(),
            due=due_on.isoformat(),
        )


def close(number: int, *, actor: Actor) -> None:
    """Close a campaign: it asks nothing more; drafts and what waits for review go on as they are.

    Raises `NotFound`, `StateRefused`.
    """
    with transaction() as session:
        one = taken(session, number, actor, CampaignAct.CLOSE)
        one.closed_by, one.closed_at = actor.account_id, now()
        record_act(session, "campaign.close", one, actor)


def _checked(plan: Plan) -> tuple[str, str]:
    title, note = plan.title.strip(), plan.note.strip()
    if not 0 < len(title) <= TITLE_LENGTH:
        raise InputRefused("campaign.title", f"请填写活动名称，最多 {TITLE_LENGTH} 个字。")
    if len(note) > NOTE_LENGTH:
        raise InputRefused("campaign.note", f"说明最多 {NOTE_LENGTH} 个字。")
    if plan.due_on < plan.opens_on:
        raise InputRefused("campaign.due", "截止日期不能早于开始日期。")
    return title, note


def _scopes(session: Session, place: Union, codes: Collection[str]) -> list[Union]:
    if not codes:
        return [place]
    found = [one for one in unions.children(session, place.code) if one.code in set(codes)]
    if len(found) < len(set(codes)) or any(one.is_grassroots for one in found):
        raise NotFound("campaign.unit", "所选单位不在您的管理范围内，请重新选择。")
    return found


def taken(session: Session, number: int, actor: Actor, act: CampaignAct) -> Campaign:
    """Lock the county and return the campaign, moved by the act, if the actor may.

    Raises `NotFound`, `Forbidden`, `StateRefused`.
    """
    hold(session, actor.county)
    query = select(Campaign).where(Campaign.county == actor.county, Campaign.id == number)
    one = session.scalars(query.with_for_update()).one_or_none()
    if one is None or not within(one.path, actor.path):
        raise NotFound("campaign.unknown", f"没有第 {number} 号活动，或者它不由您的单位管理。")
    demand(actor, PERMISSIONS[CampaignKind(one.kind)], one.path)
    if act in REGISTRATION and one.kind != CampaignKind.REGISTER:
        raise NotFound("campaign.unknown", f"第 {number} 号活动不是会员实名登记，不能这样办理。")
    now_in = state_on(one.state, one.due_on, ends_when_due=one.ends_when_due, on=today())
    after = TRANSITIONS.get((now_in, act))
    if after is None:
        raise StateRefused("campaign.state", "这个活动已结束，不能再这样办理；请刷新页面。")
    one.state = after
    return one


def record_act(session: Session, action: str, one: Campaign, actor: Actor, **detail: Any) -> None:
    """Write an act on a campaign on the trail."""
    record(
        session, action, actor=actor, place=one.union_code, detail={"campaign": one.id, **detail}
    )
