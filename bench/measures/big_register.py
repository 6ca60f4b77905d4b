"""Pages over a register of 1,000,000 members: what each costs the server, today and at a past day.

The large register stands in one place that is changed by nothing but look-ups.
"""

import json

from bench import register
from bench.ground import Ground, Place, answer
from bench.measure import MeasureFailed
from bench.table import Goal, Measured

PAGES = (
    *("city totals", "unit totals", "queue, first page", "queue, deepest page"),
    *("members of a union", "look-up"),
)
PAST = {"city totals, past": "city totals", "unit totals, past": "unit totals"}
WHAT = "slowest of city totals, unit totals, queue first and deepest, members, look-up"

MILLION = Goal("pages-1m", f"{WHAT}: server CPU at 1,000,000 members", "–", 50, "ms")
PAST_DAY = Goal("totals-past", "totals at a past day, 1,000,000 members", "the same today", 3)
GOALS = (MILLION, PAST_DAY)

Times = dict[str, float]


def measure(ground: Ground) -> list[Measured]:
    """Recount the register, then ask for each page."""
    million = register.million(ground)
    with ground.place(million) as place:
        checked = recounted(place)
        costs = times(place)
    past = max(costs[then] / costs[now] for then, now in PAST.items())
    past_figures = {f"{name} ms": costs[name] for pair in PAST.items() for name in pair}
    note = f"{checked:,} members recounted, no difference"
    return [
        Measured(MILLION, ground.engine, slowest(costs), figures(costs), note),
        Measured(PAST_DAY, ground.engine, past, past_figures),
    ]


def recounted(place: Place) -> int:
    """Recount the whole register; raises `MeasureFailed` where the tallies say otherwise."""
    found = answer(place.registry("reconcile", "--json"))
    if found["differences"]:
        raise MeasureFailed(f"the tallies differ: {found['differences'][:3]}")
    return int(found["checked"])


def times(place: Place) -> Times:
    """Return the milliseconds of CPU that each page costs the server."""
    found = json.loads(place.python("bench.server_time").output)
    return {name: spent["cpu"] for name, spent in found.items()}


def slowest(costs: Times) -> float:
    """Return the time of the slowest of the pages that the goal names."""
    return max(costs[name] for name in PAGES)


def figures(costs: Times) -> dict[str, float]:
    """Return the times as figures of the table."""
    return {f"{name} ms": costs[name] for name in PAGES}
