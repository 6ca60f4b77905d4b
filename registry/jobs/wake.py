"""The queue that wakes workers. Only a batch's number travels; what is to be done stands in the
table.
"""

from functools import lru_cache
from pathlib import Path

from huey import SqliteHuey

from registry.db import setting

TASK = "batch"


@lru_cache(maxsize=8)
def queue_in(folder: Path) -> SqliteHuey:
    """Return the queue of a data folder; it stands in a file of its own, so that it never holds up
    the register.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return SqliteHuey("registry", filename=str(folder / "queue.sqlite3"), results=False)


def wake(batch_id: int) -> None:
    """Ask a worker to look at a batch now. Losing this loses nothing: workers sweep the table."""
    queue = queue_in(setting("DATA"))
    task = queue.task(name=TASK)(_only_named)
    task(batch_id)


def _only_named(batch_id: int) -> None:
    """The task as the site knows it; the worker registers the work under the same name."""
    raise RuntimeError(f"batch {batch_id} belongs to a worker")
