"""Registrations of a hundred days, begun today."""

from datetime import timedelta

from registry.access.actor import Actor
from registry.campaigns import registering
from registry.campaigns.operations import Plan
from registry.campaigns.registering import Planned, Registration
from registry.campaigns.states import Phase
from registry.clock import today
from tests.factories.unions import COUNTY

TITLE = "会员实名登记"


def begin(
    actor: Actor,
    *,
    place: str = COUNTY,
    title: str = TITLE,
    units=(),
    kinds=(),
    pilot=(),
    survey: int = 20,
    count: int = 60,
    verify: int = 99,
    share: int = 100,
) -> int:
    """Begin one; the phases end so many days from today. Returns its number."""
    ends = (survey, count, verify)
    phases = [
        Planned(phase, today() + timedelta(days=days), share)
        for phase, days in zip(Phase, ends, strict=True)
    ]
    plan = Plan(title, today(), today() + timedelta(days=99), units=units)
    return registering.begin(place, Registration(plan, phases, kinds, pilot), actor=actor)
