"""The notice of what is done with people's particulars: its versions, and a new one published."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.notices import operations, queries
from registry.web.forms.notices import NoticeForm, Told
from registry.web.frame import can
from registry.web.guard import guard, signed_in_only
from registry.web.numbers import whole

blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices")
@signed_in_only
def notices() -> str:
    """Show a version, the one in force unless `version` asks for another, and list all."""
    form = None
    if _publishes():
        now = queries.in_force(db.session(), g.actor.county)
        form = NoticeForm(formdata=None, purpose=now.purpose, body=now.body)
    return _page(form)


@blueprint.post("/unions/<code>/notices")
@guard(Permission.PUBLISH_NOTICE, fresh=True)
def publish(code: str) -> Response | tuple[str, int]:
    """Put a new version in force."""
    form = NoticeForm()
    if not form.validate_on_submit():
        return _page(form), 400
    try:
        version = operations.publish(form.purpose.data or "", form.body.data or "", actor=g.actor)
    except (InputRefused, StateRefused) as error:
        field = form.purpose if error.code == "notice.purpose" else form.body
        field.errors = [error.message]
        return _page(form), 400
    flash(f"第 {version} 版已经发布，以后提交名册时请各工会先看过。", "success")
    return redirect(url_for(".notices"), 303)


def is_told(form: Told, county: str) -> bool:
    """Tell whether a form that sends people's particulars says of a notice that is news that they
    were told; else the form says what is missing.
    """
    if form.is_told.data or not asked(county)["notice_is_news"]:
        return True
    form.is_told.errors = ["告知书有新版本，请看过并告知会员以后打勾。"]
    return False


def asked(county: str) -> dict[str, Any]:
    """Return what a page that sends rosters shows: the notice and whether it is news there."""
    session = db.session()
    notice = queries.in_force(session, county)
    is_news = queries.is_news(session, notice, county, g.actor.account_id)
    return {"notice_in_force": notice, "notice_is_news": is_news}


def _publishes() -> bool:
    return can(Permission.PUBLISH_NOTICE, f"/{g.actor.county}/")


def _page(form: NoticeForm | None) -> str:
    session = db.session()
    known = queries.versions(session, g.actor.county)
    version = request.args.get("version", type=whole)
    shown = queries.find(session, g.actor.county, version) if version else known[0]
    return render_template(
        "notices/notices.html",
        shown=shown,
        versions=known,
        people=display_names(session, [one.published_by for one in known]),
        form=form,
    )
