"""Setting the targets of a registration, many at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.campaigns import queries
from registry.campaigns.grid import MOST, Cell
from registry.campaigns.models import Campaign, CampaignTarget
from registry.campaigns.operations import record_act, taken
from registry.campaigns.states import CampaignAct
from registry.campaigns.targets import aims
from registry.campaigns.turns import units_of
from registry.clock import now, today
from registry.db import bulk_insert, table_of, transaction
from registry.errors import InputRefused, NotFound

_target = table_of(CampaignTarget)


def set_targets(number: int, cells: Mapping[Cell, int | None], *, actor: Actor) -> int:
    """Set targets by place and day, None to take one away; returns how many changed.

    A place is the county or a unit in the campaign's scope. Raises `InputRefused` (target.day,
    target.number), `NotFound`, `StateRefused`.
    """
    with transaction() as session:
        one = taken(session, number, actor, CampaignAct.SET_TARGETS)
        _check(session, one, cells)
        view = queries.find(session, one.county, one.path, one.id)
        standing = aims(session, view, date.max).set_for
        changed = {
            (code, day): members
            for (code, day), members in sorted(cells.items())
            if standing.get(code, {}).get(day) != members
        }
        if not changed:
            return 0
        _write(session, one, changed, actor)
        record_act(
            session,
            "campaign.targets",
            one,
            actor,
            targets=[
                f"{code} {day.isoformat()} {'—' if members is None else members}"
                for (code, day), members in changed.items()
            ],
        )
        return len(changed)


def day_fault(day: date, opens_on: date, due_on: date) -> str:
    """Return what is wrong with a target's day, "" for nothing."""
    if opens_on <= day <= due_on:
        return ""
    return f"{day.isoformat()} 不在活动的期限 {opens_on.isoformat()} 至 {due_on.isoformat()} 以内。"


def _check(session: Session, one: Campaign, cells: Mapping[Cell, int | None]) -> None:
    places = {one.county, *units_of(session, one.county, one.id)}
    for (code, day), members in cells.items():
        if code not in places:
            raise NotFound("campaign.unit", "所选单位不在这个活动的范围内，请重新选择。")
        fault = day_fault(day, one.opens_on, one.due_on)
        if fault and members is not None:
            raise InputRefused("target.day", fault)
        if members is not None and not 0 <= members <= MOST:
            raise InputRefused("target.number", f"目标人数应在 0 到 {MOST:,} 之间。")


def _write(
    session: Session, one: Campaign, changed: Mapping[Cell, int | None], actor: Actor
) -> None:
    column = _target.c
    last = session.scalar(
        select(func.max(column.number)).where(
            column.county == one.county, column.campaign_id == one.id
        )
    )
    count, first = len(changed), (last or 0) + 1
    columns: dict[str, Sequence[Any]] = {
        "county": [one.county] * count,
        "campaign_id": [one.id] * count,
        "number": list(range(first, first + count)),
        "union_code": [code for code, _ in changed],
        "due_on": [day for _, day in changed],
        "members": list(changed.values()),
        "set_on": [today()] * count,
        "set_by": [actor.account_id] * count,
        "set_at": [now()] * count,
    }
    bulk_insert(session, _target, list(columns), list(columns.values()))
