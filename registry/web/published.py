"""Answers published as help: written anew by the city, read by all who are signed in."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.questions import publishing, queries
from registry.questions.publishing import Written
from registry.questions.queries import QuestionView
from registry.roster.messages import TITLES
from registry.web.forms.questions import PublishingForm
from registry.web.guard import guard, signed_in_only
from registry.web.numbers import whole

blueprint = Blueprint("published", __name__)
PAGE = 20


@blueprint.get("/help/questions")
@signed_in_only
def asked() -> str:
    """List what was asked and answered for everybody, the newest first."""
    after = max(request.args.get("after", 0, type=whole), 0)
    found = queries.published(db.session(), g.actor.county, after=after, limit=PAGE + 1)
    lines = found[:PAGE]
    return render_template(
        "questions/published.html",
        lines=lines,
        titles=TITLES,
        is_later=bool(after),
        next=url_for("published.asked", after=lines[-1].id) if len(found) > PAGE else "",
    )


@blueprint.route("/unions/<code>/questions/<int:number>/publish", methods=["GET", "POST"])
@guard(Permission.PUBLISH_ANSWERS)
def publish(code: str, number: int) -> Response | str | tuple[str, int]:
    """Write a question and its answer anew, as help for everybody."""
    form = PublishingForm()
    question = queries.find(db.session(), g.union.county, g.union.path, number)
    if request.method == "POST":
        written = Written(form.question.data or "", form.answer.data or "")
        try:
            publishing.publish(number, written, actor=g.actor, with_rule=form.with_rule.data)
        except InputRefused as error:
            field = form.question if error.message.startswith(form.question.label.text) else None
            (field or form.answer).errors = [error.message]
            return _publishing(question, form), 400
        except StateRefused as error:
            flash(error.message, "error")
            return redirect(_address(number), 303)
        flash("已发布，所有人都能在“填报帮助”里看到。", "success")
        return redirect(_address(number), 303)
    return _publishing(question, form)


@blueprint.post("/unions/<code>/questions/published/<int:entry>/withdraw")
@guard(Permission.PUBLISH_ANSWERS)
def unpublish(code: str, entry: int) -> Response:
    """Take an entry out of the help pages."""
    try:
        publishing.unpublish(entry, actor=g.actor)
        flash("已从填报帮助中撤下。", "success")
    except StateRefused as error:
        flash(error.message, "error")
    return redirect(url_for("published.asked"), 303)


def _address(number: int) -> str:
    return url_for("question.thread", code=g.union.code, number=number)


def _publishing(question: QuestionView, form: PublishingForm) -> str:
    if request.method == "GET":
        form.question.data = question.text
        form.answer.data = queries.last_answer(db.session(), question)
    return render_template(
        "questions/publish.html",
        question=question,
        form=form,
        title_of_rule=TITLES.get(question.rule or ""),
    )
