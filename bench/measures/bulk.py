"""A roster ten times as large, for all unions at once, as a bulk job: `registry load`."""

from collections.abc import Iterator

from bench import roster
from bench.ground import Ground, answer
from bench.measure import Cost, MeasureFailed, interleaved
from bench.table import Goal, Measured

UNDER, ADMIN = "331083", "city-331083"
TIMES = 10

SHARED = Goal("bulk-shared", "bulk job, shared strings: largest process", "–", 600, "MB")
INLINE = Goal("bulk-inline", "bulk job, inline strings: largest process", "–", 300, "MB")
CPU = Goal("bulk-cpu", "bulk job of ten times as many rows", "ten times the large roster's", 1.2)
GOALS = (SHARED, INLINE, CPU)


def measure(ground: Ground) -> list[Measured]:
    """Load the large roster and two kinds of one ten times as large, in turn."""
    small, large = ground.rows, TIMES * ground.rows
    names = _names(ground)
    costs = interleaved(
        ground.rounds,
        {
            "small": lambda: _load(ground, "load-small", small, names, inline=False),
            "shared": lambda: _load(ground, "load-shared", large, names, inline=False),
            "inline": lambda: _load(ground, "load-inline", large, names, inline=True),
        },
    )
    shared, inline = costs["shared"], costs["inline"]
    rows = {"rows": large}
    return [
        Measured(SHARED, ground.engine, shared.largest, rows | {"together MB": shared.together}),
        Measured(INLINE, ground.engine, inline.largest, rows | {"together MB": inline.together}),
        Measured(
            CPU,
            ground.engine,
            shared.cpu / (TIMES * costs["small"].cpu),
            {
                "shared CPU s": shared.cpu,
                "inline CPU s": inline.cpu,
                "of a tenth CPU s": costs["small"].cpu,
            },
        ),
    ]


def _names(ground: Ground) -> list[str]:
    with ground.place(ground.seeded()) as place:
        return place.ask_all("SELECT name FROM trade_union WHERE level = 'GRASSROOTS'")


def _load(ground: Ground, name: str, count: int, names: list[str], *, inline: bool) -> Cost:
    def rows() -> Iterator[list[str]]:
        # Each union's rows stand together, as where rosters were put under one another.
        each = -(-count // len(names))
        for number, row in enumerate(roster.rows(count)):
            yield [*row, names[number // each]]

    header = [*roster.header(), "所属工会"]
    file = ground.workbook(name, rows, header=header, inline=inline)
    with ground.place(ground.seeded()) as place:
        cost = place.registry("load", str(file), "--under", UNDER, "--as", ADMIN, "--json")
    taken = answer(cost)["rows"]
    if taken["good"] != count:
        raise MeasureFailed(f"load took other rows than given: {taken}")
    return cost
