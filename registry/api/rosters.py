"""A roster handed in by a program, sent, and taken back."""

from typing import Any

import msgspec
from flask import Response, g, request
from werkzeug.datastructures import MultiDict

from registry.access.scopes import Scope
from registry.api.answers import answer, family
from registry.api.asking import body, whether, whole
from registry.api.guard import guard
from registry.errors import InputRefused
from registry.jobs.deliveries import Order
from registry.jobs.delivering import deliver
from registry.jobs.wake import wake
from registry.submissions import operations
from registry.submissions.operations import MOST_EMPLOYEES
from registry.submissions.states import Kind, State

blueprint = family("api_rosters")
MOST_VERSION = 2**31 - 1


class Sending(msgspec.Struct, forbid_unknown_fields=True):
    """How a draft is sent."""

    hold_errors: bool = False
    employees: int | None = None
    notice: int | None = None


@blueprint.post("/unions/<code>/submissions")
@guard(Scope.ROSTERS_SEND)
def receive(code: str) -> Response:
    """Take a workbook in, to be sent for review once a worker has read it."""
    content, name, said = _file()
    received = deliver(
        content,
        file_name=name,
        union_code=code,
        kind=_kind(said),
        actor=g.actor,
        order=Order(
            request.headers.get("Idempotency-Key", ""),
            whether(said, "hold_errors"),
            whole(said, "employees", 0, 1, MOST_EMPLOYEES) or None,
            whole(said, "notice", 0, 1, MOST_VERSION) or None,
        ),
        claimed_sha256=said.get("sha256", ""),
    )
    if received.batch_id is not None:
        wake(received.batch_id)
    return answer(
        {
            "submission": received.submission_id,
            "state": received.state,
            "already": received.already,
        },
        202,
    )


@blueprint.post("/submissions/<int:submission_id>/submit")
@guard(Scope.ROSTERS_SEND)
def submit(submission_id: int) -> Response:
    """Send a draft's good rows for review."""
    how = body(Sending)
    operations.check_declared(g.submission.kind, how.employees)
    sent = operations.submit(
        submission_id,
        actor=g.actor,
        hold_errors=how.hold_errors,
        employees=how.employees,
        notice=how.notice,
    )
    return answer({**sent.to_json(), "held": sent.held, "draft": sent.follow_up_id})


@blueprint.post("/submissions/<int:submission_id>/withdraw")
@guard(Scope.ROSTERS_SEND)
def withdraw(submission_id: int) -> Response:
    """Take an undecided submission back, or give a draft up."""
    draft = operations.withdraw(submission_id, actor=g.actor)
    return answer({"submission": submission_id, "state": State.WITHDRAWN, "draft": draft})


def _file() -> tuple[bytes, str, MultiDict[str, str]]:
    """Return the file, its name, and what is said beside it: in a form, or bare with the rest in
    the address.
    """
    if request.mimetype != "multipart/form-data":
        return _whole(), request.args.get("file_name", ""), request.args
    file = request.files.get("file")
    if file is None:
        raise InputRefused("upload.missing", "没有收到文件，请放在表单的 file 一项里。")
    said: MultiDict[str, str] = MultiDict(request.args)
    said.update(request.form)
    return file.read(), file.filename or "", said


def _whole() -> bytes:
    """Return the bare body. A server may hand half of one on when the line breaks."""
    content = request.get_data()
    if request.content_length not in (None, len(content)):
        raise InputRefused("upload.cut_off", "文件没有传完整，请重新报送。")
    return content


def _kind(said: MultiDict[str, str]) -> Kind:
    named: Any = said.get("kind", Kind.INCREMENT.lower())
    for kind in Kind:
        if kind.lower() == named:
            return kind
    raise InputRefused("request.kind", "kind 只能是 full、increment 或 reverify。")
