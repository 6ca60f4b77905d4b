"""The worker process: takes batches as they come, sweeps up what was left, gives signs of life."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from huey.consumer import Consumer
from sqlalchemy.exc import SQLAlchemyError

from registry.db import db, setting
from registry.errors import Unavailable
from registry.jobs import deliveries
from registry.jobs.leases import beat, is_free, unfinished, worker_name
from registry.jobs.wake import queue_in, serve
from registry.jobs.work import run
from registry.submissions.fitting import demand_fitting_keys

Context = Callable[[], AbstractContextManager[object]]

PULSE_SECONDS = 5.0
POLL_SECONDS = 0.1

_log = logging.getLogger(__name__)


def work(context: Context) -> None:
    """Work until the process is told to end (TERM lets the running batch end first).

    `context` gives an application context; each batch has its own. Raises `KeyFileError` where the
    keys are not those of the register.
    """
    with context():
        demand_fitting_keys()
        folder: Path = setting("DATA")
    queue = queue_in(folder)
    name = worker_name()

    queued: set[int] = set()  # what the pulse has queued and nobody has taken up yet

    def one(batch_id: int) -> None:
        # Before the work: what cannot be done now is queued again by a later pulse.
        queued.discard(batch_id)
        _one(context, batch_id, name)

    batch = serve(folder, one)
    stop = threading.Event()
    pulse = threading.Thread(target=_pulse, args=(context, name, batch, queued, stop), daemon=True)
    consumer = Consumer(
        queue,
        workers=1,
        periodic=False,
        initial_delay=POLL_SECONDS,
        max_delay=POLL_SECONDS,
        backoff=1.0,
        check_worker_health=True,
        graceful_signal="TERM",
    )
    pulse.start()
    try:
        consumer.run()
    finally:
        stop.set()


def _one(context: Context, batch_id: int, name: str) -> None:
    with context():
        try:
            run(batch_id, name)
        except Unavailable as refusal:
            _log.warning("batch %d waits: %s", batch_id, refusal.code)
        except Exception:
            # The batch says so itself and is tried again; the worker goes on with the others.
            _log.exception("batch %d failed", batch_id)


def _pulse(
    context: Context,
    name: str,
    batch: Callable[[int], object],
    queued: set[int],
    stop: threading.Event,
) -> None:
    """Beat, and queue what nobody works on: after a crash, a lost wake-up, on another host.

    Whatever goes wrong, the next pulse comes: a worker without one would seem dead.
    """
    while True:
        with context():
            try:
                beat(name)
                _queue_what_is_left(name, batch, queued)
                deliveries.forget_keys()
            except Unavailable as refusal:
                _log.warning("the worker waits: %s", refusal.code)
            except (SQLAlchemyError, sqlite3.Error):
                _log.warning("the database does not answer; the worker waits", exc_info=True)
        if stop.wait(PULSE_SECONDS):
            return


def _queue_what_is_left(name: str, batch: Callable[[int], object], queued: set[int]) -> None:
    left = unfinished(db.session())
    queued.intersection_update(left)
    for batch_id in left:
        if not is_free(db.session(), batch_id, name):
            queued.discard(batch_id)  # another worker took it up, and may die of it
        elif batch_id not in queued:
            queued.add(batch_id)
            batch(batch_id)
    for county, submission_id in deliveries.left(db.session()):
        deliveries.carry_out(county, submission_id)
