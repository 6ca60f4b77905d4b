"""Filling a batch for the higher federation: a file at a time, with cursor and lease."""

from sqlalchemy import select

from registry.accounts import queries as accounts
from registry.db import db, transaction
from registry.exchange import writing
from registry.exchange.states import Part
from registry.jobs.hold import Between, Hold
from registry.jobs.models import IMPORT, Batch, BatchState
from registry.submissions import originals


class ExchangeWork(Hold):
    """Filling one batch. `stage` is the part that is being written, `cursor` the last member looked
    at in it, `done` the members written.
    """

    def __init__(self, batch_id: int, fence: int, worker: str, *, between: Between) -> None:
        super().__init__(batch_id, fence, worker)
        self._between = between

    def do(self) -> None:
        """Write the files of who is a member, then those of who has ended."""
        batch = db.session.get(Batch, self.batch_id)
        if batch is None or self.is_hopeless(batch):
            return
        who = accounts.find(db.session(), batch.account_id).display_name
        filling = writing.filling_of(db.session(), batch.county, batch.subject_id, who)
        if filling is None:
            self.end(BatchState.DONE)
            return
        reached, cursor, done = batch.stage or Part.LIVE, batch.cursor, batch.done
        for part in list(Part)[list(Part).index(Part(reached)) :]:
            is_last = False
            while not is_last:
                db.session.rollback()
                written = writing.write_next(db.session(), filling, part, cursor)
                if not self._enter(filling, written, done):
                    self.end(BatchState.DONE)
                    return
                cursor, is_last = written.last, written.is_last
                done += len(written.found)
                self._let_pass(part, done)
            cursor = 0
        with transaction() as session:
            writing.finish(session, filling)
            self._hold(session, state=BatchState.DONE, lease_until=None)

    def _enter(self, filling: writing.Filling, written: writing.Written, done: int) -> bool:
        """Enter a file with the cursor in one transaction; what is not entered is not kept."""
        entered = False
        try:
            with transaction() as session:
                self._hold(
                    session,
                    stage=written.part,
                    cursor=written.last,
                    done=done + len(written.found),
                )
                entered = writing.enter(session, filling, written)
        finally:
            if not entered and written.original is not None:
                originals.drop(written.original)
        return entered

    def _let_pass(self, part: Part, done: int) -> None:
        """Do the rosters that came meanwhile: a clerk does not wait for a whole city's files."""
        db.session.rollback()
        waiting = select(Batch.id).where(Batch.state == BatchState.WAITING, Batch.kind == IMPORT)
        found = db.session.scalars(waiting.order_by(Batch.id)).all()
        self.do_between(self._between, found, part, done, 0)
