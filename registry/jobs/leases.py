"""Who works on what: claims by compare-and-set on the fence, leases that run out, signs of life."""

import os
import socket
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import setting, table_of, transaction
from registry.jobs.models import Batch, BatchState, WorkerBeat

# A batch that failed may be tried again.
_ENDED = {
    BatchState.DONE,
    BatchState.ASKING,
    BatchState.REFUSED,
    BatchState.PAUSED,
    BatchState.CANCELLED,
}

# Of the plain table, and put together once: a small roster takes less than its bookkeeping did.
_table = table_of(Batch)
_FIND = select(_table).where(_table.c.id == bindparam("batch_id"))
_HOLD = update(_table).where(
    _table.c.id == bindparam("batch_id"), _table.c.fence == bindparam("held_fence")
)


class LostLease(Exception):
    """Another worker has taken the batch over; this one stops writing."""


def worker_name() -> str:
    """Return a name that tells workers apart: host, process, and when the process started."""
    return f"{socket.gethostname()}:{os.getpid()}:{_STARTED}"


_STARTED = int(now().timestamp() * 1000)


def unfinished(session: Session) -> list[int]:
    """Return the batches that are not at their end; `claim` tells which of them are free."""
    open_states = [BatchState.WAITING, BatchState.RUNNING]
    return list(
        session.scalars(select(Batch.id).where(Batch.state.in_(open_states)).order_by(Batch.id))
    )


def is_free(session: Session, batch_id: int, worker: str) -> bool:
    """Tell whether nobody works on an unfinished batch: it waits, or its worker is gone, or has let
    it lie (as this one does when the database goes away under it).
    """
    batch = session.get(Batch, batch_id, populate_existing=True)
    if batch is None or batch.state not in {BatchState.WAITING, BatchState.RUNNING}:
        return False
    mine = batch.state == BatchState.RUNNING and batch.worker == worker
    return not (mine and _is_leased(batch)) and not _is_held(batch, worker)


def beat(worker: str) -> None:
    """Give a sign of life, for the readiness page."""
    with transaction() as session:
        changed = session.execute(
            update(WorkerBeat).where(WorkerBeat.worker == worker).values(seen_at=now())
        )
        if not cast(CursorResult[Any], changed).rowcount:
            session.execute(insert(WorkerBeat).values(worker=worker, seen_at=now()))


def claim(batch_id: int, worker: str) -> int | None:
    """Take a batch and return the new fence; None when it is done or another worker lives on it."""
    with transaction() as session:
        batch = find(session, batch_id)
        if batch is None or batch.state in _ENDED:
            return None
        if _is_held(batch, worker):
            return None
        fence = batch.fence + 1
        taken = write(
            session, batch_id, batch.fence, fence=fence, worker=worker, state=BatchState.RUNNING
        )
        return fence if taken else None


def find(session: Session, batch_id: int) -> Row[Any] | None:
    """Return a batch as it stands in the table, None when there is none."""
    return session.execute(_FIND, {"batch_id": batch_id}).one_or_none()


def write(session: Session, batch_id: int, held_fence: int, /, **values: Any) -> bool:
    """Write into a batch and renew its lease, if its fence is still this one; tells whether."""
    written = session.execute(
        _HOLD,
        {
            "batch_id": batch_id,
            "held_fence": held_fence,
            "lease_until": lease_end(),
            "changed_at": now(),
            **values,
        },
    )
    return bool(cast(CursorResult[Any], written).rowcount)


def _is_held(batch: Batch | Row[Any], worker: str) -> bool:
    return (
        batch.state == BatchState.RUNNING
        and _is_leased(batch)
        and batch.worker != worker
        and _alive(batch.worker)
    )


def _is_leased(batch: Batch | Row[Any]) -> bool:
    return batch.lease_until is not None and batch.lease_until > now()


def _alive(worker: str | None) -> bool:
    """Tell whether the lease's owner may still live: unknown on other hosts, so yes there."""
    host, _, rest = (worker or "").partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname() or not pid.isdigit():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def lease_end() -> datetime:
    """Return until when a lease taken now holds."""
    seconds: int = setting("LEASE_SECONDS")
    return now() + timedelta(seconds=seconds)
