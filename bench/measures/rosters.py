"""Many small rosters, each a durable transaction of its own, submitted by one process."""

import json
from functools import partial
from pathlib import Path
from statistics import median

from bench import roster
from bench.ground import Ground
from bench.measure import Cost, interleaved
from bench.table import Goal, Measured

ROSTERS, ROWS = 606, 165  # Yuhuan's unions, and the median of their rosters

EACH = Goal(
    "rosters-each",
    f"{ROSTERS} rosters of {ROWS} rows, each submitted: median CPU of one",
    "the bare floor: see its figure",
    20,
    "ms",
)
GOALS = (EACH,)


def measure(ground: Ground) -> list[Measured]:
    """Submit all rosters, and let the floor do it, in turn."""
    # All of them at the usual size; fewer in a run that only tries everything.
    count = min(ROSTERS, max(ground.rows // ROWS, 2))
    files = _files(ground, count)

    def submit() -> Cost:
        with ground.place(ground.seeded()) as place:
            return place.python("bench.many_rosters", str(files[0].parent))

    def floor() -> Cost:
        with ground.place(ground.empty()) as place:
            return place.python("bench.floor", place.database, *map(str, files))

    costs = interleaved(ground.rounds, {"submit": submit, "floor": floor})
    each = {name: json.loads(cost.output) for name, cost in costs.items()}
    submits, floors = each["submit"], each["floor"]
    figures = {
        "p95 ms": sorted(submits)[len(submits) * 95 // 100] * 1000,
        "floor ms": median(floors) * 1000,
        "rosters": count,
    }
    return [Measured(EACH, ground.engine, median(submits) * 1000, figures)]


def _files(ground: Ground, count: int) -> list[Path]:
    with ground.place(ground.seeded()) as place:
        codes = place.ask_all(
            "SELECT code FROM trade_union WHERE level = 'GRASSROOTS' ORDER BY code"
        )
    return [
        ground.workbook(
            f"rosters/{code}", partial(roster.rows, ROWS, seed=number, first=number * ROWS)
        )
        for number, code in enumerate(codes[:count])
    ]
