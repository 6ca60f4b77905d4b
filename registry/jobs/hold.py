"""One worker's hold on one batch: what it writes counts only while the fence is its own."""

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from registry.db import db, transaction
from registry.errors import RosterRefused
from registry.jobs.leases import LostLease, write
from registry.jobs.models import Batch, BatchState

# Faults of ours before the work is given up.
MOST_TRIES = 5
# Workers lost on one batch: machines are switched off, but a batch that kills every worker must
# end.
MOST_LOST_WORKERS = 200
REPORT_SECONDS = 0.3
FAILED = (
    "处理时系统出错，文件已保存、没有丢失任何内容。请稍后重新上传同一文件，仍不行请联系上级工会。"
)


_log = logging.getLogger(__name__)

# Does one waiting batch in between: `registry.jobs.work.run`.
Between = Callable[[int, str], bool]


class Hold(ABC):
    """One worker's hold on one batch; each kind of batch says in `do` what there is to do."""

    def __init__(self, batch_id: int, fence: int, worker: str) -> None:
        self.batch_id, self.fence, self.worker = batch_id, fence, worker
        self._told = 0.0

    @abstractmethod
    def do(self) -> None:
        """Do the work from where it stands."""

    def refused(self, refusal: RosterRefused) -> None:
        """End the work on a file that cannot be taken."""
        self.end(BatchState.REFUSED, refusal.code, refusal.message)

    def is_hopeless(self, batch: Batch | Row[Any] | None) -> bool:
        """Tell whether the batch has cost more workers than any batch may; ends it then."""
        if batch is not None and batch.fence - batch.tries <= MOST_LOST_WORKERS:
            return False
        self.end(BatchState.FAILED, "job.failed", FAILED)
        return True

    def report(self, stage: str, done: int, total: int) -> None:
        """Tell how far the work is and renew the lease, not more often than a page would look."""
        moment = time.monotonic()
        if moment - self._told < REPORT_SECONDS:
            return
        self._told = moment
        with transaction() as session:
            self._hold(session, stage=stage, done=done, total=total)

    def end(
        self,
        state: BatchState,
        code: str | None = None,
        message: str | None = None,
        **values: int,
    ) -> None:
        """End this hold on the batch, without (more) rows."""
        told = {"state": state, "error_code": code, "error_message": message}
        with transaction() as session:
            self._hold(session, lease_until=None, **told, **values)

    def give_up(self, *, counts: bool = True) -> None:
        """After a fault of ours: leave the batch for another try, or end it after several that
        count.
        """
        db.session.rollback()
        batch = db.session.get(Batch, self.batch_id)
        if batch is not None and batch.tries + counts < MOST_TRIES:
            self.end(BatchState.WAITING, tries=batch.tries + counts)
        else:
            self.end(BatchState.FAILED, "job.failed", FAILED)

    def do_between(
        self, run: Between, waiting: Iterable[int], stage: str, done: int, total: int
    ) -> None:
        """Do batches that came meanwhile, and renew the lease after each: long work lets short work
        pass. One that fails is logged and does not end this.
        """
        for batch_id in waiting:
            try:
                run(batch_id, self.worker)
            except Exception:
                _log.exception("batch %d failed", batch_id)
            self.report(stage, done, total)

    def _hold(self, session: Session, **values: Any) -> None:
        """Write into the batch and renew the lease, if the fence is still ours.

        Raises `LostLease`, which rolls back all of the transaction.
        """
        if not write(session, self.batch_id, self.fence, **values):
            raise LostLease
