"""The demo's registration, told after Yuhuan's: begun in five units, then everywhere, with a goal
for the autumn. Done by the real operations of the city; where there is a campaign, it is passed
over.
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from registry.accounts.queries import actor_named
from registry.campaigns import registering, turns
from registry.campaigns.aiming import set_targets
from registry.campaigns.grid import Cell
from registry.campaigns.models import Campaign
from registry.campaigns.operations import Plan
from registry.campaigns.registering import Planned, Registration
from registry.campaigns.states import Phase
from registry.clock import today
from registry.db import db
from registry.members.counts import active_by_parent
from seeds.yuhuan import COUNTY, units

TITLE = "会员实名登记"
PILOT = ("331083001", "331083002", "331083101", "331083102", "331083400")
LATER = ("331083003", "331083103", "331083105", "331083106", "331083107", "331083201")
# Days from today, as from an autumn day in the fourth month: July 2017 to July 2018.
_OPENED, _GOAL, _DUE = -100, 20, 265
_PHASES = {Phase.SURVEY: (0, 90), Phase.COUNT: (120, 90), Phase.VERIFY: (_DUE, 100)}
# A unit's targets in hundreds of what it has today, and what it begins with where it has nothing.
_HALF, _WHOLE, _LEAST = 130, 260, 50


def register_members(say: Callable[[str], None]) -> None:
    """Begin the registration, let most units begin and set their targets."""
    if db.session.scalar(select(Campaign.id).where(Campaign.county == COUNTY).limit(1)):
        return
    say("实名登记活动：五个单位试点，再全市推开，目标到单位")
    city = actor_named(db.session(), f"city-{COUNTY}")
    day = today()
    opened, goal, due = (day + timedelta(days=days) for days in (_OPENED, _GOAL, _DUE))
    phases = [
        Planned(phase, day + timedelta(days=days), share)
        for phase, (days, share) in _PHASES.items()
    ]
    note = "先在五个单位试点，再全市推开。请先申报职工人数，再报送会员花名册。"
    plan = Plan(TITLE, opened, due, note)
    number = registering.begin(COUNTY, Registration(plan, phases, pilot=PILOT), actor=city)
    turns.start(number, LATER, "试点结束，全市推开", actor=city)
    have = active_by_parent(db.session(), COUNTY, day)
    cells: dict[Cell, int | None] = {}
    for unit in units():
        members = have.get(unit.code, _LEAST)
        cells[unit.code, goal] = _round(members * _HALF)
        cells[unit.code, due] = _round(members * _WHOLE)
    whole = sum(members or 0 for (_, on), members in cells.items() if on == goal)
    cells[COUNTY, goal] = -(-whole // 1000) * 1000  # the city's own is a round number
    set_targets(number, cells, actor=city)


def _round(hundredths: int) -> int:
    """Return whole tens, rounded up."""
    return -(-hundredths // 1000) * 10
