"""`approve` of a large roster, into an empty register and into a large one, beside bare INSERTs."""

from bench import register
from bench.ground import Ground, Place, answer
from bench.measure import Cost, MeasureFailed, interleaved
from bench.measures.submit import clean_roster, submit
from bench.table import Goal, Measured

REVIEWER = "reviewer-331083001"
AGAINST = "bare set-based INSERTs into the same tables"
EMPTY = Goal("approve-empty", "`approve` of a large roster, register empty", AGAINST, 2)
LARGE = Goal(
    "approve-large", "`approve` of a large roster, register ten times as large", AGAINST, 2
)
GOALS = (EMPTY, LARGE)


def measure(ground: Ground) -> list[Measured]:
    """Approve and insert, in turn, in both registers."""
    return [
        _measured(ground, EMPTY, "waiting", ground.seeded()),
        _measured(ground, LARGE, "waiting-large", register.million(ground)),
    ]


def _measured(ground: Ground, goal: Goal, name: str, source: str) -> Measured:
    template = ground.template(name, source, lambda place: _submit(ground, place))
    costs = interleaved(
        ground.rounds,
        {
            "approve": lambda: approved(ground, template),
            "floor": lambda: _floor(ground, template),
        },
    )
    approve, floor = costs["approve"], costs["floor"]
    return Measured(
        goal,
        ground.engine,
        approve.cpu / floor.cpu,
        {
            "approve CPU s": approve.cpu,
            "INSERTs CPU s": floor.cpu,
            "rows": ground.rows,
            "approve MB": approve.largest,
        },
    )


def approved(ground: Ground, template: str) -> Cost:
    """Approve the last submission in a fresh copy of the template."""
    with ground.place(template) as place:
        return approve(place, ground.rows)


def approve(place: Place, count: int) -> Cost:
    """Approve the last submission; raises `MeasureFailed` where not all of `count` rows enter."""
    number = str(last_submission(place))
    cost = place.registry("approve", number, "--as", REVIEWER, "--json")
    if answer(cost)["approved"] != count:
        raise MeasureFailed(f"approve admitted other rows than sent: {cost.output}")
    return cost


def last_submission(place: Place) -> int:
    """Return the number of the submission that was made last."""
    return int(place.ask_all("SELECT max(id) FROM submission")[0])


def _submit(ground: Ground, place: Place) -> None:
    submit(place, clean_roster(ground), ground.rows)


def _floor(ground: Ground, template: str) -> Cost:
    with ground.place(template) as place:
        number = str(last_submission(place))
        cost = place.python("bench.admission_floor", place.database, number)
    if cost.output != str(ground.rows):
        raise MeasureFailed(f"{cost.output} of {ground.rows} rows went in")
    return cost
