"""What came back from review, by reason, rule and union: for the unit, what there is to teach."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from registry.access.roles import Permission
from registry.clock import today
from registry.codes import code_list
from registry.db import db
from registry.review.returns import Period, by_rule, listed
from registry.review.returns import returns as returned
from registry.roster.messages import TITLES
from registry.unions import queries as unions
from registry.web.guard import guard
from registry.web.numbers import whole

blueprint = Blueprint("returns", __name__)
PAGE = 50
_DAYS = 90  # shown where no period is asked for
_FIRST = date(1949, 10, 1)  # nothing was decided before


@blueprint.get("/unions/<code>/returns")
@guard(Permission.REVIEW)
def returns(code: str) -> str:
    """Show what came back in a period: of a unit by union, of one union each time."""
    session, union, period = db.session(), g.union, _period()
    found = returned(session, union, period)
    rules = by_rule(session, union, period) if found.total else {}
    lines: list[Any] = []
    if union.is_grassroots:
        before = request.args.get("before", type=whole)
        lines = list(listed(session, union, period, before=before, limit=PAGE + 1))
    said = {one for counts in found.by_reason.values() for one in counts}
    verdicts = sorted(said, key=lambda one: one.value, reverse=True)
    codes = sorted(found.by_union, key=lambda one: (-sum(found.by_union[one].values()), one))
    asked = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    following = ""
    if len(lines) > PAGE:
        kept: dict[str, Any] = {**asked, "before": lines[PAGE - 1].id}
        following = url_for("returns.returns", code=code, **kept)
    return render_template(
        "returns/returns.html",
        period=period,
        asked=asked,
        total=found.total,
        reasons=sorted(found.by_reason.items(), key=lambda one: (-sum(one[1].values()), one[0])),
        verdicts=verdicts,
        verdict_columns=[{"label": one.label, "number": True} for one in verdicts],
        rules=[(one, TITLES.get(one, one), count) for one, count in _most_first(rules)],
        unions=[(one, found.by_union[one]) for one in codes],
        names=unions.names_of(session, codes),
        labels={one.code: one.label.partition("（")[0] for one in code_list("send_back_reason")},
        lines=lines[:PAGE],
        next=following,
    )


def _most_first(counts: Any) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _period() -> Period:
    """Return the period that the address names; what is no period is the last ninety days."""
    last = _day("last") or today()
    first = _day("first") or last - timedelta(days=_DAYS - 1)
    return Period(min(first, last), last)


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if _FIRST <= day < date.max else None
