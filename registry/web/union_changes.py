"""What changed among the unions of a place within a period: four lists, each with its count."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for

from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.unions import queries
from registry.unions.changes import ChangeList, Period, changed_unions, counts
from registry.unions.directory import standing
from registry.web.guard import guard

blueprint = Blueprint("union_changes", __name__)
PAGE = 50


@blueprint.get("/unions/<code>/unions/changes")
@guard(Permission.VIEW_UNIONS)
def lists(code: str) -> str:
    """Show one of the lists of a period, and how many unions each has, unit by unit."""
    session, place = db.session(), g.union
    period, which = _period(), _which(request.args.get("list", ""))
    after = request.args.get("after", "")
    by_unit = counts(session, place.county, place.path, period)
    found = changed_unions(
        session, place.county, place.path, which, period, after=after, limit=PAGE + 1
    )
    shown = found[:PAGE]
    here: dict[str, Any] = {
        "code": code,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
    }
    following = ""
    if len(found) > PAGE:
        following = url_for("union_changes.lists", **here, list=which.value, after=shown[-1].path)
    return render_template(
        "unions/changes.html",
        union=place,
        period=period,
        which=which,
        shown=shown,
        here=here,
        lists=list(ChangeList),
        by_unit=by_unit,
        totals={one: sum(of[one] for of in by_unit.values()) for one in ChangeList},
        names=queries.names_of(session, by_unit),
        before=standing(session, place.path, period.first - timedelta(days=1)),
        at_end=standing(session, place.path, period.last),
        today=today(),
        is_later=bool(after),
        next=following,
    )


def _which(text: str) -> ChangeList:
    return ChangeList(text) if text in set(ChangeList) else ChangeList.NEW


def _period() -> Period:
    """Return the period asked for; this year up to today for none, and for one that cannot be."""
    usual = Period(today().replace(month=1, day=1), today())
    told = [request.args.get(name, "") for name in ("from", "to")]
    if not any(told):
        return usual
    try:
        first, last = (date.fromisoformat(text) for text in told)
    except ValueError:
        flash("日期没有看懂，已按今年显示。请写成 2018-07-31。", "warning")
        return usual
    if not date.min < first <= last <= today():
        flash("开始日期不能晚于结束日期，结束日期不能晚于今天；已按今年显示。", "warning")
        return usual
    return Period(first, last)
