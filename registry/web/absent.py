"""Members whom a roster of everybody leaves out: the clerk says why, each or all of them."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.members.queries import sight_of
from registry.submissions import absences
from registry.submissions.accounting import account_for, account_for_rest
from registry.submissions.queries import SubmissionView
from registry.submissions.states import State
from registry.submissions.whereabouts import AskedMember, Reason, Said
from registry.web.comparing import MISSING, compare_tabs
from registry.web.guard import guard
from registry.web.numbers import is_whole, whole

blueprint = Blueprint("absent", __name__)
PAGE = 50


@blueprint.get("/submissions/<int:submission_id>/missing")
@guard(Permission.WORK_ROSTER)
def missing(submission_id: int) -> str | Response:
    """List the members whom the draft leaves out, with what was said of each."""
    session, found = db.session(), g.submission
    if found.state is not State.DRAFT or not found.lists_everybody:
        return redirect(url_for("roster.submission", submission_id=submission_id), 303)
    after = max(request.args.get("after", 0, type=whole), 0)
    only_open = request.args.get("open") == "1"
    members = absences.missing_members(
        session,
        found,
        sight_of(g.actor.path),
        only_open=only_open,
        after=after,
        limit=PAGE + 1,
    )
    shown = members[:PAGE]
    return render_template(
        "roster/missing.html",
        submission=found,
        union=g.union,
        account=absences.account(session, found),
        tabs=compare_tabs(session, found, MISSING),
        members=shown,
        reasons=list(Reason),
        only_open=only_open,
        is_later=bool(after),
        next=_address(found, only_open, shown[-1].membership_id) if len(members) > PAGE else "",
    )


@blueprint.post("/submissions/<int:submission_id>/missing")
@guard(Permission.WORK_ROSTER)
def say(submission_id: int) -> str | Response:
    """Take what is said: of all the rest, of those chosen, or of each as its line says."""
    scope = request.form.get("scope", "")
    try:
        if scope == "rest":
            said = Said(_reason(request.form.get("why")), request.form.get("on", ""))
            count = account_for_rest(submission_id, said, actor=g.actor)
        else:
            answers = _of_chosen() if scope == "chosen" else _by_line()
            count = account_for(submission_id, answers, actor=g.actor) if answers else 0
    except (InputRefused, StateRefused) as error:
        if _by_htmx():
            return _line_after(submission_id, error.message)
        flash(error.message, "error")
    else:
        if _by_htmx():
            return _line_after(submission_id)
        flash(f"已说明 {count:,} 人的去向。" if count else "没有改动。", "success")
    return redirect(_back(g.submission), 303)


def _of_chosen() -> dict[int, Said]:
    said = Said(_reason(request.form.get("why")), request.form.get("on", ""))
    if said.reason is None:
        raise InputRefused("absence.reason", "请先选择去向，再点“用于勾选的人”。")
    members = request.form.getlist("members", type=whole)
    if not members:
        raise InputRefused("absence.nobody", "请先勾选会员，再选择去向。")
    return dict.fromkeys(members, said)


def _by_line() -> dict[int, Said]:
    """Return what changed on the page: a page that stood open for long writes nothing back."""
    answers: dict[int, Said] = {}
    for name, before in request.form.items():
        head, _, number = name.partition("-")
        if head != "was" or not is_whole(number):
            continue
        why, on = request.form.get(f"why-{number}", ""), request.form.get(f"on-{number}", "")
        if f"{why}|{on.strip()}" == before:
            continue
        reason = _reason(why)
        if reason is None and on.strip():
            raise InputRefused("absence.reason", "填了日期的，请先选择去向。")
        answers[int(number)] = Said(reason, on)
    return answers


def _line_after(submission_id: int, refused: str = "") -> str:
    """Return the fragments after one line was saved: how it stands, and the sum."""
    session, found = db.session(), g.submission
    number = next(
        (int(name[4:]) for name in request.form if name.startswith("was-") and is_whole(name[4:])),
        0,
    )
    members = absences.missing_members(
        session, found, sight_of(g.actor.path), member_id=number, limit=1
    )
    return render_template(
        "roster/missing_line.html",
        submission=found,
        account=absences.account(session, found),
        number=number,
        one=_known(members),
        reasons=list(Reason),
        refused=refused,
    )


def _known(members: list[AskedMember]) -> AskedMember | None:
    return members[0] if members else None


def _reason(text: Any) -> Reason | None:
    return next((one for one in Reason if one.value == text), None)


def _by_htmx() -> bool:
    return bool(request.headers.get("HX-Request"))


def _back(submission: SubmissionView) -> str:
    if request.form.get("back") == "submit":
        return url_for("sending.confirm", submission_id=submission.id)
    return _address(
        submission, request.form.get("open") == "1", request.form.get("after", 0, type=whole)
    )


def _address(submission: SubmissionView, only_open: bool, after: int = 0) -> str:
    return url_for(
        "absent.missing",
        submission_id=submission.id,
        open="1" if only_open else None,
        after=after or None,
    )
