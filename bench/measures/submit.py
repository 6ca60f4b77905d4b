"""`submit` of a large roster, clean and with faulty rows, beside the bare floor of the same job."""

from pathlib import Path

from bench import roster
from bench.ground import Ground, Place, answer
from bench.measure import Cost, MeasureFailed, interleaved
from bench.table import Goal, Measured

UNION, CLERK = "3310830010001", "clerk-3310830010001"
FAULTY = 0.05

FLOOR = Goal("submit-floor", "`submit` of a large clean roster", "the bare floor", 1.5)
FAULTS = Goal("submit-faulty", "`submit` with 5 % faulty rows", "the clean roster", 1.2)
LARGEST = Goal("memory-largest", "peak memory of `submit`, largest process", "–", 300, "MB")
TOGETHER = Goal("memory-together", "peak memory of `submit`, whole job", "–", 400, "MB")
GOALS = (FLOOR, FAULTS, LARGEST, TOGETHER)


def measure(ground: Ground) -> list[Measured]:
    """Submit the same roster clean and faulty, and let the floor do it, in turn."""
    count, clean = ground.rows, clean_roster(ground)
    faulty = ground.workbook("faulty", lambda: roster.faulty_rows(count, FAULTY))
    costs = interleaved(
        ground.rounds,
        {
            "floor": lambda: _floor(ground, clean),
            "clean": lambda: submitted(ground, clean),
            "faulty": lambda: submitted(ground, faulty, "--hold-errors"),
        },
    )
    floor, whole, part = costs["floor"], costs["clean"], costs["faulty"]
    return [
        Measured(
            FLOOR,
            ground.engine,
            whole.cpu / floor.cpu,
            {"submit CPU s": whole.cpu, "floor CPU s": floor.cpu, "floor MB": floor.largest},
        ),
        Measured(
            FAULTS,
            ground.engine,
            part.cpu / whole.cpu,
            {"faulty CPU s": part.cpu, "clean CPU s": whole.cpu},
        ),
        Measured(LARGEST, ground.engine, max(whole.largest, part.largest), {"rows": count}),
        Measured(TOGETHER, ground.engine, max(whole.together, part.together), {"rows": count}),
    ]


def clean_roster(ground: Ground) -> Path:
    """Return the large clean roster that several measures share."""
    return ground.workbook("clean", lambda: roster.rows(ground.rows))


def submitted(ground: Ground, file: Path, *more: str) -> Cost:
    """Submit a large roster in a fresh seeded place."""
    with ground.place(ground.seeded()) as place:
        return submit(place, file, ground.rows, *more)


def submit(place: Place, file: Path, count: int, *more: str) -> Cost:
    """Submit a workbook of `count` rows; raises `MeasureFailed` where not every row is told of."""
    cost = place.registry("submit", str(file), "--union", UNION, "--as", CLERK, "--json", *more)
    document = answer(cost)
    if document.get("rows", {}).get("total") != count or document["state"] != "SUBMITTED":
        raise MeasureFailed(f"submit took other rows than given: {document.get('rows')}")
    return cost


def _floor(ground: Ground, file: Path) -> Cost:
    with ground.place(ground.empty()) as place:
        return place.python("bench.floor", place.database, str(file))
