"""Pages of the whole site over a large register: many visitors at once, and during an import.

They open what offices open all day: home, rosters, members, totals, the queue, one roster.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from sqlalchemy import create_engine, text

from bench import register, roster
from bench.ground import PASSWORD, REGISTRY, Ground, Place
from bench.measure import MeasureFailed, tree_cpu
from bench.series import OPENED
from bench.site import BARE, PRODUCT, clicked, process, site
from bench.table import Goal, Measured

# What the first unit's unions sent stands in every state; nobody but they open their rosters.
SENT = tuple(f"33108300100{end}" for end in ("01", "05", "06", "08", "12", "14", "18", "28"))
CONNECTIONS, CLERK_SHARE = 32, 0.8
USERS, PAUSE = 64, 2.0
SECONDS = 10.0
IMPORT_SECONDS = 30.0
# A site that has just started reads its templates and puts its statements together once.
WARMING_SECONDS = 6.0

THROUGHPUT = Goal(
    "pages-closed-loop",
    "pages, closed loop, 32 connections (80 % clerk, 20 % reviewer): requests for a CPU second",
    "a bare page of 50 rows on the same server",
    0.5,
    at_least=True,
)
DURING = Goal(
    "pages-during-import",
    "pages, 64 users, 2 s between clicks, while a large import runs: p99 on the wall",
    "without the import: see its figure",
    200,
    "ms",
)
GOALS = (THROUGHPUT, DURING)


def measure(ground: Ground) -> list[Measured]:
    """Let visitors click at the product and at the bare page in turn, then during an import."""
    with ground.place(register.million(ground)) as place:
        return [_throughput(ground, place), _during_import(ground, place)]


def visitors(place: Place, count: int) -> list[dict[str, Any]]:
    """Return so many visitors with their pages, clerks and reviewers in their shares."""
    clerks = [{"name": f"clerk-{code}", "pages": pages} for code, pages in _pages(place).items()]
    reviewers = [
        {"name": f"{name}-{unit}", "pages": pages}
        for unit, pages in _reviewing(place).items()
        for name in ("reviewer", "reviewer2")
    ]
    desks = round(count * CLERK_SHARE)
    return [clerks[number % len(clerks)] for number in range(desks)] + [
        reviewers[number % len(reviewers)] for number in range(count - desks)
    ]


def _pages(place: Place) -> dict[str, list[str]]:
    found = {}
    for code in (*SENT, OPENED):
        at = f"/unions/{code}"
        pages = ["/home", f"{at}/roster", f"{at}/submissions", f"{at}/members", f"{at}/totals"]
        if code in SENT:
            pages += [f"/submissions/{number}" for number in _numbers(place, code)[:2]]
        found[code] = pages
    return found


def _reviewing(place: Place) -> dict[str, list[str]]:
    unit = OPENED[:9]
    at = f"/unions/{unit}"
    under_review = [
        f"/submissions/{number}/review"
        for code in SENT
        for number in _numbers(place, code, "SUBMITTED", "IN_REVIEW")
    ]
    pages = ["/home", f"{at}/queue", f"{at}/queue", f"{at}/members", f"{at}/totals"]
    return {unit: pages + under_review[:3]}


def _numbers(place: Place, code: str, *states: str) -> list[int]:
    """Return the rosters of a union that came with the demo, in these states or any."""
    engine = create_engine(place.database)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT id, state FROM submission WHERE union_code = :code ORDER BY id"),
            {"code": code},
        ).all()
    engine.dispose()
    return [number for number, state in rows if not states or state in states]


def _throughput(ground: Ground, place: Place) -> Measured:
    environment = place.environment()
    plans = {
        PRODUCT: visitors(place, CONNECTIONS),
        BARE: [{"pages": ["/"]}] * CONNECTIONS,
    }
    with site(PRODUCT, environment) as product, site(BARE, environment) as bare:
        sites = {PRODUCT: product, BARE: bare}

        def round_of(application: str) -> dict[str, float]:
            port, pid = sites[application]
            plan = {"port": port, "password": PASSWORD, "visitors": plans[application]}
            return _clicks(place, pid, environment, **plan, seconds=SECONDS, pause=0)

        costs: dict[str, list[dict[str, float]]] = {PRODUCT: [], BARE: []}
        for _ in range(ground.rounds):
            for application, rounds in costs.items():
                rounds.append(round_of(application))
    mine, theirs = (
        {name: median(one[name] for one in rounds) for name in rounds[0]}
        for rounds in costs.values()
    )
    figures = {
        "CPU ms a page": mine["cpu"],
        "bare CPU ms": theirs["cpu"],
        "pages/s": mine["rate"],
        "bare pages/s": theirs["rate"],
        "errors": mine["errors"],
    }
    return Measured(THROUGHPUT, ground.engine, theirs["cpu"] / mine["cpu"], figures)


def _clicks(place: Place, pid: int, environment: dict[str, str], **plan: Any) -> dict[str, float]:
    used = _cpu_of(place, pid)
    before = used()
    outcome = clicked(environment, **plan)
    cpu = used() - before
    if outcome["errors"]:
        raise MeasureFailed(f"{outcome['errors']} errors, such as {outcome['first_errors']}")
    count = sum(len(seconds) for seconds in outcome["answers"].values())
    rate = count / outcome["seconds"]
    return {"cpu": cpu / count * 1000, "rate": rate, "errors": outcome["errors"]}


def _cpu_of(place: Place, pid: int) -> Callable[[], float]:
    database = place.server.cpu if place.server else lambda: 0.0
    return lambda: tree_cpu(pid) + database()


def _during_import(ground: Ground, place: Place) -> Measured:
    """Compare the slowest hundredth of the answers with and without a worker that imports."""
    environment = place.environment()
    workbook = ground.workbook("clean", lambda: roster.rows(ground.rows))
    with site(PRODUCT, environment) as (port, _):
        plan = {"port": port, "password": PASSWORD, "pause": PAUSE, "seconds": IMPORT_SECONDS}
        plan["visitors"] = visitors(place, USERS)
        clicked(environment, **plan | {"seconds": WARMING_SECONDS})
        alone = _slow(clicked(environment, **plan))
        place.python("bench.waiting_import", str(workbook))
        with process([REGISTRY, "work"], environment) as worker:
            started = time.monotonic()
            together = _slow(clicked(environment, **plan))
            share = tree_cpu(worker) / (time.monotonic() - started)
    figures = {
        "p50 ms": together["p50"],
        "p99 without ms": alone["p99"],
        "p50 without ms": alone["p50"],
        "answers": together["count"],
        "worker CPUs": share,
    }
    # Answers are timed on the wall: on a machine that others use they tell nothing.
    note = "" if alone["p99"] <= DURING.bound else "the machine was busy, see without the import"
    return Measured(DURING, ground.engine, together["p99"], figures, note)


def _slow(outcome: dict[str, Any]) -> dict[str, float]:
    if outcome["errors"]:
        raise MeasureFailed(f"{outcome['errors']} errors, such as {outcome['first_errors']}")
    times = sorted(one * 1000 for seconds in outcome["answers"].values() for one in seconds)
    return {
        "count": len(times),
        "p50": times[len(times) // 2],
        "p99": times[len(times) * 99 // 100],
    }
