"""Papers to be sealed: the summary sheet of a roster that was sent, and that it came in."""

from collections.abc import Callable

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.review import papers
from registry.review.queries import decisions
from registry.submissions.listing import row_counts
from registry.submissions.queries import counts_by_match
from registry.unions import queries as unions
from registry.web.forms.base import Form
from registry.web.forms.papers import ReceiptForm, TakeBackForm
from registry.web.guard import guard

blueprint = Blueprint("papers", __name__)
# What is read aloud: four groups of four.
_ALOUD, _GROUP = 16, 4


@blueprint.get("/submissions/<int:submission_id>/sheet")
@guard(Permission.VIEW_SUBMISSIONS)
def sheet(submission_id: int) -> str:
    """Show the summary sheet to print, sign and seal; it names nobody of the roster."""
    session, submission = db.session(), g.submission
    if submission.submitted_at is None:
        raise NotFound("submission.draft", "这份名册还没有提交审核，没有汇总表。")
    decided = decisions(session, submission)
    return render_template(
        "papers/sheet.html",
        submission=submission,
        union=g.union,
        above=unions.ancestors(session, g.union.path)[:-1],
        counts=row_counts(session, [submission])[submission.id],
        matches=counts_by_match(session, submission),
        decided=decided,
        people=display_names(
            session, [submission.submitted_by, *(one.decided_by for one in decided)]
        ),
        aloud=_grouped((submission.file_sha256 or "")[:_ALOUD]),
        whole=_grouped(submission.file_sha256 or ""),
        printed_on=today(),
        received_on=papers.received(session, [submission]).get(submission.id),
    )


@blueprint.post("/submissions/<int:submission_id>/sheet/receive")
@guard(Permission.REVIEW)
def receive(submission_id: int) -> Response:
    """Note that the sealed sheet came in."""
    form = ReceiptForm()
    if form.validate() and form.received_on.data:
        day, note = form.received_on.data, form.note.data or ""
        _told(lambda: papers.receive(submission_id, day, note, actor=g.actor), "已登记收到。")
    else:
        _refused(form)
    return _back(submission_id)


@blueprint.post("/submissions/<int:submission_id>/sheet/take-back")
@guard(Permission.REVIEW)
def take_back(submission_id: int) -> Response:
    """Note that it did not, after all."""
    form = TakeBackForm()
    if form.validate():
        reason = form.reason.data or ""
        _told(lambda: papers.take_back(submission_id, reason, actor=g.actor), "已撤销登记。")
    else:
        _refused(form)
    return _back(submission_id)


def _told(act: Callable[[], None], done: str) -> None:
    try:
        act()
    except (InputRefused, StateRefused) as error:
        flash(f"没有登记：{error.message}", "error")
    else:
        flash(f"盖章的汇总表{done}", "success")


def _refused(form: Form) -> None:
    said = "；".join(str(error) for errors in form.errors.values() for error in errors)
    flash(f"没有登记：{said}", "error")


def _back(submission_id: int) -> Response:
    return redirect(url_for("roster.submission", submission_id=submission_id), 303)


def _grouped(digest: str) -> str:
    """Return a digest in groups of four, as it is read aloud."""
    return " ".join(digest[at : at + _GROUP] for at in range(0, len(digest), _GROUP))
