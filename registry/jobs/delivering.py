"""A program hands a roster in: kept as an upload, read by a worker, sent for review once read."""

from registry.access.actor import Actor
from registry.errors import InputRefused
from registry.jobs.deliveries import Order, carry_out
from registry.jobs.operations import Received, ask_no_more, upload
from registry.submissions.operations import check_declared
from registry.submissions.states import Kind

LONGEST_KEY = 200


def deliver(
    content: bytes,
    *,
    file_name: str,
    union_code: str,
    kind: Kind,
    actor: Actor,
    order: Order,
    claimed_sha256: str = "",
) -> Received:
    """Keep a workbook and queue its reading; nobody is asked about unsure columns, and its good
    rows are sent as `order` says.

    Raises `InputRefused` as `upload` does, and for an order that cannot be carried out
    (employees.missing, .kind, .range, request.key, request.other).
    """
    _judge(content, kind, order)
    received = upload(
        content,
        file_name=file_name,
        union_code=union_code,
        kind=kind,
        actor=actor,
        claimed_sha256=claimed_sha256,
        order=order,
    )
    if received.batch_id is None:
        # Read before, on the page perhaps: there is nothing to wait for.
        carry_out(actor.county, received.submission_id)
    elif not received.is_new:
        ask_no_more(received.batch_id)
    return received


def _judge(content: bytes, kind: Kind, order: Order) -> None:
    if not content:
        raise InputRefused("upload.empty", "文件是空的（0 字节），请检查后重新上传。")
    if len(order.key) > LONGEST_KEY:
        raise InputRefused("request.key", f"Idempotency-Key 不超过 {LONGEST_KEY} 个字符。")
    check_declared(kind, order.employees)
