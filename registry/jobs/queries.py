"""What is asked of long work."""

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import table_of
from registry.jobs.models import (
    ANOMALIES,
    BUNDLE,
    EXCHANGE,
    IMPORT,
    TOLD,
    Batch,
    BatchState,
    WorkerBeat,
)

BEAT = timedelta(seconds=30)


class Progress(NamedTuple):
    """How far a piece of work is. `done` of `total` rows in `stage`; both 0 while unknown."""

    batch_id: int
    state: BatchState
    stage: str
    done: int
    total: int
    error_code: str | None
    error_message: str | None


def progress(session: Session, county: str, submission_id: int) -> Progress | None:
    """Return the state of the newest work on a submission, None when there is none."""
    return _progress(session, IMPORT, county, submission_id)


def bundle_progress(session: Session, county: str, bundle_id: int) -> Progress | None:
    """Return the state of the newest work on a bundle, None when there is none."""
    return _progress(session, BUNDLE, county, bundle_id)


def exchange_progress(session: Session, county: str, number: int) -> Progress | None:
    """Return the state of the work that fills a batch for the higher federation."""
    return _progress(session, EXCHANGE, county, number)


def search_progress(session: Session, county: str) -> Progress | None:
    """Return the state of the newest search for anomalies, None when there is none."""
    return _progress(session, ANOMALIES, county, 0)


_batch = table_of(Batch).c
_NEWEST = (
    select(
        _batch.id,
        _batch.state,
        _batch.stage,
        _batch.done,
        _batch.total,
        _batch.error_code,
        _batch.error_message,
    )
    .where(
        _batch.county == bindparam("county"),
        _batch.kind == bindparam("kind"),
        _batch.subject_id == bindparam("subject_id"),
    )
    .order_by(_batch.id.desc())
    .limit(1)
)


def _progress(session: Session, kind: str, county: str, subject_id: int) -> Progress | None:
    session.flush()  # an operation sees what it has changed
    asked = {"county": county, "kind": kind, "subject_id": subject_id}
    found = session.execute(_NEWEST, asked).one_or_none()
    if found is None:
        return None
    number, state, *told = found
    return Progress(number, BatchState(state), *told)


_ASKING = select(_batch.subject_id).where(
    _batch.county == bindparam("county"),
    _batch.kind == IMPORT,
    _batch.subject_id.in_(bindparam("subjects", expanding=True)),
    _batch.state == BatchState.ASKING,
)


def asking(session: Session, county: str, submission_ids: Collection[int]) -> set[int]:
    """Return which of these submissions wait for the clerk to say what their columns are."""
    if not submission_ids:
        return set()
    asked = {"county": county, "subjects": list(submission_ids)}
    return set(session.scalars(_ASKING, asked))


def word(session: Session, county: str, submission_id: int) -> tuple[int, str] | None:
    """Return what the newest work on a submission has to say besides being done, with the work's
    number: whose marked workbook it was."""
    now = progress(session, county, submission_id)
    if now is None or now.state is not BatchState.DONE or now.error_code != TOLD:
        return None
    return now.batch_id, now.error_message or ""


def worker_alive(session: Session) -> bool:
    """Tell whether some worker gave a sign of life lately."""
    last = session.scalar(select(func.max(WorkerBeat.seen_at)))
    return last is not None and now() - last < BEAT


def workers_alive(session: Session) -> int:
    """Return how many workers gave a sign of life lately."""
    query = select(func.count()).where(WorkerBeat.seen_at > now() - BEAT)
    return session.scalar(query) or 0


_UNENDED = (BatchState.WAITING, BatchState.RUNNING, BatchState.PAUSED)


def queue_lengths(session: Session) -> dict[BatchState, int]:
    """Return how many pieces of long work are not at their end, by state."""
    query = select(_batch.state, func.count()).where(_batch.state.in_(_UNENDED))
    found = dict(session.execute(query.group_by(_batch.state)).tuples().all())
    return {state: found.get(state, 0) for state in _UNENDED}
