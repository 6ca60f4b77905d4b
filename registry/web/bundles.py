"""One roster for many unions: uploaded, its unions confirmed, split, and what became of it."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.db import db
from registry.errors import Busy, Forbidden, InputRefused, NotFound, RosterRefused, StateRefused
from registry.jobs import bundles as jobs
from registry.jobs import queries as work
from registry.jobs.wake import wake
from registry.roster.limits import size_words
from registry.submissions.bundles import operations, queries
from registry.submissions.bundles.findings import findings_csv
from registry.submissions.bundles.queries import BundleView, Which
from registry.submissions.bundles.states import BundleState
from registry.unions import queries as unions
from registry.unions.named import How
from registry.web.downloads import streamed
from registry.web.forms.bundles import BundleForm
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.numbers import MOST_ROW, is_whole, row_number, whole
from registry.web.uploads import content_of
from registry.web.waiting import Card

blueprint = Blueprint("bundles", __name__)
PAGE = 50
NAMES = 100
# Parts of the names, by the word in the address.
SHOWN: dict[str, tuple[How, ...]] = {
    "open": (How.OPEN,),
    "known": (How.NAME, How.CODE, How.ALIKE, How.CHOSEN),
    "out": (How.LEFT_OUT,),
}
_OTHER = "other"
_FORM_BYTES = 1 << 20
_UNDER_WAY = ("WAITING", "RUNNING")


def allow_large() -> None:
    """Let who may load a whole register send a larger file, to the one address for it."""
    if request.endpoint != "bundles.receive" or not current_user.is_authenticated:
        return
    if current_user.signed_in.actor.has(Permission.LOAD_REGISTER):
        request.max_content_length = jobs.most_bytes(is_bulk=True) + _FORM_BYTES


@blueprint.get("/unions/<code>/bundles")
@guard(Permission.SEND_FOR_UNIONS)
def bundles(code: str) -> str:
    """Show the upload form and what was sent before."""
    return _list_page(BundleForm(formdata=None))


@blueprint.post("/unions/<code>/bundles")
@guard(Permission.SEND_FOR_UNIONS)
def receive(code: str) -> AnyResponse | tuple[str, int]:
    """Take a workbook in, have its unions read, and go to its page."""
    form = BundleForm()
    if not form.validate_on_submit():
        return _list_page(form), 400
    try:
        received = _received(form, code)
    except Forbidden:
        raise
    except (InputRefused, RosterRefused, Busy) as error:
        form.file.errors = [error.message]
        return _list_page(form), 400
    if received.batch_id is not None:
        wake(received.batch_id)
    if received.already:
        flash("这份文件上传过，没有重复处理。下面是它现在的情况。", "info")
    return redirect(_address(code, received.bundle_id), 303)


@blueprint.get("/unions/<code>/bundles/<int:bundle_id>")
@guard(Permission.SEND_FOR_UNIONS)
def bundle(code: str, bundle_id: int) -> str:
    """Show a bundle: being read, its unions to be confirmed, being split, or what became of it."""
    session, found = db.session(), _found(bundle_id)
    if found.state is BundleState.MAPPING:
        return _names_page(found)
    if found.state is BundleState.DONE:
        return _result_page(found)
    return render_template(
        "bundles/progress.html",
        **_reading(found),
        who=display_names(session, [found.created_by, found.confirmed_by]),
        may_steer=_may_steer(found),
    )


@blueprint.get("/unions/<code>/bundles/<int:bundle_id>/progress")
@guard(Permission.SEND_FOR_UNIONS)
def progress(code: str, bundle_id: int) -> str | Response:
    """Answer the page that waits for the work."""
    shown = _reading(_found(bundle_id))
    if not shown["is_running"]:
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = _address(code, bundle_id)
        return answer
    return render_template("bundles/job.html", **shown)


@blueprint.post("/unions/<code>/bundles/<int:bundle_id>/names")
@guard(Permission.SEND_FOR_UNIONS)
def choose(code: str, bundle_id: int) -> AnyResponse | tuple[str, int]:
    """Take the answers on the names of one page."""
    found = _found(bundle_id)
    try:
        changed = operations.choose(bundle_id, _choices(), actor=g.actor)
    except InputRefused as error:
        return _names_page(found, error.message, request.form.to_dict()), 400
    except StateRefused as error:
        flash(error.message, "error")
        return redirect(_address(code, bundle_id), 303)
    flash(f"已保存 {changed} 个名称。" if changed else "没有改动。", "success")
    return redirect(_address(code, bundle_id), 303)


@blueprint.post("/unions/<code>/bundles/<int:bundle_id>/confirm")
@guard(Permission.SEND_FOR_UNIONS)
def confirm(code: str, bundle_id: int) -> AnyResponse:
    """Settle the unions and have the rows split."""
    _found(bundle_id)
    return _act(code, bundle_id, lambda: wake(jobs.confirm(bundle_id, actor=g.actor)), "")


@blueprint.post("/unions/<code>/bundles/<int:bundle_id>/pause")
@guard(Permission.SEND_FOR_UNIONS)
def pause(code: str, bundle_id: int) -> AnyResponse:
    """Stop the work where it stands."""
    _found(bundle_id)
    said = "已暂停。已经处理的部分保留着，别人还看不到；随时可以继续。"
    return _act(code, bundle_id, lambda: jobs.pause(bundle_id, actor=g.actor), said)


@blueprint.post("/unions/<code>/bundles/<int:bundle_id>/resume")
@guard(Permission.SEND_FOR_UNIONS)
def resume(code: str, bundle_id: int) -> AnyResponse:
    """Let the work go on."""
    _found(bundle_id)
    return _act(code, bundle_id, lambda: wake(jobs.resume(bundle_id, actor=g.actor)), "")


@blueprint.post("/unions/<code>/bundles/<int:bundle_id>/cancel")
@guard(Permission.SEND_FOR_UNIONS)
def cancel(code: str, bundle_id: int) -> AnyResponse:
    """Give the bundle up; nothing of it has been seen by anybody."""
    _found(bundle_id)
    said = "已放弃。没有向任何工会报送，文件和处理了一部分的内容会删除；同一份文件可以重新上传。"
    return _act(code, bundle_id, lambda: wake(jobs.cancel(bundle_id, actor=g.actor)), said)


@blueprint.post("/unions/<code>/bundles/<int:bundle_id>/findings.csv")
@guard(Permission.SEND_FOR_UNIONS)
def findings(code: str, bundle_id: int) -> AnyResponse:
    """Give the findings as a file; that it was taken is on the trail."""
    found = _found(bundle_id)
    try:
        pieces = findings_csv(bundle_id, actor=g.actor)
    except StateRefused as error:
        flash(error.message, "error")
        return redirect(_address(code, bundle_id), 303)
    return streamed(pieces, f"问题清单-{PurePath(found.file_name).stem}.csv")


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What waits: rosters whose unions are to be confirmed."""
    if not actor.has(Permission.SEND_FOR_UNIONS):
        return
    count = queries.waiting_for(session, actor.county, actor.place, actor.account_id)
    if count:
        yield Card(
            "合并名册待核对工会",
            count,
            "份",
            "核对文件里写的是哪些工会，确认后才拆分报送。",
            url_for("bundles.bundles", code=actor.place, waiting=1),
            "去核对",
            "layers",
            "amber",
            75,
        )


def _may_steer(found: BundleView) -> bool:
    return operations.may_steer(g.actor, found.created_by, found.place)


def _found(bundle_id: int) -> BundleView:
    return queries.find(db.session(), bundle_id, g.union.code)


def _received(form: BundleForm, code: str) -> jobs.ReceivedBundle:
    return jobs.upload(
        content_of(form),
        file_name=form.file.data.filename or "",
        place_code=code,
        actor=g.actor,
        claimed_sha256=(form.sha256.data or "").strip(),
    )


def _act(code: str, bundle_id: int, act: Any, said: str) -> AnyResponse:
    try:
        act()
    except StateRefused as error:
        flash(f"{error.message}什么也没有改变，下面是最新情况。", "error")
    else:
        if said:
            flash(said, "success")
    return redirect(_address(code, bundle_id), 303)


def _choices() -> dict[int, str]:
    """Return the answers given on the page, by name number: a union, or that rows are left out."""
    choices: dict[int, str] = {}
    for key, value in request.form.items():
        kind, dash, number = key.partition("-")
        if (kind, dash) != ("union", "-"):
            continue
        if not is_whole(number, MOST_ROW):
            raise InputRefused("bundle.name", "没有这个名称，什么也没有保存。请刷新页面后重试。")
        typed = request.form.get(f"other-{number}", "").strip()
        answer = typed or (value if value != _OTHER else "")
        if answer:
            choices[int(number)] = answer
    return choices


def _names_page(found: BundleView, error: str = "", typed: dict[str, str] | None = None) -> str:
    session = db.session()
    counts = queries.name_counts(session, found)
    shown = request.args.get("show", "")
    if shown not in SHOWN:
        shown = "open" if counts.open else "known"
    after = max(request.args.get("after", 0, type=row_number), 0)
    listed = queries.names(session, found, hows=SHOWN[shown], after=after, limit=NAMES + 1)
    here = unions.grassroots(session, found.path, limit=10_000)
    return render_template(
        "bundles/names.html",
        bundle=found,
        union=g.union,
        may_map=operations.may_map(g.actor, found.created_by),
        may_steer=_may_steer(found),
        who=display_names(session, [found.created_by]),
        counts=counts,
        shown=shown,
        listed=listed[:NAMES],
        is_later=bool(after),
        next=listed[NAMES - 1].number if len(listed) > NAMES else None,
        unions={one.code: one.name for one in here},
        error=error,
        typed=typed or {},
    )


def _result_page(found: BundleView) -> str:
    session = db.session()
    which = next((one for one in Which if one == request.args.get("show")), Which.ALL)
    after = request.args.get("after", "")
    parts = queries.parts(session, found, which=which, after=after, limit=PAGE + 1)
    shown = parts[:PAGE]
    return render_template(
        "bundles/result.html",
        bundle=found,
        union=g.union,
        pending=queries.pending(session, found),
        which=which.value,
        counts={one.value: count for one, count in queries.part_counts(session, found).items()},
        parts=shown,
        is_later=bool(after),
        next=shown[-1].union_code if len(parts) > PAGE else None,
        names=unions.names_of(session, (one.union_code for one in shown)),
        who=display_names(session, [found.created_by]),
        may_open=can(Permission.VIEW_SUBMISSIONS, found.path),
    )


def _list_page(form: BundleForm) -> str:
    if g.union.is_grassroots:
        raise NotFound("bundle.place", "这里没有合并名册：基层工会的名册在“花名册导入”中上传。")
    session = db.session()
    before = request.args.get("before", type=whole)
    mine = request.args.get("waiting") == "1"
    listed = queries.of_place(
        session,
        g.union.county,
        g.union.code,
        mapping_of=g.actor.account_id if mine else None,
        before=before,
        limit=PAGE + 1,
    )
    is_bulk = operations.is_bulk(g.actor, g.union)
    return render_template(
        "bundles/bundles.html",
        form=form,
        union=g.union,
        bundles=listed[:PAGE],
        next=listed[PAGE - 1].id if len(listed) > PAGE else None,
        is_later=before is not None,
        mine=mine,
        account_id=g.actor.account_id,
        who=display_names(session, (one.created_by for one in listed)),
        is_bulk=is_bulk,
        most=size_words(jobs.most_bytes(is_bulk=is_bulk)),
    )


def _reading(found: BundleView) -> dict[str, Any]:
    session = db.session()
    now = work.bundle_progress(session, found.county, found.id)
    busy = found.state in (BundleState.READING, BundleState.SPLITTING)
    return {
        "bundle": found,
        "union": g.union,
        "now": now,
        "is_running": busy and now is not None and now.state in _UNDER_WAY,
        "worker_alive": work.worker_alive(session),
    }


def _address(code: str, bundle_id: int) -> str:
    return url_for("bundles.bundle", code=code, bundle_id=bundle_id)
