"""A unit passes a phase of a registration: one transaction, on the trail."""

from registry.access.actor import Actor, can, demand
from registry.access.roles import Permission
from registry.campaigns import queries
from registry.campaigns.states import (
    TRANSITIONS,
    CampaignAct,
    CampaignState,
    Phase,
    Stage,
    UnitState,
)
from registry.campaigns.turns import states_of, turns
from registry.clock import now, today
from registry.db import transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.phases.gates import PhaseStanding, standings
from registry.phases.models import CampaignPassing
from registry.trail.operations import hold, record
from registry.unions import queries as unions

NOTE_LENGTH = 200


def pass_phase(number: int, unit_code: str, phase: Phase, note: str = "", *, actor: Actor) -> None:
    """Note that a unit has passed the phase that it stands in.

    Its reviewer may where every gate holds; the city also where one does not, with the reason as
    note. Raises `InputRefused` (phase.note, phase.reason), `NotFound`, `Forbidden`,
    `StateRefused` (phase.unit, phase.order, phase.gate, campaign.state).
    """
    words = note.strip()
    if len(words) > NOTE_LENGTH:
        raise InputRefused("phase.note", f"说明最多 {NOTE_LENGTH} 个字。")
    with transaction() as session:
        unit = unions.find(session, unit_code)
        demand(actor, Permission.RUN_CAMPAIGNS, unit.path)
        hold(session, unit.county)
        one = queries.find(session, unit.county, unit.path, number)
        if not one.is_registration:
            raise NotFound("campaign.unknown", f"第 {number} 号活动不是会员实名登记。")
        closed = one.stage(today()) is Stage.CLOSED
        state = CampaignState.CLOSED if closed else CampaignState.OPEN
        if (state, CampaignAct.ADVANCE) not in TRANSITIONS:
            raise StateRefused("campaign.state", "这个活动已结束，不能再这样办理；请刷新页面。")
        turned = states_of(turns(session, one.county, one.id, today(), unit.code))
        if turned.get(unit.code) is not UnitState.RUNNING:
            raise StateRefused("phase.unit", "这个单位没有启动或者已经停止，不能通过阶段。")
        found = standings(session, one, unit.path, today()).get(unit.code, [])
        standing = next((each for each in found if each.is_next), None)
        if standing is None or standing.phase is not phase:
            raise StateRefused("phase.order", "三个阶段要依次通过，请刷新页面看现在是哪一个。")
        if not standing.holds:
            _demand_override(standing, words, may=can(actor, Permission.RUN_REGISTRATION, one.path))
        session.add(
            CampaignPassing(
                county=one.county,
                campaign_id=one.id,
                union_code=unit.code,
                phase=phase,
                passed_on=today(),
                is_override=not standing.holds,
                note=words or None,
                recorded_by=actor.account_id,
                recorded_at=now(),
            )
        )
        record(
            session,
            "campaign.pass",
            actor=actor,
            place=unit.code,
            detail={
                "campaign": one.id,
                "phase": phase.label,
                "overridden": not standing.holds,
                "gates": [
                    f"{each.gate.label} {each.reached}/{each.needed}" for each in standing.gates
                ],
                "note": words,
            },
        )


def _demand_override(standing: PhaseStanding, reason: str, *, may: bool) -> None:
    wanting = "；".join(
        f"{each.gate.label}还差 {each.short:,}" for each in standing.gates if each.short
    )
    if not may:
        raise StateRefused(
            "phase.gate",
            f"{standing.phase.label}还不能通过：{wanting}。确需通过的，请市总工会办理。",
        )
    if not reason:
        raise InputRefused("phase.reason", f"{wanting}。条件没有满足而要通过，请写明原因。")
