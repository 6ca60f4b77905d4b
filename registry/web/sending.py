"""A draft leaves the clerk's desk: sent for review, thrown away, or taken home as a workbook."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused, RosterRefused, StateRefused
from registry.members.match import Match
from registry.members.seeing import Why
from registry.review.queries import decisions_by_id
from registry.roster.messages import TITLES, fact_of
from registry.submissions import (
    absences,
    checking,
    comparing,
    marking,
    operations,
    queries,
    weighing,
)
from registry.submissions.marking import SentBack
from registry.submissions.queries import SubmissionView
from registry.submissions.states import Kind, State
from registry.submissions.whereabouts import Reason
from registry.unions import queries as unions
from registry.web import errors, notices
from registry.web.downloads import attachment
from registry.web.forms.members import OpenForm
from registry.web.forms.roster import SubmitForm
from registry.web.guard import guard
from registry.web.originals import reason_page

blueprint = Blueprint("sending", __name__)
Answer = Response | str | tuple[str, int]

_WORDS: dict[Match, str] = {
    Match.CONFLICT: "会员库中同一证件号码是另一个姓名，由审核员核实",
    Match.TRANSFER: "现在是其他工会的会员，将作为转会申请办理",
    Match.CHANGED: "已是本会会员，信息有变化",
    Match.NEW: "新入会",
    Match.LEAVE: "退会、除名或转出",
    Match.RETAIN: "保留会籍",
    Match.UNCHANGED: "已是本会会员，信息没有变化，不用再核对",
}


@blueprint.get("/submissions/<int:submission_id>/submit")
@guard(Permission.WORK_ROSTER)
def confirm(submission_id: int) -> str | Response:
    """Show what will go for review and what will stay."""
    found: SubmissionView = g.submission
    if found.state is not State.DRAFT or not found.is_read:
        return redirect(url_for("roster.submission", submission_id=submission_id), 303)
    if not found.ok_count + found.warning_count:
        flash(operations.NOTHING_TO_SUBMIT, "warning")
        return redirect(url_for("roster.submission", submission_id=submission_id), 303)
    form = SubmitForm(formdata=None, employees=found.employees or _last_headcount())
    return _confirm_page(form)


@blueprint.post("/submissions/<int:submission_id>/submit")
@guard(Permission.WORK_ROSTER)
def submit(submission_id: int) -> Response | tuple[str, int]:
    """Send the draft for review."""
    found: SubmissionView = g.submission
    form = SubmitForm()
    is_full = found.kind is Kind.FULL
    if not form.validate() or not notices.is_told(form, found.county):
        return _confirm_page(form), 400
    if is_full and form.employees.data is None and found.state is State.DRAFT:
        form.employees.errors = ["请填写现有职工人数；不清楚的请向单位人事部门问一下。"]
        return _confirm_page(form), 400
    try:
        sent = operations.submit(
            submission_id,
            actor=g.actor,
            hold_errors=bool(form.hold.data),
            employees=form.employees.data if is_full else None,
            account_for_all=True,
            notice=form.notice.data,
        )
    except InputRefused as error:
        form.employees.errors = [error.message]
        return _confirm_page(form), 400
    except StateRefused as error:
        flash(error.message, "error")
        is_draft = error.code in {"absence.open", "notice.changed", "submit.has_errors"}
        if is_draft and is_full:
            operations.keep_employees(submission_id, form.employees.data, actor=g.actor)
        is_asked = error.code in {"absence.open", "notice.changed"}
        page = "sending.confirm" if is_asked else "roster.submission"
        return redirect(url_for(page, submission_id=submission_id), 303)
    flash(_words_for(sent), "success")
    if form.employees.data and is_full and not sent.already:
        _say_when_over(submission_id)
    return redirect(url_for("roster.submission", submission_id=submission_id), 303)


@blueprint.post("/submissions/<int:submission_id>/employees")
@guard(Permission.WORK_ROSTER)
def employees(submission_id: int) -> tuple[str, int]:
    """Keep the number of employees as it is typed, while the clerk sees to the missing members.

    What is no such number is judged when the roster is sent.
    """
    form = SubmitForm()
    if form.validate():
        operations.keep_employees(submission_id, form.employees.data, actor=g.actor)
    return "", 204


@blueprint.post("/submissions/<int:submission_id>/discard")
@guard(Permission.WORK_ROSTER)
def discard(submission_id: int) -> Response | tuple[str, int]:
    """Throw a draft away."""
    found: SubmissionView = g.submission
    try:
        if found.state is not State.DRAFT:
            raise StateRefused(
                "submission.state", f"这份名册{found.state.label}，不是草稿，不能放弃。"
            )
        operations.withdraw(submission_id, actor=g.actor)
    except StateRefused as error:
        here = url_for("roster.submission", submission_id=submission_id)
        return errors.page(409, error.message, code=error.code, back=("返回这份名册", here))
    again = "" if found.source == "BUNDLE" else "同一份文件可以重新上传。"
    flash(f"草稿“{found.file_name}”已放弃，会员库没有变化。{again}", "success")
    return redirect(url_for("roster.upload", code=found.union_code), 303)


@blueprint.get("/submissions/<int:submission_id>/marked.xlsx")
@guard(Permission.WORK_ROSTER)
def marked(submission_id: int) -> Answer:
    """Give the clerk's own workbook with findings and corrections in place; of a file that somebody
    else sent ask the reason first.
    """
    if not marking.is_senders(submission_id, actor=g.actor):
        return _reason_page(OpenForm(formdata=None))
    return _marked(submission_id, None)


@blueprint.post("/submissions/<int:submission_id>/marked.xlsx")
@guard(Permission.WORK_ROSTER)
def marked_for_a_reason(submission_id: int) -> Answer:
    """Give the marked workbook of a file that somebody else sent."""
    form = OpenForm()
    if not form.validate_on_submit():
        return _reason_page(form), 400
    try:
        return _marked(submission_id, Why(form.purpose.data or "", form.words.data or ""))
    except InputRefused as error:
        form.words.errors = [error.message]
        return _reason_page(form), 400


def _reason_page(form: OpenForm) -> str:
    return reason_page(
        form,
        title="下载标注好的表格",
        whose=f"草稿 {g.submission.id}",
        about="这份文件是别人上传的：给出以前要写明理由，本工会查得到。",
    )


def _marked(submission_id: int, why: Why | None) -> Response:
    said = _sent_back()
    try:
        found = marking.marked_workbook(submission_id, actor=g.actor, sent_back=said, why=why)
    except (StateRefused, RosterRefused) as error:
        flash(error.message, "error")
        return redirect(url_for("roster.submission", submission_id=submission_id), 303)
    return attachment(found.content, found.name)


def _sent_back() -> tuple[SentBack, ...]:
    """Return what the reviewer said of rows that came back."""
    session = db.session()
    of_row = checking.origin(session, g.submission).decision_of
    decided = decisions_by_id(session, g.submission.county, sorted(set(of_row.values())))
    return tuple(
        SentBack(row, decided[number].reason or "", decided[number].note or "")
        for row, number in sorted(of_row.items())
        if number in decided
    )


def _confirm_page(form: SubmitForm) -> str:
    found: SubmissionView = g.submission
    session = db.session()
    counts = queries.counts_by_match(session, found)
    account = absences.account(session, found)
    good = found.ok_count + found.warning_count
    form.employees.flags.required = found.kind is Kind.FULL
    matches: list[tuple[Any, str, int]] = [
        (match, _WORDS[match], counts[match]) for match in comparing.ORDER if counts.get(match)
    ]
    return render_template(
        "roster/submit.html",
        form=form,
        submission=found,
        union=g.union,
        good=good,
        matches=matches,
        is_full=found.kind is Kind.FULL,
        about_the_whole=_about_the_whole(found),
        account=account,
        overlooked=Reason.OVERLOOKED,
        warned=found.warning_count - checking.settled(session, found),
        elsewhere=comparing.waiting_elsewhere(session, found),
        last_headcount=_last_headcount(),
        **notices.asked(found.county),
    )


def _last_headcount() -> int | None:
    return unions.headcount(db.session(), g.union, today())


def _about_the_whole(found: SubmissionView) -> list[tuple[str, str]]:
    """Return title and sentence of what is said of the roster as a whole."""
    return [
        (TITLES[one["code"]], one["message"])
        for one in found.file_findings
        if one["code"] in weighing.CODES
    ]


def _say_when_over(submission_id: int) -> None:
    """More members than employees is said and never refused."""
    for finding in queries.find(db.session(), submission_id).file_findings:
        if finding["code"] == weighing.OVER_HEADCOUNT:
            flash(fact_of(finding["code"], finding["message"]), "warning")


def _words_for(sent: operations.Submitted) -> str:
    if sent.already:
        return "这份名册已经提交过，没有重复提交。"
    count = sum(sent.matches.values())
    words = f"已提交 {count:,} 人，等待乡镇（街道）审核。审核前可以撤回。"
    if sent.held:
        words += f"另有 {sent.held:,} 行留在草稿里，改好后再提交。"
    return words
