"""The worker process: takes batches as they come, sweeps up what was left, gives signs of life."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from huey.consumer import Consumer
from sqlalchemy.exc import SQLAlchemyError

from registry.clock import today
from registry.db import db, setting
from registry.errors import Unavailable
from registry.jobs import deliveries, housekeeping, retention
from registry.jobs.leases import beat, is_free, unfinished, worker_name
from registry.jobs.wake import queue_in, serve
from registry.jobs.work import run
from registry.privacy import forgetting
from registry.submissions.fitting import demand_fitting_keys
from registry.trail import copies, settings

Context = Callable[[], AbstractContextManager[object]]
Chosen = tuple[Mapping[str, str], Mapping[str, str]]

PULSE_SECONDS = 5.0
KEEP_SECONDS = 30.0
POLL_SECONDS = 0.1

_log = logging.getLogger(__name__)


def work(context: Context, started_with: Chosen = ({}, {})) -> None:
    """Work until the process is told to end (TERM lets the running batch end first).

    `context` gives an application context; each batch has its own. `started_with` are the settings
    that are not at their defaults, as `config.chosen` gives them. Raises `KeyFileError` where the
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
    keeping = threading.Thread(target=_keep, args=(context, started_with, stop), daemon=True)
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
    keeping.start()
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
    """Beat, and queue what nobody works on: after a crash, a lost wake-up, on another host; once a
    day delete what is kept no longer.

    Whatever goes wrong, the next pulse comes: a worker without one would seem dead.
    """
    kept_house: date | None = None
    while True:
        with context():
            try:
                beat(name)
                _queue_what_is_left(name, batch, queued)
                kept_house = _keep_house(kept_house)
            except Unavailable as refusal:
                _log.warning("the worker waits: %s", refusal.code)
            except (SQLAlchemyError, sqlite3.Error):
                _log.warning("the database does not answer; the worker waits", exc_info=True)
        if stop.wait(PULSE_SECONDS):
            return


def _keep_house(last: date | None) -> date | None:
    """Delete what is kept no longer, once a day; returns the day on which nothing was left of it.

    Some files at a time, so that signs of life do not wait for thousands; what goes wrong here
    holds up no roster and is tried again the next day.
    """
    if last == today():
        return last
    try:
        if retention.remove_due() or forgetting.forget_due():
            return last
        housekeeping.sweep()
    except Exception:
        _log.exception("what is kept no longer was not all deleted")
        db.session.rollback()
    return today()


def _keep(context: Context, started_with: Chosen, stop: threading.Event) -> None:
    """Care for the trail: the settings on it, its heads at the second place. Apart from the pulse,
    which must not wait for a share that does not answer.
    """
    is_noted = False
    while True:
        with context():
            try:
                if not is_noted:
                    settings.note("worker", *started_with)
                    is_noted = True
                copies.write_due()
            except (SQLAlchemyError, Unavailable):
                _log.warning("the trail is not cared for; the worker tries again", exc_info=True)
            except Exception:
                _log.exception("the trail's heads could not be written")
        if stop.wait(KEEP_SECONDS):
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
