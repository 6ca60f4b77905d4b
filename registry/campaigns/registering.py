"""Registrations begun: for whom, in which phases, and who goes first."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.campaigns.models import Campaign, CampaignPhase
from registry.campaigns.operations import Plan, lay
from registry.campaigns.states import CampaignAct, CampaignKind, Phase
from registry.campaigns.turns import lay_turns, units_of
from registry.codes import code_list
from registry.db import transaction
from registry.errors import Forbidden, InputRefused
from registry.trail.operations import hold
from registry.unions import queries as unions
from registry.unions.models import Level


class Planned(NamedTuple):
    """A phase as it is planned: its last day, and the share of unions asked for, in percent."""

    phase: Phase
    ends_on: date
    share: int = 100


class Registration(NamedTuple):
    """What a registration is to be, beside its plan. `kinds` are the kinds of union that it is for,
    none for all; `pilot` the units that begin first, none where all begin together.
    """

    plan: Plan
    phases: Collection[Planned]
    kinds: Collection[str] = ()
    pilot: Collection[str] = ()


def begin(county: str, new: Registration, *, actor: Actor) -> int:
    """Begin a registration and return its number. It may have opened on a day that is past.

    Raises `InputRefused` (campaign.title, .note, .due, .phases, .share, .kinds, .pilot),
    `Forbidden` below the county, `NotFound` outside the actor's place.
    """
    phases = _checked(new)
    with transaction() as session:
        place = unions.find(session, county)
        demand(actor, Permission.RUN_REGISTRATION, place.path)
        if place.level is not Level.COUNTY:
            raise Forbidden("campaign.not_county", "会员实名登记由市总工会开展。")
        hold(session, place.county)
        one = lay(
            session,
            place,
            CampaignKind.REGISTER,
            new.plan,
            actor,
            union_kinds=new.kinds,
            kinds=sorted(new.kinds),
            pilot=sorted(new.pilot),
            phases=[
                f"{each.phase.label} {each.ends_on.isoformat()} {each.share}%" for each in phases
            ],
        )
        session.add_all(
            CampaignPhase(
                county=one.county,
                campaign_id=one.id,
                phase=each.phase,
                ends_on=each.ends_on,
                share=each.share,
            )
            for each in phases
        )
        _first_turns(session, one, new.pilot, actor)
        return one.id


def _first_turns(session: Session, one: Campaign, pilot: Collection[str], actor: Actor) -> None:
    session.flush()
    all_units = units_of(session, one.county, one.id)
    if not set(pilot) <= all_units.keys():
        raise InputRefused("campaign.pilot", "试点单位要在活动的范围以内，请重新选择。")
    reason = "试点" if pilot else "一起启动"
    lay_turns(session, one, pilot or all_units, CampaignAct.START, reason, actor.account_id)


def _checked(new: Registration) -> list[Planned]:
    """Return the phases in their order."""
    by_phase = {one.phase: one for one in new.phases}
    phases = [by_phase[phase] for phase in Phase if phase in by_phase]
    if len(phases) < len(Phase):
        raise InputRefused("campaign.phases", "三个阶段都要有计划完成的日期。")
    days = [new.plan.opens_on, *(one.ends_on for one in phases), new.plan.due_on]
    if days != sorted(days):
        raise InputRefused(
            "campaign.phases", "三个阶段要依次完成，都在活动的期限以内：请核对各阶段的日期。"
        )
    if not all(1 <= one.share <= 100 for one in phases):
        raise InputRefused("campaign.share", "比例请填 1 到 100 的整数。")
    known = {one.code for one in code_list("union_kind")}
    if not set(new.kinds) <= known:
        raise InputRefused("campaign.kinds", "没有这种工会类型，请重新选择。")
    return phases
