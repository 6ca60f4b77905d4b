"""Doing a batch: read, judge, match, store chunk by chunk, each with cursor and lease in one
commit.
"""

import time
from typing import Any, cast

import msgspec
from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session

from registry.clock import now, today
from registry.db import db, setting, transaction
from registry.errors import RosterRefused
from registry.jobs.leases import LostLease, claim, lease_end
from registry.jobs.models import Batch, BatchState
from registry.roster.sandbox import ORDINARY
from registry.submissions import originals
from registry.submissions.drafts import finish_reading, write_chunk
from registry.submissions.intake import Prepared, prepare
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.states import Kind, RowState, State
from registry.submissions.storing import Ref, open_row
from registry.trail.operations import record
from registry.vault.vault import vault

# Faults of ours before the work is given up.
MOST_TRIES = 5
# Workers lost on one batch: machines are switched off, but a batch that kills every worker must
# end.
MOST_LOST_WORKERS = 200
REPORT_SECONDS = 0.3
FAILED = (
    "处理时系统出错，文件已保存、没有丢失任何内容。请稍后重新上传同一文件，仍不行请联系上级工会。"
)


def run(batch_id: int, worker: str) -> bool:
    """Do a batch from where it stands; returns False when another worker has it."""
    fence = claim(batch_id, worker)
    if fence is None:
        return False
    work = Work(batch_id, fence, worker)
    try:
        work.do()
    except LostLease:
        return False
    except RosterRefused as refusal:
        work.end(BatchState.REFUSED, refusal.code, refusal.message)
        _drop_draft(batch_id)
    except Exception:
        work.give_up()
        raise
    return True


class Work:
    """One worker's hold on one batch."""

    def __init__(self, batch_id: int, fence: int, worker: str) -> None:
        self.batch_id, self.fence, self.worker = batch_id, fence, worker
        self._told = 0.0

    def do(self) -> None:
        batch = db.session.get(Batch, self.batch_id)
        if batch is None or batch.fence - batch.tries > MOST_LOST_WORKERS:
            self.end(BatchState.FAILED, "job.failed", FAILED)
            return
        submission = db.session.get(Submission, (batch.county, batch.submission_id))
        if submission is None or submission.state != State.DRAFT or not submission.original:
            self.end(BatchState.DONE)
            return
        cursor = batch.cursor
        ref = Ref(submission.county, submission.id, submission.union_code)
        prepared = self._prepare(ref, submission)
        for index, chunk in enumerate(prepared.chunks):
            if sum(len(one) for one in prepared.chunks[: index + 1]) > cursor:
                self._store(prepared, index, len(chunk))
        self._finish(ref, prepared)

    def _prepare(self, ref: Ref, submission: Submission) -> Prepared:
        content = originals.fetch(submission.original or "")
        answers = msgspec.json.decode(submission.answers, type=dict[str, str])
        is_full = Kind(submission.kind).lists_everybody
        edits, self._excluded = _former(db.session(), ref)
        return prepare(
            db.session(),
            vault(),
            ref,
            content,
            today=today(),
            limits=ORDINARY._replace(file_bytes=setting("UPLOAD_BYTES")),
            answers=answers,
            edits=edits,
            is_full=is_full,
            report=self.report,
        )

    def report(self, stage: str, done: int, total: int) -> None:
        """Tell how far the work is and renew the lease, not more often than a page would look."""
        moment = time.monotonic()
        if moment - self._told < REPORT_SECONDS:
            return
        self._told = moment
        with transaction() as session:
            self._hold(session, stage=stage, done=done, total=total)

    def _store(self, prepared: Prepared, index: int, count: int) -> None:
        before = sum(len(one) for one in prepared.chunks[:index])
        with transaction() as session:
            self._hold(
                session,
                stage="store",
                cursor=before + count,
                done=before + count,
                total=prepared.row_count,
            )
            write_chunk(session, prepared, index)

    def _finish(self, ref: Ref, prepared: Prepared) -> None:
        with transaction() as session:
            self._hold(session, state=BatchState.DONE, lease_until=None)
            finish_reading(session, ref, prepared, self._excluded)
            record(
                session,
                "roster.read",
                actor=None,
                actor_name="worker",
                county=ref.county,
                place=ref.union_code,
                detail={"submission": ref.submission_id, **prepared.counts()},
            )

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

    def give_up(self) -> None:
        """After a fault of ours: leave the batch for another try, or end it after several."""
        db.session.rollback()
        batch = db.session.get(Batch, self.batch_id)
        if batch is not None and batch.tries + 1 < MOST_TRIES:
            self.end(BatchState.WAITING, tries=batch.tries + 1)
        else:
            self.end(BatchState.FAILED, "job.failed", FAILED)

    def _hold(self, session: Session, **values: Any) -> None:
        """Write into the batch and renew the lease, if the fence is still ours.

        Raises `LostLease`, which rolls back all of the transaction.
        """
        held = session.execute(
            update(Batch)
            .where(Batch.id == self.batch_id, Batch.fence == self.fence)
            .values({"lease_until": lease_end(), "changed_at": now(), **values}),
            execution_options={"synchronize_session": False},
        )
        if not cast(CursorResult[Any], held).rowcount:
            raise LostLease


def _former(session: Session, ref: Ref) -> tuple[dict[int, dict[str, str]], set[int]]:
    """Return edits and exclusions that the draft's rows hold already: reading again keeps them."""
    keeper = vault()
    edits: dict[int, dict[str, str]] = {}
    excluded: set[int] = set()
    query = select(SubmissionRow.row, SubmissionRow.state, SubmissionRow.sealed).where(
        SubmissionRow.county == ref.county,
        SubmissionRow.submission_id == ref.submission_id,
        or_(SubmissionRow.version > 1, SubmissionRow.state == RowState.EXCLUDED),
    )
    for row, state, sealed in session.execute(query):
        content = open_row(keeper, ref, row, sealed)
        if content.edits:
            edits[row] = content.edits
        if state == RowState.EXCLUDED:
            excluded.add(row)
    return edits, excluded


def _drop_draft(batch_id: int) -> None:
    """A file that cannot be taken leaves no draft behind; what was refused stands on the trail."""
    with transaction() as session:
        batch = session.get(Batch, batch_id)
        if batch is None:
            return
        submission = session.get(Submission, (batch.county, batch.submission_id))
        if submission is None or submission.state != State.DRAFT:
            return
        submission.state, submission.is_current = State.WITHDRAWN, False
        record(
            session,
            "roster.refused",
            actor=None,
            actor_name="worker",
            county=batch.county,
            place=submission.union_code,
            result=batch.error_code or "refused",
            detail={"submission": submission.id},
        )
