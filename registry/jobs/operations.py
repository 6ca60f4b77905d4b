"""Receiving workbooks: kept sealed, opened as a draft, queued for reading (or read at once)."""

import hashlib
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.db import allocate, db, setting, table_of, transaction
from registry.errors import InputRefused, RegistryError, RosterRefused
from registry.identity.written import blinded
from registry.jobs import deliveries
from registry.jobs.deliveries import Answer, Order
from registry.jobs.leases import find, worker_name
from registry.jobs.models import IMPORT, Batch, BatchState
from registry.jobs.work import run
from registry.notices.operations import demand_in_force
from registry.roster.limits import size_words
from registry.submissions import originals, queries
from registry.submissions.drafts import NewFile, check_quota, open_draft, same_file
from registry.submissions.models import Submission
from registry.submissions.recognition import standing, went_into
from registry.submissions.states import Kind, State
from registry.trail.operations import hold, record
from registry.unions import queries as union_queries
from registry.unions.models import Level
from registry.unions.queries import Union

_QUEUE = insert(table_of(Batch))


class Received(NamedTuple):
    """The answer to an upload. `already`: this file is that submission already, past its draft."""

    submission_id: int
    already: bool
    batch_id: int | None
    is_new: bool = False
    state: State = State.DRAFT


def too_large(most: int) -> RosterRefused:
    """Return the refusal of a file of more than `most` bytes."""
    return RosterRefused("file.too_large", f"文件超过 {size_words(most)}，请拆分后分别上传。")


def upload(
    content: bytes,
    *,
    file_name: str,
    union_code: str,
    kind: Kind,
    actor: Actor,
    claimed_sha256: str = "",
    order: Order | None = None,
) -> Received:
    """Keep a workbook and queue its reading; the same file for the same union and kind is one
    submission. With a program's `order` the same request is answered as before.

    Raises `InputRefused` when the bytes are not what the page announced (a cut-off upload).
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if claimed_sha256 and claimed_sha256.lower() != sha256:
        raise InputRefused("upload.cut_off", "文件没有传完整，请检查网络后重新上传。")
    if len(content) > setting("UPLOAD_BYTES"):
        raise too_large(setting("UPLOAD_BYTES"))
    original = originals.keep(content)
    try:
        received = _register(
            NewFile(plain_name(file_name), sha256, len(content), original),
            union_code,
            kind,
            actor,
            order,
        )
    except BaseException:
        originals.drop(original)
        raise
    if not received.is_new:
        originals.drop(original)
    return received


def import_now(
    content: bytes, *, file_name: str, union_code: str, kind: Kind, actor: Actor
) -> Received:
    """Receive a workbook and do the work at once, in this process: by the best guess where a column
    is unsure, for nobody is there to be asked.

    A marked workbook with some rows of a draft is answered with that draft. Raises `RosterRefused`
    when the file cannot be taken; the draft is then gone again.
    """
    received = upload(content, file_name=file_name, union_code=union_code, kind=kind, actor=actor)
    if received.batch_id is not None:
        if not received.is_new:
            ask_no_more(received.batch_id)
        run(received.batch_id, worker_name(), asks=False)
        batch = find(db.session(), received.batch_id)
        if batch is not None and batch.state == BatchState.REFUSED:
            raise RosterRefused(batch.error_code or "", batch.error_message or "")
        if batch is not None and batch.state != BatchState.DONE:
            raise RegistryError("job.failed", batch.error_message or "处理没有完成，请重试。")
        upload_ended = queries.find(db.session(), received.submission_id)
        draft = went_into(db.session(), upload_ended)
        if draft is not None:
            return received._replace(submission_id=draft, is_new=False)
    return received


def ask_no_more(batch_id: int) -> None:
    """Have a file read by the best guess that waits on the page for an answer about its columns."""
    with transaction() as session:
        batch = session.get(Batch, batch_id)
        if batch is not None and batch.state == BatchState.ASKING:
            batch.state = BatchState.WAITING


def _register(
    file: NewFile, union_code: str, kind: Kind, actor: Actor, order: Order | None
) -> Received:
    asked = (union_code, kind, file.sha256)
    with transaction() as session:
        union = union_queries.find(session, union_code)
        demand(actor, Permission.WORK_ROSTER, union.path)
        if union.level is not Level.GRASSROOTS:
            raise InputRefused("union.not_grassroots", "花名册只能报送到基层工会，请核对工会代码。")
        hold(session, union.county)  # before any sequence: see `submissions.locking`
        union_queries.demand_formed(session, union.code)
        before = deliveries.answered(session, union.county, order, asked, actor) if order else None
        if before is not None:
            return Received(before.submission_id, before.already, None, state=before.state)
        if order is not None:
            demand_in_force(session, union.county, order.notice)
        received = _taken_in(session, file, union, kind, actor)
        if order is not None:
            answer = Answer(received.submission_id, received.state, received.already)
            deliveries.note(session, union.county, order, asked, answer, actor)
        return received


def _taken_in(session: Session, file: NewFile, union: Union, kind: Kind, actor: Actor) -> Received:
    known = same_file(session, union, kind, file.sha256)
    known = standing(session, known) if known is not None else None
    if known is not None:
        return _known(session, known)
    check_quota(session, actor)
    submission_id = open_draft(
        session, union, kind, account_id=actor.account_id, source="FILE", file=file
    )
    batch_id = queue(session, IMPORT, union.county, submission_id, actor.account_id)
    record(
        session,
        "roster.upload",
        actor=actor,
        place=union.code,
        detail={
            "submission": submission_id,
            "sha256": file.sha256,
            "bytes": file.size,
            "kind": kind,
        },
    )
    return Received(submission_id, False, batch_id, is_new=True)


def _known(session: Session, known: Submission) -> Received:
    """The same file again: a draft is taken up (and read again if that had not ended)."""
    batch_id = None
    if known.state == State.DRAFT and not known.is_read:
        batch = session.scalar(
            select(Batch)
            .where(
                Batch.county == known.county,
                Batch.kind == IMPORT,
                Batch.subject_id == known.id,
            )
            .order_by(Batch.id.desc())
            .limit(1)
        )
        if batch is not None:
            batch_id = batch.id
            if batch.state == BatchState.FAILED:
                batch.state, batch.tries = BatchState.WAITING, 0
    return Received(known.id, known.state != State.DRAFT, batch_id, state=State(known.state))


def queue(session: Session, kind: str, county: str, subject_id: int, account_id: int) -> int:
    """Write a batch that waits for a worker, in the caller's transaction; returns its number."""
    batch_id = allocate(session, "batch")
    at = now()
    waiting = {
        "id": batch_id,
        "kind": kind,
        "county": county,
        "subject_id": subject_id,
        "account_id": account_id,
        "state": BatchState.WAITING,
        "created_at": at,
        "changed_at": at,
    }
    session.execute(_QUEUE, waiting)
    return batch_id


def plain_name(file_name: str) -> str:
    """Return the file's own name without folders and control characters, cut to what is kept."""
    name = file_name.replace("\\", "/").rpartition("/")[2]
    printable = "".join(char for char in name if char.isprintable())[-255:]
    return blinded([printable])[0] or "花名册"
