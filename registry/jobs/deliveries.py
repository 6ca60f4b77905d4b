"""Rosters that programs hand in: what each asked for, and sending it once the roster is read.

The same request again, after an answer that was lost, is answered as before. The order stands in
the table beside the batch, so that whoever reads the roster, after a crash too, carries it out.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, bindparam, insert, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts.queries import actor_of
from registry.clock import now
from registry.db import allocate, db, setting, table_of, transaction
from registry.errors import InputRefused, RegistryError
from registry.jobs.models import IMPORT, Batch, BatchState, Delivery, DeliveryState
from registry.jobs.queries import Progress, progress
from registry.submissions import queries
from registry.submissions.operations import submit
from registry.submissions.queries import SubmissionView
from registry.submissions.recognition import went_into
from registry.submissions.states import State

# A batch ended so long ago, and its worker would have carried the order out.
_LEFT = timedelta(seconds=30)
_ENDED = (BatchState.DONE, BatchState.REFUSED, BatchState.FAILED)

_delivery, _batch = table_of(Delivery), table_of(Batch)
_WAITING = select(_delivery).where(
    _delivery.c.county == bindparam("county"),
    _delivery.c.submission_id == bindparam("submission_id"),
    _delivery.c.state == DeliveryState.WAITING,
)


class Order(NamedTuple):
    """What a program asks for with a roster. `key` tells the request from others of the account, ""
    where the program gave none; `notice` the version that people were told, None where it
    names none.
    """

    key: str
    hold_errors: bool
    employees: int | None
    notice: int | None = None


class Answer(NamedTuple):
    """What a request was answered."""

    submission_id: int
    state: State
    already: bool


def answered(
    session: Session, county: str, order: Order, asked: Sequence[object], actor: Actor
) -> Answer | None:
    """Return what this very request was answered before, None for a new one.

    `asked` is what the request is about besides the order. Raises `InputRefused` (request.other)
    where its key stands for something else.
    """
    if not order.key:
        return None
    found = session.execute(
        select(_delivery).where(
            _delivery.c.county == county,
            _delivery.c.account_id == actor.account_id,
            _delivery.c.request_key == _key(order),
        )
    ).one_or_none()
    if found is None:
        return None
    if found.asked_at < _remembered_since():
        _forget(session, _delivery.c.county == county, _delivery.c.id == found.id)
        return None
    if found.digest != _digest(order, asked):
        raise InputRefused(
            "request.other", "同一个 Idempotency-Key 已经用于另一份内容，请换一个新的。"
        )
    return Answer(found.submission_id, State(found.answered), found.already)


def note(
    session: Session,
    county: str,
    order: Order,
    asked: Sequence[object],
    answer: Answer,
    actor: Actor,
) -> None:
    """Write an order and its answer, in the transaction that takes the roster in."""
    is_over = answer.already or answer.state is not State.DRAFT
    session.execute(
        insert(_delivery).values(
            county=county,
            id=allocate(session, f"delivery:{county}"),
            account_id=actor.account_id,
            request_key=_key(order) if order.key else None,
            digest=_digest(order, asked),
            submission_id=answer.submission_id,
            answered=answer.state,
            already=answer.already,
            hold_errors=order.hold_errors,
            employees=order.employees,
            notice=order.notice,
            state=DeliveryState.SENT if is_over else DeliveryState.WAITING,
            asked_at=now(),
        )
    )


def waiting(session: Session, county: str, submission_id: int) -> list[Any]:
    """Return the orders for a roster that are not carried out."""
    asked = {"county": county, "submission_id": submission_id}
    return list(session.execute(_WAITING, asked))


def left(session: Session) -> list[tuple[str, int]]:
    """Return the rosters, by county and number, whose reading ended a while ago and whose order
    nobody has carried out: the worker died between the two.
    """
    query = (
        select(_delivery.c.county, _delivery.c.submission_id)
        .join(
            _batch,
            (_batch.c.county == _delivery.c.county)
            & (_batch.c.subject_id == _delivery.c.submission_id),
        )
        .where(
            _delivery.c.state == DeliveryState.WAITING,
            _batch.c.kind == IMPORT,
            _batch.c.state.in_(_ENDED),
            _batch.c.changed_at < now() - _LEFT,
        )
    )
    return [(county, number) for county, number in session.execute(query)]


def forget_keys(session: Session) -> None:
    """Forget the keys of requests that are too long ago to be told again."""
    _forget(
        session, _delivery.c.request_key.is_not(None), _delivery.c.asked_at < _remembered_since()
    )


def carry_out(county: str, submission_id: int) -> None:
    """Send a roster that has been read, as it was ordered; what is refused is kept, with why.

    Does nothing while it is being read. Again: changes nothing.
    """
    session = db.session()
    orders = waiting(session, county, submission_id)
    if not orders:
        return
    upload, read = queries.find(session, submission_id), progress(session, county, submission_id)
    if not upload.is_read and (read is None or read.state not in _ENDED):
        return
    for order in orders:
        _end(order, _unread(upload, read) or _send(upload, order))


def refusal_of(session: Session, submission: SubmissionView) -> tuple[str, str] | None:
    """Return code and sentence of why the latest order for a roster was refused."""
    query = (
        select(_delivery.c.error_code, _delivery.c.error_message)
        .where(_delivery.c.county == submission.county, _delivery.c.submission_id == submission.id)
        .order_by(_delivery.c.id.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return None if found is None or not found.error_code else (found[0], found[1])


def _unread(upload: SubmissionView, read: Progress | None) -> RegistryError | None:
    if upload.is_read or read is None or read.state is BatchState.DONE:
        return None
    return RegistryError(read.error_code or "job.failed", read.error_message or "")


def _send(upload: SubmissionView, order: Any) -> RegistryError | None:
    """Submit the roster, or the draft that it went into; returns the refusal."""
    session = db.session()
    try:
        submit(
            went_into(session, upload) or upload.id,
            actor=actor_of(session, order.account_id),
            hold_errors=order.hold_errors,
            employees=order.employees,
            notice=order.notice,
        )
    except RegistryError as refusal:
        return refusal
    return None


def _end(order: Any, refusal: RegistryError | None) -> None:
    state = DeliveryState.REFUSED if refusal else DeliveryState.SENT
    with transaction() as session:
        session.execute(
            update(_delivery)
            .where(_delivery.c.county == order.county, _delivery.c.id == order.id)
            .values(
                state=state,
                error_code=refusal.code if refusal else None,
                error_message=refusal.message if refusal else None,
            )
        )


def _forget(session: Session, *which: ColumnElement[bool]) -> None:
    session.execute(update(_delivery).where(*which).values(request_key=None))


def _remembered_since() -> datetime:
    return now() - timedelta(hours=setting("REQUEST_KEY_HOURS"))


def _key(order: Order) -> bytes:
    return hashlib.sha256(order.key.encode()).digest()


def _digest(order: Order, asked: Sequence[object]) -> bytes:
    said = [*asked, order.hold_errors, order.employees]
    if order.notice is not None:  # what names none has the digest of before notices were named
        said.append(order.notice)
    return hashlib.sha256(msgspec.json.encode(said)).digest()
