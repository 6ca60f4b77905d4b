"""What a page costs the server: requests through the real application, with signed-in sessions.

Run as a process of its own in the environment of an installation that `bench.register` has filled:
prints a JSON of milliseconds of CPU by page, the database server's included, and of the wall.
"""

import json
import os
import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from bench.measure import TICKS
from bench.register import opened_number
from bench.series import COUNTY, OPENED
from registry.app import create_app
from registry.clock import today
from registry.db import db
from registry.submissions.models import Submission
from registry.submissions.states import REVIEWABLE

UNIT = OPENED[:9]
REQUESTS, WARM = 15, 3
PAGE = 50
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

Request = Callable[[], TestResponse]


class Spent(NamedTuple):
    """Milliseconds of a request: CPU of application and database, and time on the wall."""

    cpu: float
    wall: float


def main() -> None:
    """Measure every page in turn, a few requests each, and print the medians."""
    app = create_app()
    pages = _pages(app)
    for request in pages.values():
        for _ in range(WARM):
            _answered(request())
    database_cpu = _database_cpu(app)
    spent = {name: _spent(request, database_cpu) for name, request in pages.items()}
    print(json.dumps({name: one._asdict() for name, one in spent.items()}))


def _pages(app: Flask) -> dict[str, Request]:
    city, reviewer, clerk = (
        _signed_in(app, name) for name in (f"city-{COUNTY}", f"reviewer-{UNIT}", f"clerk-{OPENED}")
    )
    past = today() - timedelta(days=400)
    queue = f"/unions/{UNIT}/queue"
    members = f"/unions/{OPENED}/members"
    form = {"number": opened_number(), "csrf_token": _token(clerk.get(members))}
    with app.app_context():
        deepest = _deepest()
    return {
        "city totals": lambda: city.get(f"/unions/{COUNTY}/totals"),
        "city totals, past": lambda: city.get(f"/unions/{COUNTY}/totals?on={past}"),
        "unit totals": lambda: reviewer.get(f"/unions/{UNIT}/totals"),
        "unit totals, past": lambda: reviewer.get(f"/unions/{UNIT}/totals?on={past}"),
        "queue, first page": lambda: reviewer.get(queue),
        "queue, deepest page": lambda: reviewer.get(f"{queue}?after={deepest}"),
        "members of a union": lambda: clerk.get(members),
        "look-up": lambda: clerk.post(f"{members}/look-up", data=form, follow_redirects=True),
    }


def _signed_in(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    form = {
        "name": name,
        "password": os.environ["REGISTRY_DEMO_PASSWORD"],
        "csrf_token": _token(client.get("/sign-in")),
    }
    answer = client.post("/sign-in", data=form)
    if answer.status_code != 303:
        raise RuntimeError(f"{name} could not sign in: {answer.status_code}")
    return client


def _token(page: TestResponse) -> str:
    found = _TOKEN.search(page.text)
    if found is None:
        raise RuntimeError(f"no form on {page.request.path}: {page.status_code}")
    return found[1]


def _deepest() -> int:
    """Return the roster before the last page of the unit's queue."""
    waits = (
        Submission.county == COUNTY,
        Submission.state.in_(tuple(REVIEWABLE)),
        Submission.path.startswith(f"/{COUNTY}/{UNIT}/"),
    )
    count = db.session.scalar(select(func.count()).where(*waits)) or 0
    query = select(Submission.id).where(*waits).order_by(Submission.submitted_at, Submission.id)
    return db.session.scalars(query.offset(max(count - PAGE - 1, 0)).limit(1)).one()


def _spent(request: Request, database_cpu: Callable[[], float]) -> Spent:
    walls, began, began_there = [], time.process_time(), database_cpu()
    for _ in range(REQUESTS):
        started = time.perf_counter()
        answer = request()
        walls.append(time.perf_counter() - started)
        _answered(answer)
    cpu = time.process_time() - began + database_cpu() - began_there
    return Spent(cpu / REQUESTS * 1000, statistics.median(walls) * 1000)


def _answered(answer: TestResponse) -> None:
    if answer.status_code != 200 or not answer.text.rstrip().endswith("</html>"):
        raise RuntimeError(f"{answer.request.path} answered {answer.status_code}")


def _database_cpu(app: Flask) -> Callable[[], float]:
    """Return what tells the CPU seconds of this process's PostgreSQL backend; 0 on SQLite."""
    # Not around the requests: they would take this context for their own, and its visitor.
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return lambda: 0.0
        backend = db.session.scalar(select(func.pg_backend_pid()))
    stat = Path(f"/proc/{backend}/stat")
    return lambda: sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) / TICKS


if __name__ == "__main__":
    main()
