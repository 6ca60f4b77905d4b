"""The same large roster again, one row in a hundred changed, beside its first submission; the
register is ten times as large."""

from bench import register, roster
from bench.ground import Ground, Place
from bench.measure import Cost, interleaved
from bench.measures.approve import approve
from bench.measures.submit import clean_roster, submit
from bench.table import Goal, Measured

AGAIN = Goal("resubmit", "resubmission, 1 % of the rows changed", "the first submission", 0.5)
GOALS = (AGAIN,)
CHANGED = 0.01


def measure(ground: Ground) -> list[Measured]:
    """Submit the roster into the register without its people and, changed, into that with them."""
    count, clean = ground.rows, clean_roster(ground)
    changed = ground.workbook("changed", lambda: roster.changed_rows(count, CHANGED))
    without = register.million(ground)

    def admit(place: Place) -> None:
        submit(place, clean, count)
        approve(place, count)

    admitted = ground.template("admitted-large", without, admit)

    def first() -> Cost:
        with ground.place(without) as place:
            return submit(place, clean, count)

    def again() -> Cost:
        with ground.place(admitted) as place:
            return submit(place, changed, count)

    costs = interleaved(ground.rounds, {"first": first, "again": again})
    return [
        Measured(
            AGAIN,
            ground.engine,
            costs["again"].cpu / costs["first"].cpu,
            {"again CPU s": costs["again"].cpu, "first CPU s": costs["first"].cpu},
        )
    ]
