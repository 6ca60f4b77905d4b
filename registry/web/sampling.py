"""The sample of a roster: drawn, called back, and what each person said."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.queries import sight_of
from registry.review import sampling
from registry.review.call_result import CallResult
from registry.review.queries import masked
from registry.review.sample_queries import Call, calls, sample_of
from registry.review.sampling import LEAST, MOST, ONE_IN, sample_size
from registry.submissions.states import REVIEWABLE
from registry.vault.vault import Vault, vault
from registry.web.guard import guard

blueprint = Blueprint("sampling", __name__)


class Line(NamedTuple):
    """One sampled person as shown, masked, and what the call came to."""

    row: int
    name: str
    mobile: str
    call: Call
    caller: str


@blueprint.get("/submissions/<int:submission_id>/sample")
@guard(Permission.REVIEW)
def sample(submission_id: int) -> str:
    """Show the sample, or offer to draw it."""
    return _page()


@blueprint.post("/submissions/<int:submission_id>/sample")
@guard(Permission.REVIEW)
def draw(submission_id: int) -> Response:
    """Draw the sample."""
    try:
        size = sampling.draw(submission_id, actor=g.actor)
    except (StateRefused, Forbidden) as error:
        flash(error.message, "error")
    else:
        flash(f"已抽取 {size:,} 人，请逐个回访，把结果记下来。", "success")
    return redirect(url_for("sampling.sample", submission_id=submission_id), 303)


@blueprint.post("/submissions/<int:submission_id>/sample/rows/<row:row>")
@guard(Permission.REVIEW)
def keep_call(submission_id: int, row: int) -> Response | tuple[str, int]:
    """Write what the call to one person came to."""
    asked, note = request.form.get("result", ""), request.form.get("note", "")
    result = next((one for one in CallResult if one.value == asked), None)
    try:
        if result is None:
            raise InputRefused("result.unknown", "请选择回访结果。")
        sampling.keep_call(submission_id, row, actor=g.actor, result=result, note=note)
    except InputRefused as error:
        return _page({row: error.message}, {row: note}), 400
    except (StateRefused, Forbidden) as error:
        flash(error.message, "error")
    address = url_for("sampling.sample", submission_id=submission_id, _anchor=f"row-{row}")
    return redirect(address, 303)


def _page(refused: Mapping[int, str] = {}, typed: Mapping[int, str] = {}) -> str:
    session, submission = db.session(), g.submission
    if submission.submitted_at is None:
        raise NotFound("submission.draft", "这份名册还没有提交审核。")
    found = sample_of(session, submission)
    called = calls(session, submission) if found else []
    callers = [one.called_by for one in called]
    people = display_names(session, [found.drawn_by if found else None, *callers])
    keeper = vault()
    return render_template(
        "sampling/sample.html",
        submission=submission,
        union=g.union,
        sample=found,
        lines=[_line(keeper, one, people) for one in called],
        people=people,
        results=list(CallResult),
        refused=refused,
        typed=typed,
        would=sample_size(submission.pending_count),
        rule=(100 // ONE_IN, LEAST, MOST),
        waits=submission.state in REVIEWABLE and submission.pending_count > 0,
        is_own=g.actor.account_id in {submission.submitted_by, submission.created_by},
    )


def _line(keeper: Vault, call: Call, people: Mapping[int, str]) -> Line:
    _, mobile = masked(keeper, call.row, sight_of(g.actor.path))
    caller = people.get(call.called_by or 0, "")
    return Line(call.row.row, call.row.full_name or "", mobile, call, caller)
