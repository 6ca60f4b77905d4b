"""The queue that wakes workers. Only a batch's number travels; what is to be done stands in the
table.
"""

import logging
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from huey import SqliteHuey
from huey.api import TaskWrapper

from registry.db import setting

TASK = "batch"

_log = logging.getLogger(__name__)
_doing: dict[Path, Callable[[int], None]] = {}


@lru_cache(maxsize=8)
def queue_in(folder: Path) -> SqliteHuey:
    """Return the queue of a data folder; it stands in a file of its own, so that it never holds up
    the register.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SqliteHuey("registry", filename=str(folder / "queue.sqlite3"), results=False)


def wake(batch_id: int) -> None:
    """Ask a worker to look at a batch now. Losing this loses nothing: workers sweep the table."""
    try:
        _task_in(setting("DATA"))(batch_id)
    except sqlite3.Error:
        _log.warning("batch %d waits for a worker's sweep", batch_id, exc_info=True)


def serve(folder: Path, do: Callable[[int], None]) -> TaskWrapper:
    """Do what a folder's queue says in this process, a worker; returns the task that queues."""
    _doing[folder] = do
    return _task_in(folder)


@lru_cache(maxsize=8)
def _task_in(folder: Path) -> TaskWrapper:
    """Register the task: once in a process, and under the same name in the site and in workers."""

    def batch(batch_id: int) -> None:
        _doing[folder](batch_id)

    return queue_in(folder).task(name=TASK)(batch)
