"""`submit` of a large roster, clean and with faulty rows: CPU seconds and memory."""

from bench import roster
from bench.ground import Ground, Place, answer
from bench.measure import Cost, MeasureFailed, interleaved
from bench.table import Goal, Measured

UNION, CLERK = "3310830010001", "clerk-3310830010001"
FAULTY = 0.05

FAULTS = Goal("submit-faulty", "`submit` with 5 % faulty rows", "the clean roster", 1.2)
LARGEST = Goal("memory-largest", "peak memory of `submit`, largest process", "–", 300, "MB")
TOGETHER = Goal("memory-together", "peak memory of `submit`, whole job", "–", 400, "MB")
GOALS = (FAULTS, LARGEST, TOGETHER)


def measure(ground: Ground) -> list[Measured]:
    """Submit the same roster clean and faulty, in turn."""
    template, count = ground.seeded(), ground.rows
    clean = ground.workbook("clean", lambda: roster.rows(count))
    faulty = ground.workbook("faulty", lambda: roster.faulty_rows(count, FAULTY))

    def submitting(path: str, *more: str) -> Cost:
        with ground.place(template) as place:
            return submit(place, path, count, *more)

    costs = interleaved(
        ground.rounds,
        {
            "clean": lambda: submitting(str(clean)),
            "faulty": lambda: submitting(str(faulty), "--hold-errors"),
        },
    )
    whole, part = costs["clean"], costs["faulty"]
    cpus = {"faulty CPU s": part.cpu, "clean CPU s": whole.cpu}
    rows = {"rows": count}
    return [
        Measured(FAULTS, ground.engine, part.cpu / whole.cpu, cpus),
        Measured(LARGEST, ground.engine, max(whole.largest, part.largest), rows),
        Measured(TOGETHER, ground.engine, max(whole.together, part.together), rows),
    ]


def submit(place: Place, path: str, count: int, *more: str) -> Cost:
    """Submit a workbook of `count` rows; raises `MeasureFailed` where not every row is told of."""
    cost = place.registry("submit", path, "--union", UNION, "--as", CLERK, "--json", *more)
    document = answer(cost)
    if document.get("rows", {}).get("total") != count or document["state"] != "SUBMITTED":
        raise MeasureFailed(f"submit took other rows than given: {document.get('rows')}")
    return cost
