"""Closed months: the list, closing, opening again, verifying, and taking one out."""

from collections.abc import Iterable, Sequence

from flask import Blueprint, flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import now, today
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.periods import bundle, operations, queries, verification
from registry.periods.months import Month
from registry.vault.signing import SigningError
from registry.web.downloads import attachment
from registry.web.forms.periods import CloseForm, ReopenForm
from registry.web.guard import guard
from registry.web.waiting import Card

blueprint = Blueprint("periods", __name__)


@blueprint.get("/unions/<code>/periods")
@guard(Permission.VIEW_PERIODS)
def periods(code: str) -> str:
    """List the months that were closed, and offer the next."""
    return _list(CloseForm(formdata=None, month=str(Month.of(today()).previous)))


@blueprint.post("/unions/<code>/periods")
@guard(Permission.CLOSE_PERIODS, fresh=True)
def close(code: str) -> Response | tuple[str, int]:
    """Close a month."""
    form = CloseForm()
    if not form.validate_on_submit():
        return _list(form), 400
    try:
        month = Month.named(form.month.data or "")
        closed = operations.close(g.union.county, month, actor=g.actor)
    except (InputRefused, StateRefused, SigningError) as error:
        form.month.errors = [error.message]
        return _list(form), 400
    flash(f"{month.label}已封账并签名：会员 {closed.members:,} 人。", "success")
    return redirect(url_for("period.period", code=code, month=month), 303)


@blueprint.post("/unions/<code>/periods/verify")
@guard(Permission.CLOSE_PERIODS)
def verify_all(code: str) -> Response:
    """Verify all closings."""
    return _verified(None, url_for("periods.periods", code=code))


@blueprint.post("/unions/<code>/periods/<month>/verify")
@guard(Permission.CLOSE_PERIODS)
def verify(code: str, month: str) -> Response:
    """Verify the closings of one month."""
    back = url_for("period.period", code=code, month=month)
    return _verified(Month.named(month), back)


@blueprint.post("/unions/<code>/periods/<month>/reopen")
@guard(Permission.CLOSE_PERIODS, fresh=True)
def reopen(code: str, month: str) -> Response:
    """Open the newest month again."""
    form = ReopenForm()
    operations.reopen(g.union.county, Month.named(month), form.reason.data or "", actor=g.actor)
    flash("已重新打开。原来签名的文件保留不变；改正以后请再封一次。", "success")
    return redirect(url_for("periods.periods", code=code), 303)


@blueprint.post("/unions/<code>/periods/<month>/<row:revision>/bundle.zip")
@guard(Permission.CLOSE_PERIODS, fresh=True)
def export(code: str, month: str, revision: int) -> Response:
    """Give a closing as files that verify without this program."""
    closed = Month.named(month)
    content = bundle.export(g.union.county, closed, revision, actor=g.actor)
    return attachment(content, f"封账-{closed}-第{revision}版.zip", "application/zip")


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """Tell the city which months are over and not closed, once it has begun to close months."""
    if not actor.has(Permission.CLOSE_PERIODS):
        return
    due = _due(session, actor.county)
    if due:
        yield Card(
            f"{due[0].label}该封账了",
            len(due),
            "个月",
            "封账前会自动核对一次；封账后的变动计入下一个月。",
            url_for("periods.periods", code=actor.place),
            "去封账",
            "lock",
            "amber",
            35,
        )


def _list(form: CloseForm) -> str:
    session, county = db.session(), g.union.county
    found = queries.closings(session, county)
    return render_template(
        "periods/periods.html",
        union=g.union,
        closings=found,
        form=form,
        is_first=not found,
        due=_due(session, county),
        verified=verification.last_verified(session, county),
        ended=Month.of(today()).previous,
    )


def _due(session: Session, county: str) -> Sequence[Month]:
    """Return the months that are over and not closed, the next first."""
    month, due = operations.next_month(session, county), []
    while month is not None and month.settles_at <= now():
        due.append(month)
        month = month.next
    return due


def _verified(month: Month | None, back: str) -> Response:
    found = verification.run_verify(g.union.county, month, actor=g.actor)
    if found.faults:
        flash(f"核验发现 {len(found.faults):,} 处与签名不符，见下面。", "error")
    else:
        flash(f"核验完成：{found.closings:,} 次封账都与签名一致。", "success")
    return redirect(back, 303)
