"""Doing a batch: read, judge, match and store, chunk by chunk, each with cursor and lease in one
commit.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from itertools import count

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.clock import today
from registry.db import db, setting, transaction
from registry.errors import RosterRefused, Unavailable
from registry.jobs import deliveries
from registry.jobs.anomaly_work import AnomalyWork
from registry.jobs.bundle_work import BundleWork
from registry.jobs.exchange_work import ExchangeWork
from registry.jobs.hold import Hold
from registry.jobs.leases import LostLease, claim, find
from registry.jobs.models import ANOMALIES, BUNDLE, EXCHANGE, IMPORT, TOLD, Batch, BatchState
from registry.roster.layout import Layout
from registry.roster.limits import ordinary
from registry.roster.preview import preview
from registry.roster.sheet import Cell
from registry.storage import is_away
from registry.submissions import originals, queries
from registry.submissions.carrying import Carried
from registry.submissions.drafts import (
    drop_rows,
    finish_reading,
    has_rows,
    recount,
    write_chunk,
)
from registry.submissions.intake import Intake, Unsure, taken_in
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.recognition import Recognised, recognise
from registry.submissions.regrouping import ref_of
from registry.submissions.remembered import (
    StoredLayout,
    keep_layout,
    remembered_labels,
)
from registry.submissions.returned import (
    Outdated,
    PartReturned,
    brought_before,
    put_back,
    read_part,
    settle_excluded,
    take_place,
    why_anew,
)
from registry.submissions.states import RowState, State
from registry.submissions.storing import Ref, StoredRows, open_row
from registry.submissions.undoing import forget
from registry.trail.operations import hold, record
from registry.vault.vault import vault

# A marked workbook whose draft is being worked on is read again each time that draft has changed.
MOST_ROUNDS = 5
_OBJECTS_BETWEEN_COLLECTIONS = 50_000
_JOBS_BETWEEN_COLLECTIONS = 50
_jobs_done = count(1)


class Work(Hold):
    """Reading one roster into its draft.

    With `asks` it ends where a column is unsure, until the clerk has said what it is; without it
    goes on with the best guess.
    """

    def __init__(self, batch_id: int, fence: int, worker: str, *, asks: bool = True) -> None:
        super().__init__(batch_id, fence, worker)
        self._layout = Layout(asks=asks)
        self._original = ""
        self._word: str | None = None
        self._excluded: set[int] = set()
        self._again = False

    def do(self) -> None:
        """Read, judge, match, store chunk by chunk."""
        batch = find(db.session(), self.batch_id)
        if batch is None or self.is_hopeless(batch):
            return
        cursor = batch.cursor
        for _ in range(MOST_ROUNDS):
            submission = queries.known(db.session(), batch.subject_id)
            if submission is None or submission.state != State.DRAFT or not submission.original:
                self.end(BatchState.DONE)
                return
            ref = ref_of(submission)
            try:
                self._read(ref, submission, cursor)
            except PartReturned as part:
                with suppress(Outdated):
                    self._put_back(ref, submission.original, part.found)
                    return
            except Outdated:
                pass
            else:
                return
            # The draft to which a marked workbook belongs was changed meanwhile: once more.
            with transaction() as session:
                self._hold(session, cursor=0)
            cursor = 0
        raise RuntimeError("a draft does not stand still")

    def _read(self, ref: Ref, submission: SubmissionView, cursor: int) -> None:
        last: StoredRows | None = None
        with self._taken_in(ref, submission) as intake:
            for chunk in intake:
                done = len(intake.rows)
                if last is not None:  # there were more rows than expected
                    self._store(last, done - len(chunk.columns["row"]), intake.expected)
                    last = None
                if done <= cursor:
                    self.report("read", done, intake.expected)
                elif 0 < intake.expected <= done:
                    last = chunk  # is stored with what ends the reading: one commit less
                else:
                    self._store(chunk, done, intake.expected)
                del chunk  # or two are held while the next is made
        self._finish(ref, intake, last)

    def refused(self, refusal: RosterRefused) -> None:
        """Ask the clerk where that may help; else end the work, and the draft with it."""
        if self.may_ask(refusal):
            self.end(BatchState.ASKING, refusal.code, refusal.message)
            return
        super().refused(refusal)
        _drop_draft(self.batch_id)

    def _taken_in(self, ref: Ref, submission: SubmissionView) -> AbstractContextManager[Intake]:
        self._original = submission.original or ""
        said = submission.layout
        self._layout = Layout(
            said.sheet,
            remembered_labels(db.session(), ref.county, ref.union_code),
            said.columns,
            self._layout.asks,
        )
        self._again = has_rows(db.session(), ref)
        edits, self._excluded = _former(db.session(), ref) if self._again else ({}, set())
        return taken_in(
            db.session(),
            vault(),
            ref,
            originals.fetch(self._original),
            today=today(),
            limits=ordinary(setting),
            answers=submission.answers,
            edits=edits,
            layout=self._layout,
            carry=partial(self._carry, submission),
        )

    def _carry(self, upload: SubmissionView, code: str) -> Carried | None:
        """Return what goes over to the upload of a marked workbook; raises `PartReturned`."""
        session = db.session()
        found = recognise(session, vault(), code, upload)
        self._word = None
        if found is None:
            return None
        if not found.is_open:
            self._word = why_anew(session, found)
            return None
        if found.stamp.is_part:
            raise PartReturned(found)
        if found.draft.layout != upload.layout:
            self._take_layout(ref_of(upload), found.draft.layout)
        return Carried(session, vault(), found)

    def _take_layout(self, ref: Ref, layout: StoredLayout) -> None:
        """Have the upload read as the clerk had confirmed the columns of its draft."""
        with transaction() as session:
            self._hold(session)
            keep_layout(session, ref.county, ref.submission_id, layout)
        raise Outdated

    def _put_back(self, ref: Ref, original: str | None, found: Recognised) -> None:
        labels = Layout(labels=self._layout.labels)
        rows = read_part(originals.fetch(original or ""), ordinary(setting), labels)
        before = brought_before(db.session(), found, ordinary(setting), labels)
        with transaction() as session:
            hold(session, ref.county)  # before any submission: see `submissions.locking`
            outcome = put_back(session, vault(), ref, found, rows, before)
            self._hold(session, state=BatchState.DONE, lease_until=None, **_told(outcome.words))

    def may_ask(self, refusal: RosterRefused) -> bool:
        """Tell whether the clerk can put a refusal right by saying which column is which: there
        are columns that nothing is known of, or it is what the clerk said that did not do."""
        if not self._layout.asks or not self._original:
            return False
        if self._layout.is_confirmed:
            return True
        if refusal.code != "file.missing_column":
            return False
        try:
            sheets = preview(originals.fetch(self._original), ordinary(setting), self._layout)
        except RosterRefused:
            return False
        return any(sheet.unsaid for sheet in sheets)

    def _store(self, chunk: StoredRows, done: int, total: int) -> None:
        with transaction() as session:
            self._write(session, chunk, done, total)

    def _write(self, session: Session, chunk: StoredRows, done: int, total: int) -> None:
        total = total if total >= done else 0
        self._hold(session, stage="read", cursor=done, done=done, total=total)
        write_chunk(session, chunk, self._excluded, again=self._again)

    def _finish(self, ref: Ref, intake: Intake, last: StoredRows | None) -> None:
        """End the reading; `last` are rows that are not stored yet."""
        carried = intake.carried
        excluded = self._excluded if carried is None else carried.excluded
        with transaction() as session:
            hold(session, ref.county)  # before any submission: see `submissions.locking`
            if last is not None:
                self._write(session, last, len(intake.rows), intake.expected)
            word = self._word
            counts = finish_reading(session, ref, intake, excluded, again=self._again)
            if excluded:
                settle_excluded(session, ref)
                recount(session, ref)
            # What was corrected before a new reading cannot be taken back step by step.
            forget(session, ref)
            if carried is not None:
                word = take_place(session, ref, carried).words
            self._hold(session, state=BatchState.DONE, lease_until=None, **_told(word))
            record(
                session,
                "roster.read",
                actor=None,
                actor_name="worker",
                county=ref.county,
                place=ref.union_code,
                detail={"submission": ref.submission_id, **counts},
            )


def _told(word: str | None) -> dict[str, str | None]:
    """Return what the batch says to the clerk besides being done."""
    return {"error_code": TOLD if word else None, "error_message": word}


def _former(session: Session, ref: Ref) -> tuple[dict[int, dict[str, Cell]], set[int]]:
    """Return edits and exclusions that the draft's rows hold already: reading again keeps them."""
    keeper = vault()
    edits: dict[int, dict[str, Cell]] = {}
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
        drop_rows(session, Ref(submission.county, submission.id, submission.union_code))
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
KINDS: dict[str, Callable[..., Hold]] = {
    IMPORT: Work,
    BUNDLE: lambda batch_id, fence, worker, asks: BundleWork(batch_id, fence, worker, between=run),
    EXCHANGE: lambda batch_id, fence, worker, asks: ExchangeWork(
        batch_id, fence, worker, between=run
    ),
    ANOMALIES: lambda batch_id, fence, worker, asks: AnomalyWork(batch_id, fence, worker),
}


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Rows make no cycles: looking for some again and again, through all that the program has
    loaded as well, costs a tenth of the work.

    Freezing begins the count anew after which the oldest objects are looked through: with one small
    job after the other nobody would ever, and what forms cycles would stay for good. So every so
    many jobs it is done here.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
        if next(_jobs_done) % _JOBS_BETWEEN_COLLECTIONS == 0:
            gc.collect()


def _is_of_the_ground(error: Exception) -> bool:
    """Tell whether the database or the storage failed, which no batch is to be ended for."""
    return isinstance(error, Unavailable) or is_away(error)


def run(batch_id: int, worker: str, *, asks: bool = True) -> bool:
    """Do a batch from where it stands; returns False when another worker has it.

    `asks`: whether somebody is there to say what an unsure column is; nobody is for what a program
    handed in, which is sent for review when it is read.
    """
    fence = claim(batch_id, worker)
    if fence is None:
        return False
    batch = find(db.session(), batch_id)
    kind, whose = (batch.kind, (batch.county, batch.subject_id)) if batch else (IMPORT, ("", 0))
    ordered = kind == IMPORT and bool(deliveries.waiting(db.session(), *whose))
    work = KINDS[kind](batch_id, fence, worker, asks=asks and not ordered)
    try:
        with _collecting_rarely():
            work.do()
    except LostLease:
        return False
    except Unsure:
        work.end(BatchState.ASKING)
    except RosterRefused as refusal:
        work.refused(refusal)
    except Exception as error:
        work.give_up(counts=not _is_of_the_ground(error))
        raise
    if ordered:
        deliveries.carry_out(*whose)
    return True
