"""One workbook for many unions, as long work: received, confirmed, paused, resumed, cancelled."""

import hashlib
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.clock import now
from registry.db import db, setting, transaction
from registry.errors import InputRefused, RegistryError, RosterRefused, StateRefused
from registry.jobs.leases import worker_name
from registry.jobs.models import BUNDLE, Batch, BatchState
from registry.jobs.operations import plain_name, queue, too_large
from registry.jobs.work import run
from registry.roster.limits import bulk, ordinary
from registry.submissions import originals
from registry.submissions.bundles import operations as bundles
from registry.submissions.bundles.models import Bundle
from registry.submissions.bundles.states import BundleState
from registry.submissions.drafts import NewFile
from registry.trail.operations import hold, record
from registry.unions import queries as union_queries

_UNDER_WAY = (BatchState.WAITING, BatchState.RUNNING)


class ReceivedBundle(NamedTuple):
    """The answer to an upload. `already`: this file is that bundle already, nothing was done."""

    bundle_id: int
    already: bool
    batch_id: int | None


def most_bytes(*, is_bulk: bool) -> int:
    """Return the largest file taken: a county's historical register may be larger."""
    return (bulk if is_bulk else ordinary)(setting).file_bytes


def upload(
    content: bytes, *, file_name: str, place_code: str, actor: Actor, claimed_sha256: str = ""
) -> ReceivedBundle:
    """Keep a workbook for the unions of a place and queue its reading; the same file for the same
    place is one bundle.

    Raises `InputRefused` when the bytes are not what the page announced (a cut-off upload).
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if claimed_sha256 and claimed_sha256.lower() != sha256:
        raise InputRefused("upload.cut_off", "文件没有传完整，请检查网络后重新上传。")
    place = union_queries.find(db.session(), place_code)
    bundles.demand_at(actor, place)
    most = most_bytes(is_bulk=bundles.is_bulk(actor, place))
    if len(content) > most:
        raise too_large(most)
    original = originals.keep(content)
    try:
        file = NewFile(plain_name(file_name), sha256, len(content), original)
        received = _register(file, place_code, actor)
    except BaseException:
        originals.drop(original)
        raise
    if received.already:
        originals.drop(original)
    return received


def confirm(bundle_id: int, *, actor: Actor) -> int:
    """Settle which unions are meant and queue the split; returns the batch's number.

    Raises `StateRefused` while a name waits for an answer, or when this was done before.
    """
    with transaction() as session:
        bundle = bundles.locked(session, bundle_id, actor)
        bundles.confirm(session, bundle, actor)
        return queue(session, BUNDLE, bundle.county, bundle.id, actor.account_id)


def pause(bundle_id: int, *, actor: Actor) -> None:
    """Stop the work on a bundle where it stands; its worker writes nothing more.

    Raises `StateRefused` (bundle.not_running) when no work is under way, `Forbidden` for who
    may not.
    """
    with transaction() as session:
        bundle = bundles.locked(session, bundle_id, actor)
        bundles.demand_steering(bundle, actor)
        batch = _newest(session, bundle)
        if batch is None or batch.state not in _UNDER_WAY:
            raise StateRefused("bundle.not_running", "现在没有正在进行的处理，不用暂停。")
        _take_away(batch, BatchState.PAUSED)
        _record(session, "bundle.pause", bundle, actor)


def resume(bundle_id: int, *, actor: Actor) -> int:
    """Let paused work (or work that failed) go on; returns the batch's number.

    Raises `StateRefused` (bundle.not_paused) otherwise.
    """
    with transaction() as session:
        bundle = bundles.locked(session, bundle_id, actor)
        bundles.demand_steering(bundle, actor)
        batch = _newest(session, bundle)
        if batch is None or batch.state not in (BatchState.PAUSED, BatchState.FAILED):
            raise StateRefused("bundle.not_paused", "处理没有暂停，不用继续。")
        _record(session, "bundle.resume", bundle, actor)
        return _go_on(session, batch)


def cancel(bundle_id: int, *, actor: Actor) -> int:
    """Give a bundle up before anything of it is seen; what is staged is deleted by a worker.

    Returns the batch's number. Raises `StateRefused` when the bundle is at its end already.
    """
    with transaction() as session:
        bundle = bundles.locked(session, bundle_id, actor)
        bundles.cancel(session, bundle, actor)
        batch = _newest(session, bundle)
        if batch is not None and batch.state not in (BatchState.DONE, BatchState.REFUSED):
            _take_away(batch, BatchState.CANCELLED)
        return queue(session, BUNDLE, bundle.county, bundle.id, actor.account_id)


def run_now(batch_id: int) -> None:
    """Do a batch at once, in this process.

    Raises `RosterRefused` when the file cannot be taken.
    """
    run(batch_id, worker_name())
    db.session.rollback()
    batch = db.session.get(Batch, batch_id)
    if batch is not None and batch.state == BatchState.REFUSED:
        raise RosterRefused(batch.error_code or "", batch.error_message or "")
    if batch is None or batch.state != BatchState.DONE:
        raise RegistryError("job.failed", "处理没有完成，请重试。")


def _register(file: NewFile, place_code: str, actor: Actor) -> ReceivedBundle:
    with transaction() as session:
        place = union_queries.find(session, place_code)
        bundles.demand_at(actor, place)
        hold(session, place.county)
        known = bundles.same_file(session, place, file.sha256)
        if known is not None:
            return ReceivedBundle(known.id, True, _tried_again(session, known))
        bundle_id = bundles.receive(session, place, file, actor)
        batch_id = queue(session, BUNDLE, place.county, bundle_id, actor.account_id)
        return ReceivedBundle(bundle_id, False, batch_id)


def _tried_again(session: Session, bundle: Bundle) -> int | None:
    """Let the work on a file that is here already go on where it had failed."""
    batch = _newest(session, bundle)
    if batch is None or batch.state in (BatchState.DONE, BatchState.PAUSED):
        return None
    return _go_on(session, batch) if batch.state == BatchState.FAILED else batch.id


def _newest(session: Session, bundle: Bundle) -> Batch | None:
    query = select(Batch).where(
        Batch.county == bundle.county, Batch.kind == BUNDLE, Batch.subject_id == bundle.id
    )
    return session.scalars(query.order_by(Batch.id.desc()).limit(1).with_for_update()).first()


def _take_away(batch: Batch, state: BatchState) -> None:
    """End a worker's hold: with another fence it can write nothing more."""
    batch.state, batch.fence = state, batch.fence + 1
    batch.worker = batch.lease_until = None
    batch.changed_at = now()


def _go_on(session: Session, batch: Batch) -> int:
    """Let paused work wait for a worker; what failed is a new piece of work from there on."""
    if batch.state == BatchState.PAUSED:
        batch.state, batch.changed_at = BatchState.WAITING, now()
        return batch.id
    batch_id = queue(session, BUNDLE, batch.county, batch.subject_id, batch.account_id)
    session.get_one(Batch, batch_id).cursor = batch.cursor
    return batch_id


def _record(session: Session, action: str, bundle: Bundle, actor: Actor) -> None:
    detail = {"bundle": bundle.id, "state": BundleState(bundle.state).value}
    record(session, action, actor=actor, place=bundle.place, detail=detail)
