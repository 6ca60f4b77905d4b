"""`submit` beside other ways of importing the same roster."""

from pathlib import Path

from bench import ground as grounds
from bench import roster
from bench.ground import Ground
from bench.measure import Cost, MeasureFailed, interleaved
from bench.measures.submit import clean_roster, submitted
from bench.table import Goal, Measured
from workbench import peers

FLASK = Goal(
    "peer-flask",
    "`submit` of a large clean roster",
    "a careful plain Flask import, numbers in clear",
    2.5,
    at_least=True,
)
BULK = Goal(
    "peer-django-best",
    "`submit` of a large clean roster",
    "django-import-export, bulk at its best",
    10,
    at_least=True,
)
DEFAULT = Goal(
    "peer-django-default",
    "`submit` of a large clean roster",
    "django-import-export as it comes",
    20,
    at_least=True,
)
GOALS = (FLASK, BULK, DEFAULT)
# Of the rows: django-import-export works row by row, so a tenth of them is scaled up.
PART = 10


def measure(ground: Ground) -> list[Measured]:
    """Import the same roster in each way, in turn."""
    clean, part_count = clean_roster(ground), max(ground.rows // PART, 2)
    part = ground.workbook("part", lambda: roster.rows(part_count))
    one = ground.workbook("one", lambda: roster.rows(1))
    costs = interleaved(
        ground.rounds,
        {
            "submit": lambda: submitted(ground, clean),
            "flask": lambda: _flask(ground, clean),
            "best": lambda: _django(ground, part, part_count, "best"),
            "default": lambda: _django(ground, part, part_count, "default"),
            "start": lambda: _django(ground, one, 1, "best"),
        },
    )
    submit, start = costs["submit"].cpu, costs["start"].cpu
    measured = [
        Measured(
            FLASK,
            ground.engine,
            costs["flask"].cpu / submit,
            {"Flask CPU s": costs["flask"].cpu, "submit CPU s": submit},
        )
    ]
    for goal, name in ((BULK, "best"), (DEFAULT, "default")):
        scaled = start + (costs[name].cpu - start) * (ground.rows - 1) / (part_count - 1)
        measured.append(
            Measured(
                goal,
                ground.engine,
                scaled / submit,
                {"Django CPU s": scaled, "submit CPU s": submit},
                f"Django's rows measured on {part_count:,} and scaled to {ground.rows:,}",
            )
        )
    return measured


def _flask(ground: Ground, file: Path) -> Cost:
    with ground.place(ground.empty()) as place:
        return _whole(
            place.python("bench.peers.plain_flask", place.database, str(file)), ground.rows
        )


def _django(ground: Ground, file: Path, count: int, mode: str) -> Cost:
    script = str(grounds.ROOT / "bench" / "peers" / "django_import.py")
    python = str(peers.ensure())
    with ground.place(ground.empty()) as place:
        return _whole(place.run([python, script, place.database, str(file), mode]), count)


def _whole(cost: Cost, count: int) -> Cost:
    if cost.output != str(count):
        raise MeasureFailed(f"{cost.output} of {count} rows went in")
    return cost
