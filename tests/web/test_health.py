"""What the watchers ask."""

from datetime import timedelta

from sqlalchemy import delete, insert
from sqlalchemy.exc import OperationalError

from registry.access.roles import Role
from registry.accounts import sessions
from registry.clock import now
from registry.db import db, table_of, transaction
from registry.jobs.models import WorkerBeat
from registry.web import health
from tests.factories.accounts import make_account, sign_in
from tests.factories.unions import COUNTY


def beat(seconds_ago):
    table = table_of(WorkerBeat)
    values = {"seen_at": now() - timedelta(seconds=seconds_ago)}
    values |= {c.name: "w" for c in table.columns if c.primary_key and c.name != "seen_at"}
    with transaction() as session:
        session.execute(delete(table))
        session.execute(insert(table).values(**values))


def test_the_process_answers(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_ready_with_database_and_worker(client):
    beat(seconds_ago=1)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": True, "worker": True, "writable": True}


def test_not_ready_without_a_worker_or_with_a_silent_one(client):
    for prepare in (lambda: None, lambda: beat(seconds_ago=600)):
        prepare()
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json == {
            "status": "unavailable",
            "database": True,
            "worker": False,
            "writable": True,
        }


def test_not_ready_without_a_database_but_still_alive(client, monkeypatch):
    def away(*_arguments):
        raise OperationalError("SELECT 1", {}, OSError("gone"))

    # To a browser that is signed in as well: nobody asks the database who it is.
    sign_in(client, make_account(Role.ADMINISTRATOR, COUNTY))
    monkeypatch.setattr(sessions, "find", away)
    monkeypatch.setattr(health, "reachable", away)
    monkeypatch.setattr(health, "worker_alive", away)
    assert client.get("/readyz").json["database"] is False
    assert client.get("/healthz").status_code == 200
    assert db.session is not None
