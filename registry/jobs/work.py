"""Doing a batch: read, judge, match, store chunk by chunk, each with cursor and lease in one
commit.
"""

from collections.abc import Callable

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.clock import today
from registry.db import db, setting, transaction
from registry.errors import RosterRefused
from registry.jobs.bundle_work import BundleWork
from registry.jobs.hold import Hold
from registry.jobs.leases import LostLease, claim
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


class Work(Hold):
    """Reading one roster into its draft."""

    def do(self) -> None:
        """Read, judge, match, store chunk by chunk."""
        batch = db.session.get(Batch, self.batch_id)
        if batch is None or self.is_hopeless(batch):
            return
        submission = db.session.get(Submission, (batch.county, batch.subject_id))
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

    def refused(self, refusal: RosterRefused) -> None:
        """End the work, and the draft with it."""
        super().refused(refusal)
        _drop_draft(self.batch_id)

    def _prepare(self, ref: Ref, submission: Submission) -> Prepared:
        content = originals.fetch(submission.original or "")
        answers = msgspec.json.decode(submission.answers, type=dict[str, str])
        is_full = submission.kind == Kind.FULL
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
        submission = session.get(Submission, (batch.county, batch.subject_id))
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


# What there is to do for each kind of batch.
KINDS: dict[str, Callable[[int, int, str], Hold]] = {
    "import": Work,
    "bundle": lambda batch_id, fence, worker: BundleWork(batch_id, fence, worker, between=run),
}


def run(batch_id: int, worker: str) -> bool:
    """Do a batch from where it stands; returns False when another worker has it."""
    fence = claim(batch_id, worker)
    if fence is None:
        return False
    batch = db.session.get(Batch, batch_id)
    work = KINDS[batch.kind if batch else "import"](batch_id, fence, worker)
    try:
        work.do()
    except LostLease:
        return False
    except RosterRefused as refusal:
        work.refused(refusal)
    except Exception:
        work.give_up()
        raise
    return True
