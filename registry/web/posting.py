"""Lists to be posted in the workplace, of a union's members and of a roster."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.clock import today
from registry.errors import InputRefused
from registry.review.posting import Period, Posting, post_members, post_roster
from registry.web.forms.posting import PostingForm
from registry.web.guard import guard

blueprint = Blueprint("posting", __name__)
USUAL = timedelta(days=4)  # five days, with the first
ABREAST = 3  # people in a line of the list

Answer = str | tuple[str, int]


@blueprint.get("/unions/<code>/posting")
@guard(Permission.VIEW_MEMBERS)
def members(code: str) -> str | Response:
    """Ask how long the list of a union's members is to hang; a federation chooses a union first."""
    if not g.union.is_grassroots:
        return redirect(_register(code))
    return _asked(_fresh(), _register(code))


@blueprint.post("/unions/<code>/posting")
@guard(Permission.VIEW_MEMBERS)
def post_of_members(code: str) -> Answer:
    """Show the list of a union's members to print; it is on the trail."""
    return _posted(lambda period: post_members(code, period, actor=g.actor), _register(code))


@blueprint.get("/submissions/<int:submission_id>/posting")
@guard(Permission.VIEW_SUBMISSIONS)
def roster(submission_id: int) -> str:
    """Ask how long the list of those in a roster is to hang."""
    return _asked(_fresh(), _roster(submission_id))


@blueprint.post("/submissions/<int:submission_id>/posting")
@guard(Permission.VIEW_SUBMISSIONS)
def post_of_roster(submission_id: int) -> Answer:
    """Show the list of those in a roster to print; it is on the trail."""
    return _posted(
        lambda period: post_roster(submission_id, period, actor=g.actor), _roster(submission_id)
    )


def _fresh() -> PostingForm:
    return PostingForm(formdata=None, begins_on=today(), ends_on=today() + USUAL)


def _register(code: str) -> str:
    return url_for("members.members", code=code)


def _roster(submission_id: int) -> str:
    return url_for("roster.submission", submission_id=submission_id)


def _asked(form: PostingForm, back: str) -> str:
    return render_template("posting/asked.html", union=g.union, form=form, back=back)


def _posted(make: Callable[[Period], Posting], back: str) -> Answer:
    form = PostingForm()
    begins_on, ends_on = form.begins_on.data, form.ends_on.data
    if not form.validate() or begins_on is None or ends_on is None:
        return _asked(form, back), 400
    period = Period(begins_on, ends_on, form.objections.data or "")
    try:
        found = make(period)
    except InputRefused as error:
        field = form.ends_on if error.code == "posting.period" else form.objections
        field.errors = [error.message]
        return _asked(form, back), 400
    people = list(enumerate(found.people, start=1))
    return render_template(
        "posting/list.html",
        union=found.union,
        submission=found.submission,
        count=len(people),
        lines=[people[at : at + ABREAST] for at in range(0, len(people), ABREAST)],
        abreast=ABREAST,
        period=period,
        made_on=today(),
        back=back,
    )
