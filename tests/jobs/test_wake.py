"""Waking: what the site queues is what a worker does, any number of times."""

import sqlite3

import pytest

from registry.db import setting
from registry.jobs.wake import queue_in, serve, wake
from tests.factories.app import make_app, running


@pytest.fixture(autouse=True)
def app(tmp_path):
    with running(make_app(tmp_path)) as app:
        yield app


def test_a_worker_does_what_the_site_queued():
    wake(7)
    wake(8)
    done: list[int] = []
    serve(setting("DATA"), done.append)
    queue = queue_in(setting("DATA"))
    while (task := queue.dequeue()) is not None:
        queue.execute(task)
    assert done == [7, 8]


def test_another_process_knows_the_task_by_the_same_name():
    wake(7)
    with sqlite3.connect(setting("DATA") / "queue.sqlite3") as queue:
        (message,) = queue.execute("select data from task").fetchone()
    assert b"registry.jobs.wake" in message


def test_a_queue_that_cannot_be_written_stops_nothing(monkeypatch, caplog):
    def broken(*_):
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(queue_in(setting("DATA")).storage, "enqueue", broken)
    wake(7)
    assert "sweep" in caplog.text
