"""The reviewer's desk: the queue, one roster under review, the decisions on its rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts import deputies
from registry.accounts.queries import display_names
from registry.codes import code_list
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.members.seeing import Shown
from registry.members.telling import year_alone
from registry.review import assigning, operations, papers, parts, queue
from registry.review.deciding import ReviewOutcome
from registry.review.facets import facets as facets_of
from registry.review.opening import open_row_number
from registry.review.operations import ADMISSIBLE
from registry.review.parts import PASS_TOGETHER, Other, Part
from registry.roster.columns import COLUMN
from registry.roster.labels import labels_of
from registry.submissions import queries
from registry.submissions.listing import row_counts
from registry.submissions.queries import SubmissionView
from registry.submissions.risk import Risk
from registry.submissions.states import Kind
from registry.unions import queries as unions
from registry.web import queue_filter, seeing
from registry.web.filters import instant
from registry.web.forms.members import OpenForm
from registry.web.forms.review import RefusalForm
from registry.web.guard import guard
from registry.web.numbers import row_number
from registry.web.numbers import whole as whole_number
from registry.web.review_page import PARTS, Refusal, lines, review_page
from registry.web.waiting import Card

blueprint = Blueprint("review", __name__)
PAGE = 50
IN_BULK = (Other.CLEAR, Other.KNOWN)


@blueprint.get("/unions/<code>/queue")
@guard(Permission.REVIEW)
def waiting_list(code: str) -> str:
    """List what waits for review, what asks most thought first."""
    session, union = db.session(), g.union
    chosen = queue_filter.chosen()
    after = request.args.get("after", type=whole_number)
    behind = _place_in_queue(session, after)
    found = queue_filter.matching(session, union, chosen, limit=PAGE + 1, after=behind)
    shown = found[:PAGE]
    submissions = [one.submission for one in shown]
    facets = facets_of(session, union.county, union.path, g.actor.account_id)
    return render_template(
        "review/queue.html",
        lines=shown,
        chosen=chosen,
        waiting=queue.waiting(session, union.county, union.path),
        facets=facets,
        kind_options=[(one.value, f"{one.label}（{facets[one]:,}）") for one in Kind],
        risk_options=[(one.value, f"{one.label}（{facets[one]:,}）") for one in reversed(Risk)],
        risk_of=Risk,
        names=unions.names_of(session, (one.union_code for one in submissions)),
        people=display_names(
            session, [who for one in submissions for who in (one.submitted_by, one.assigned_to)]
        ),
        is_later=after is not None,
        stands_in=[] if g.actor.deputy_for else deputies.held(session, g.actor),
        sure=url_for("passing.sure", code=code, **queue_filter.named(chosen)),
        next=_page(code, chosen, shown[-1].submission) if len(found) > PAGE else "",
    )


@blueprint.get("/unions/<code>/queue/closed")
@guard(Permission.REVIEW)
def closed_list(code: str) -> str:
    """List what has been dealt with, the last first."""
    session, union = db.session(), g.union
    search = request.args.get("search", "").strip()
    paper = "MISSING" if request.args.get("paper") == "MISSING" else ""
    before = request.args.get("before", type=whole_number)
    found = queue.closed(
        session,
        union.county,
        union.path,
        search=search,
        without_paper=bool(paper),
        before=_place_in_closed(session, before),
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    following = (
        url_for(
            "review.closed_list",
            code=code,
            search=search or None,
            paper=paper or None,
            before=shown[-1].id,
        )
        if len(found) > PAGE
        else ""
    )
    return render_template(
        "review/closed.html",
        submissions=shown,
        counts=row_counts(session, shown),
        search=search,
        paper=paper,
        papers=papers.received(session, shown),
        papers_missing=papers.missing_count(session, union.county, union.path),
        waiting=queue.waiting(session, union.county, union.path),
        names=unions.names_of(session, (one.union_code for one in shown)),
        is_later=before is not None,
        next=following,
    )


@blueprint.post("/submissions/<int:submission_id>/take")
@guard(Permission.REVIEW)
def take(submission_id: int) -> Response:
    """Say that one works on this roster."""
    return _assign(assigning.take, "已认领这份名册，别人看得到您在审。")


@blueprint.post("/submissions/<int:submission_id>/release")
@guard(Permission.REVIEW)
def release(submission_id: int) -> Response:
    """Say that nobody works on this roster."""
    return _assign(assigning.release, "已放回待办，别人可以认领。")


@blueprint.get("/submissions/<int:submission_id>/review")
@guard(Permission.REVIEW)
def review(submission_id: int) -> str | Response:
    """Show one roster with its undecided rows, the riskiest first."""
    _demand_sent()
    return review_page(g.submission)


@blueprint.post("/submissions/<int:submission_id>/approve")
@guard(Permission.REVIEW, fresh=True)
def approve(submission_id: int) -> Response:
    """Admit the chosen rows, or all that can be admitted."""
    try:
        rows = None if request.form.get("scope") == "all" else _rows_asked()
        if rows is None:
            _demand_unchanged()
        matches = PASS_TOGETHER if _part_asked() in IN_BULK else ADMISSIBLE
        outcome = operations.approve(submission_id, actor=g.actor, rows=rows, matches=matches)
    except (InputRefused, StateRefused) as error:
        flash(error.message, "error")
    else:
        flash(_words_for(outcome), "success" if outcome.decided else "warning")
    return _back(submission_id)


@blueprint.post("/submissions/<int:submission_id>/send-back")
@guard(Permission.REVIEW)
def send_back(submission_id: int) -> Response | tuple[str, int]:
    """Give the chosen rows back to the clerk."""
    return _refuse(submission_id, "send-back", operations.send_back, "退回")


@blueprint.post("/submissions/<int:submission_id>/reject")
@guard(Permission.REVIEW)
def reject(submission_id: int) -> Response | tuple[str, int]:
    """Turn the chosen rows down."""
    return _refuse(submission_id, "reject", operations.reject, "驳回")


@blueprint.get("/submissions/<int:submission_id>/review/rows/<row:row>")
@guard(Permission.REVIEW)
def one_row(submission_id: int, row: int) -> str:
    """Show everything about one row, masked."""
    _demand_sent()
    return _row_page(row, OpenForm(formdata=None))


@blueprint.post("/submissions/<int:submission_id>/review/rows/<row:row>/open")
@guard(Permission.OPEN_MEMBER)
def open_row(submission_id: int, row: int) -> Response:
    """Show one of a row's full numbers for a short while; who looked and why is on the trail."""
    sent = request.form
    place: dict[str, Any] = {name: sent[name] for name in ("part", "after") if sent.get(name)}
    return seeing.answer(
        lambda field, why: open_row_number(submission_id, row, field, actor=g.actor, why=why),
        lambda form, shown: _row_page(row, form, shown),
        url_for("review.one_row", submission_id=submission_id, row=row, **place),
    )


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What waits for the reviewer."""
    if not actor.has(Permission.REVIEW):
        return
    count, rows = queue.waiting(session, actor.county, actor.path)
    desk = url_for("review.waiting_list", code=actor.place)
    if not count:
        yield Card("待审的名册", 0, "份", "都处理完了。", desk, "查看", "clipboard-check", "green")
        return
    since = queue.longest_wait(session, actor.county, actor.path)
    yield Card(
        "名册等您审核",
        count,
        "份",
        f"共 {rows:,} 人，等得最久的一份是 {instant(since)} 提交的。",
        desk,
        "开始审核",
        "clipboard-check",
        "amber",
        60,
    )


def _assign(act: Any, words: str) -> Response:
    try:
        act(g.submission.id, actor=g.actor)
    except (StateRefused, Forbidden) as error:
        flash(error.message, "error")
    else:
        flash(words, "success")
    return _back(g.submission.id)


def _refuse(submission_id: int, dialog: str, act: Any, verb: str) -> Response | tuple[str, int]:
    form = RefusalForm(dialog)
    reason, note = form.reason.data or "", form.note.data or ""
    try:
        rows = _rows_asked()
        outcome = act(submission_id, actor=g.actor, rows=rows, reason=reason, note=note)
    except InputRefused as error:
        field = form.note if error.code.startswith("note.") else form.reason
        field.errors = [error.message]
        chosen = request.form.getlist("rows", type=row_number)
        whole = bool(request.form.get("whole"))
        return review_page(g.submission, Refusal(dialog, form, chosen, whole, error.message)), 400
    except StateRefused as error:
        flash(error.message, "error")
    else:
        label = code_list("send_back_reason").label(reason)
        flash(f"已{verb} {outcome.decided:,} 人，原因：{label}。{_left(outcome)}", "success")
    return _back(submission_id)


def _rows_asked() -> Sequence[int]:
    """Return the chosen rows: the boxes, or the whole part that the page showed."""
    if not request.form.get("whole"):
        rows = request.form.getlist("rows", type=row_number)
        if not rows:
            raise InputRefused("rows.none", "请先勾选要处理的行。没有做任何改动。")
        return rows
    _demand_unchanged()
    return parts.pending_numbers(db.session(), g.submission, _part_asked())


def _part_asked() -> Part:
    """Return the part that the form names; all, where it names none."""
    asked = request.form.get("part", "")
    return next((one for one in (*PARTS, *IN_BULK) if one.value == asked), Other.ALL)


def _demand_sent() -> None:
    """A draft is its clerk's own."""
    if g.submission.submitted_at is None:
        raise NotFound("submission.draft", "这份名册还没有提交审核。")


def _demand_unchanged() -> None:
    """Who decides on rows beyond those shown decides on what the page said about them."""
    if request.form.get("version", type=row_number) != g.submission.version:
        raise StateRefused(
            "submission.changed",
            "这份名册刚刚有人处理过，您的操作没有执行，什么也没有改变。"
            "下面是最新情况，请核对后再办理。",
        )


def _words_for(outcome: ReviewOutcome) -> str:
    if not outcome.decided:
        return f"没有可以入库的行，什么也没有改变。{_left(outcome)}"
    return f"已通过 {outcome.decided:,} 人并入库。{_left(outcome)}"


def _left(outcome: ReviewOutcome) -> str:
    if not outcome.pending:
        return "这份名册已全部办结。"
    why = []
    if outcome.transfer:
        why.append(f"{len(outcome.transfer):,} 人在其他工会在册，待转会")
    if outcome.conflict:
        why.append(f"{len(outcome.conflict):,} 人同号不同名")
    if outcome.changed:
        why.append(
            f"{len(outcome.changed):,} 人的会员资料在报送以后有了变化，比对结果已更新，请看过再通过"
        )
    return f"仍待审 {outcome.pending:,} 人{'，其中 ' + '，'.join(why) if why else ''}。"


def _back(submission_id: int) -> Response:
    part = request.form.get("part") or None
    after = request.form.get("after", type=row_number) or None
    address = url_for("review.review", submission_id=submission_id, part=part, after=after)
    return redirect(address, 303)


def _row_page(row: int, form: OpenForm, opened: Shown | None = None) -> str:
    session, found = db.session(), g.submission
    present = queries.row(session, found, row)
    shown = year_alone(labels_of(present.clean))
    return render_template(
        "review/row.html",
        submission=found,
        union=g.union,
        line=lines(session, found, [present])[0],
        row=present,
        particulars=[(COLUMN[field].label, value) for field, value in shown.items()],
        form=form,
        shown=opened,
        part=request.values.get("part", ""),
        after=request.values.get("after", 0, type=row_number),
    )


def _place_in_queue(session: Session, number: int | None) -> Any:
    found = _known(session, number)
    return found if found and found.submitted_at else None


def _place_in_closed(session: Session, number: int | None) -> Any:
    found = _known(session, number)
    return (found.closed_at, found.id) if found and found.closed_at else None


def _known(session: Session, number: int | None) -> SubmissionView | None:
    """A page begins behind a submission; one that is not there begins at the beginning."""
    if number is None:
        return None
    try:
        return queries.find(session, number)
    except NotFound:
        return None


def _page(code: str, chosen: dict[str, str], last: SubmissionView) -> str:
    return url_for("review.waiting_list", code=code, after=last.id, **queue_filter.named(chosen))
