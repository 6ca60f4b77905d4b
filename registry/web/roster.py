"""A roster comes in: upload, drafts, reading with its progress, the blank sheet."""

from collections.abc import Iterable

from flask import (
    Blueprint,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.errors import Busy, InputRefused, RosterRefused
from registry.jobs import operations as jobs
from registry.jobs import queries as work
from registry.jobs.wake import wake
from registry.members import roster as members
from registry.roster.blank import write_blank
from registry.submissions import checking, listing, queries
from registry.submissions.absences import ABSENCE
from registry.submissions.queries import SubmissionView
from registry.submissions.recognition import went_into
from registry.submissions.states import Kind, State
from registry.unions import queries as unions
from registry.web import check_page
from registry.web.downloads import attachment, taken_by
from registry.web.drafts import Stage, drafts_of
from registry.web.drafts import cards as draft_cards
from registry.web.forms.roster import UploadForm
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.sent_roster import detail_page
from registry.web.submissions import UNDER_WAY
from registry.web.uploads import content_of
from registry.web.waiting import Card

blueprint = Blueprint("roster", __name__)


@blueprint.get("/unions/<code>/roster")
@guard(Permission.WORK_ROSTER)
def upload(code: str) -> str:
    """Show the upload form and the drafts that wait."""
    form = UploadForm(formdata=None, kind=_likely_kind())
    return _upload_page(form)


@blueprint.post("/unions/<code>/roster")
@guard(Permission.WORK_ROSTER)
def receive(code: str) -> Response | tuple[str, int]:
    """Take a workbook in, have it read, and go to its page."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form), 400
    try:
        received = _received(form, code)
    except (InputRefused, RosterRefused, Busy) as error:
        form.file.errors = [error.message]
        return _upload_page(form), 400
    if received.batch_id is not None:
        wake(received.batch_id)
    elif received.already:
        flash("这份文件已经提交过，没有重复报送。下面是它现在的情况。", "info")
    else:
        flash("这份文件的草稿还在，已为您接着办理。", "info")
    return redirect(url_for("roster.submission", submission_id=received.submission_id), 303)


@blueprint.get("/unions/<code>/roster/blank.xlsx")
@guard(Permission.WORK_ROSTER)
def blank(code: str) -> Response:
    """Give the blank roster."""
    return attachment(write_blank(), "会员花名册空白表.xlsx")


@blueprint.get("/unions/<code>/roster/prefilled.xlsx")
@guard(Permission.WORK_ROSTER)
def prefilled(code: str) -> Response:
    """Give the roster with the union's members filled in, numbers masked."""
    rows = members.rows_of(code, actor=g.actor)
    return attachment(
        write_blank(rows, taken_by()),
        f"{g.union.name}会员花名册（已预填）.xlsx",
    )


@blueprint.get("/submissions/<int:submission_id>")
@guard(Permission.VIEW_SUBMISSIONS)
def submission(submission_id: int) -> str | Response:
    """Show a submission: being read, to be checked, or on its way; the upload of some rows of a
    draft shows that draft."""
    found: SubmissionView = g.submission
    own = can(Permission.WORK_ROSTER, found.path)
    if own and _is_refused(found):
        return _progress_page(found)
    draft = went_into(db.session(), found)
    if own and (draft is not None or found.state is State.DRAFT):
        _say_once(found)
    if draft is not None:
        return redirect(url_for("roster.submission", submission_id=draft))
    if found.state is not State.DRAFT:
        return detail_page(found)
    demand(g.actor, Permission.WORK_ROSTER, found.path)
    if _is_asking(found):
        return redirect(url_for("columns.show", submission_id=found.id), 303)
    if found.source == ABSENCE:  # part of its roster as long as that is a draft
        return redirect(url_for("absent.missing", submission_id=found.parent_id), 303)
    return check_page.check_page(found) if found.is_read else _progress_page(found)


@blueprint.get("/submissions/<int:submission_id>/progress")
@guard(Permission.WORK_ROSTER)
def progress(submission_id: int) -> str | Response:
    """Answer the page that waits for the reading."""
    found: SubmissionView = g.submission
    if found.is_read or (found.state is not State.DRAFT and not _is_refused(found)):
        return _go_on("roster.submission", found)
    if _is_asking(found):
        return _go_on("columns.show", found)
    return render_template("roster/job.html", **_reading(found))


def waiting(database: Session, actor: Actor) -> Iterable[Card]:
    """What waits for the clerk: the drafts by what is to be done with them; else a roster to
    upload.
    """
    if not actor.has(Permission.WORK_ROSTER):
        return
    cards = list(draft_cards(drafts_of(database, actor.county, actor.place)))
    yield from cards
    place = unions.find(database, actor.place)
    states = listing.counts_by_state(database, place)
    sent = sum(states.get(state, 0) for state in UNDER_WAY)
    yield Card(
        "等待审核",
        sent,
        "份",
        "已经提交，由乡镇（街道）审核" if sent else "没有正在审核的名册",
        url_for("submissions.sent", code=actor.place, state="UNDER_WAY"),
        "查看",
        "clock",
        "grey",
    )
    if cards:
        return
    if not queries.of_union(database, actor.county, actor.place, limit=1):
        yield Card(
            "还没有报送花名册",
            1,
            "份待报",
            "用手上已有的表格就行，上传后先校验，有错的当场改，不会直接入库。",
            url_for("roster.upload", code=actor.place),
            "上传花名册",
            "upload",
            "amber",
            60,
        )
        return
    yield Card(
        "草稿",
        0,
        "份",
        "人员有变动时，上传新的花名册",
        url_for("roster.upload", code=actor.place),
        "去上传",
        "pencil",
        "grey",
    )


def _received(form: UploadForm, code: str) -> jobs.Received:
    return jobs.upload(
        content_of(form),
        file_name=form.file.data.filename or "",
        union_code=code,
        kind=Kind(form.kind.data),
        actor=g.actor,
        claimed_sha256=(form.sha256.data or "").strip(),
    )


def _likely_kind() -> Kind:
    """The first roster of a union is a full one as a rule."""
    known = queries.of_union(db.session(), g.union.county, g.union.code, limit=1)
    counted = unions.headcount(db.session(), g.union, today())
    return Kind.INCREMENT if known or counted else Kind.FULL


def _upload_page(form: UploadForm) -> str:
    found = drafts_of(db.session(), g.union.county, g.union.code)
    asked = request.args.get("drafts", "")
    stage = next((one for one in Stage if one.value == asked), None)
    return render_template(
        "roster/upload.html",
        form=form,
        drafts=found,
        stage=stage,
        members=members.live_count(db.session(), g.union),
    )


def _go_on(endpoint: str, found: SubmissionView) -> Response:
    answer = make_response("", 204)
    answer.headers["HX-Redirect"] = url_for(endpoint, submission_id=found.id)
    return answer


def _is_asking(found: SubmissionView) -> bool:
    """Tell whether the reading waits for the clerk to say which column is which."""
    if found.is_read or found.source != "FILE":
        return False
    return found.id in work.asking(db.session(), found.county, [found.id])


def _is_refused(found: SubmissionView) -> bool:
    if found.is_read or found.source != "FILE":
        return False
    now = work.progress(db.session(), found.county, found.id)
    return now is not None and now.state == "REFUSED"


def _say_once(found: SubmissionView) -> None:
    """Say whose marked workbook an upload was, when its page is first looked at."""
    said = work.word(db.session(), found.county, found.id)
    if said is not None and session.get("said") != said[0]:
        session["said"] = said[0]
        flash(said[1], "info")


def _progress_page(found: SubmissionView) -> str:
    return render_template("roster/progress.html", **_reading(found))


def _reading(found: SubmissionView) -> dict[str, object]:
    database = db.session()
    now = work.progress(database, found.county, found.id)
    return {
        "submission": found,
        "union": g.union,
        "now": now,
        "stored": checking.stored_so_far(database, found) if now is not None and now.done else {},
        "worker_alive": work.worker_alive(database),
    }
