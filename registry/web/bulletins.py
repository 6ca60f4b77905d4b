"""The monthly bulletin of a county: a page to print and hand round."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Blueprint, g, render_template

from registry.access.roles import Permission
from registry.db import db
from registry.errors import NotFound
from registry.totals.bulletin import Bulletin, month_of
from registry.totals.bulletin import bulletin as made
from registry.totals.metrics import METRIC_LABELS, Ratio
from registry.totals.queries import Figures
from registry.web.guard import guard

blueprint = Blueprint("bulletins", __name__)


class Line(NamedTuple):
    """A figure now, a month ago, and what changed."""

    label: str
    now: str
    then: str
    change: str


@blueprint.get("/unions/<code>/bulletins/<month>")
@guard(Permission.VIEW_TOTALS)
def bulletin(code: str, month: str) -> str:
    """Show the bulletin of a month."""
    place, asked = g.union, month_of(month)
    if place.parent_code is not None:
        raise NotFound("bulletin.county_only", "月度通报以全市为单位，本单位请看“评比排名”。")
    found = made(db.session(), place.county, asked)
    return render_template(
        "ranking/bulletin.html",
        union=place,
        found=found,
        month=asked,
        lines=_lines(found),
        bands=found.standing.rules.band_labels(),
    )


_COUNTS: tuple[tuple[str, Callable[[Figures], int]], ...] = (
    ("在会会员", lambda one: one.members),
    ("职工人数", lambda one: one.employees),
    ("已建工会", lambda one: one.unions),
    ("已有名册的工会", lambda one: one.unions_covered),
    ("待审核的行", lambda one: one.pending_rows),
)
_RATES = (
    "membership_rate",
    "coverage_rate",
    "completeness_rate",
    "first_pass_rate",
    "reverified_rate",
)


def _lines(found: Bulletin) -> list[Line]:
    now, then = found.now.total, found.then.total
    counts = [
        Line(label, f"{of(now):,}", f"{of(then):,}", _signed(of(now) - of(then)))
        for label, of in _COUNTS
    ]
    rates = [
        Line(METRIC_LABELS[key], one.shown, other.shown, _points(one, other))
        for key in _RATES
        for one, other in [(now.metrics[key], then.metrics[key])]
    ]
    return counts + rates


def _signed(change: int) -> str:
    return f"{change:+,}" if change else "持平"


def _points(now: Ratio, then: Ratio) -> str:
    """Return the change of what is shown, in percentage points."""
    if not now.denominator or not then.denominator:
        return "—"
    change = now.hundredths - then.hundredths
    if not change:
        return "持平"
    sign = "+" if change > 0 else "-"
    return f"{sign}{abs(change) // 100}.{abs(change) % 100:02d} 个百分点"
