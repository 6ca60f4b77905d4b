"""Units begin and stop in a registration; which of them take part on a day."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.campaigns.models import Campaign, CampaignTurn
from registry.campaigns.operations import record_act, taken
from registry.campaigns.queries import scopes_of
from registry.campaigns.states import UNIT_TRANSITIONS, CampaignAct, UnitState
from registry.clock import now, today
from registry.db import table_of, transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.identity.written import refuse_number
from registry.unions import queries as unions

REASON_LENGTH = 200
_AFTER = {act.value: state for (_, act), state in UNIT_TRANSITIONS.items()}


class Turn(NamedTuple):
    """A unit began or stopped, from a day on."""

    union_code: str
    act: str
    counts_on: date
    reason: str | None
    recorded_by: int
    recorded_at: datetime

    @property
    def state(self) -> UnitState:
        """Where the unit stands from then on."""
        return _AFTER[self.act]


_turn = table_of(CampaignTurn).c
_TURNS = select(*(_turn[name] for name in Turn._fields))


def start(number: int, codes: Collection[str], reason: str = "", *, actor: Actor) -> None:
    """Let units begin in a registration, today or when it opens; all of them or none.

    Raises `InputRefused` (campaign.reason), `NotFound`, `StateRefused` where one runs already.
    """
    _turn_units(number, codes, CampaignAct.START, _checked(reason), actor)


def stop(number: int, code: str, reason: str, *, actor: Actor) -> None:
    """Stop a unit: from today on it counts neither in what is done nor in the target.

    Raises `InputRefused` without a reason, `NotFound`, `StateRefused` where it does not run.
    """
    if not reason.strip():
        raise InputRefused("campaign.reason", "停止一个单位，请写明原因。")
    _turn_units(number, [code], CampaignAct.STOP, _checked(reason), actor)


def lay_turns(
    session: Session, one: Campaign, codes: Collection[str], act: CampaignAct, reason: str, by: int
) -> None:
    """Write turns of units, in the transaction of an act that holds the county."""
    last = session.scalar(
        select(func.max(_turn.number)).where(
            _turn.county == one.county, _turn.campaign_id == one.id
        )
    )
    session.add_all(
        CampaignTurn(
            county=one.county,
            campaign_id=one.id,
            number=number,
            union_code=code,
            act=act,
            counts_on=max(today(), one.opens_on),
            reason=reason or None,
            recorded_by=by,
            recorded_at=now(),
        )
        for number, code in enumerate(sorted(codes), start=(last or 0) + 1)
    )


def turns(
    session: Session, county: str, campaign_id: int, on: date, unit: str | None = None
) -> list[Turn]:
    """Return the turns that count on a day, in their order; with `unit` those of one."""
    query = _TURNS.where(
        _turn.county == county, _turn.campaign_id == campaign_id, _turn.counts_on <= on
    )
    if unit is not None:
        query = query.where(_turn.union_code == unit)
    return [Turn(*row) for row in session.execute(query.order_by(_turn.number))]


def states_of(found: Collection[Turn]) -> Mapping[str, UnitState]:
    """Return where units stand after these turns; units without any wait."""
    return {one.union_code: one.state for one in found}


def _turn_units(
    number: int, codes: Collection[str], act: CampaignAct, reason: str, actor: Actor
) -> None:
    with transaction() as session:
        one = taken(session, number, actor, act)
        if not codes or not set(codes) <= set(units_of(session, one.county, one.id)):
            raise NotFound("campaign.unit", "所选单位不在这个活动的范围内，请重新选择。")
        # What is planned for the opening day stands already.
        standing = states_of(turns(session, one.county, one.id, date.max))
        for code in codes:
            if (standing.get(code, UnitState.WAITING), act) not in UNIT_TRANSITIONS:
                label = standing.get(code, UnitState.WAITING).label
                raise StateRefused(
                    "campaign.turn", f"这个单位{label}，不能再这样办理；请刷新页面。"
                )
        lay_turns(session, one, codes, act, reason, actor.account_id)
        record_act(
            session, f"campaign.{act.lower()}", one, actor, units=sorted(codes), reason=reason
        )


def units_of(session: Session, county: str, campaign_id: int) -> dict[str, str]:
    """Return the units in a campaign's scope, their names by code in the order of the codes."""
    scope = scopes_of(session, county, [campaign_id])[campaign_id]
    return {
        one.code: one.name
        for one in unions.children(session, county)
        if not one.is_grassroots and any(one.path.startswith(path) for path in scope)
    }


def _checked(reason: str) -> str:
    if len(reason.strip()) > REASON_LENGTH:
        raise InputRefused("campaign.reason", f"原因最多 {REASON_LENGTH} 个字。")
    refuse_number(reason, "campaign.reason")
    return reason.strip()
