"""What is of no use to anybody after a while and would grow for ever."""

from datetime import timedelta

from sqlalchemy import delete

from registry.accounts import once, sessions, throttle
from registry.clock import now
from registry.db import transaction
from registry.jobs import deliveries
from registry.jobs.models import WorkerBeat

# A worker that was silent so long is gone: each start writes a row of its own.
_GONE_AFTER = timedelta(days=1)


def sweep() -> None:
    """Remove sessions that timed out, failed sign-ins that no longer count, forms that nobody sends
    again, signs of life of workers that are gone, and keys of programs' requests that are
    remembered no longer.
    """
    at = now()
    with transaction() as session:
        sessions.sweep(session, at)
        throttle.sweep(session, at)
        once.sweep(session, at)
        session.execute(delete(WorkerBeat).where(WorkerBeat.seen_at < at - _GONE_AFTER))
        deliveries.forget_keys(session)
