"""The dashboard of the county and of each unit: how the work goes, and where it waits."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, g, render_template

from registry.access.roles import Permission
from registry.clock import today
from registry.dashboard import moves, quality, waits
from registry.dashboard.growth import growth
from registry.dashboard.progress import progress
from registry.dashboard.quality import DAYS, Quality
from registry.dashboard.waits import Desk
from registry.db import db, setting
from registry.errors import NotFound
from registry.roster.messages import TITLES
from registry.totals.dimensions import PART
from registry.totals.metrics import METRIC_LABELS
from registry.totals.queries import Totals, totals
from registry.unions import queries as unions
from registry.unions.queries import Union
from registry.web.charts import growth_chart, ranked, ranked_by, ranking_chart
from registry.web.days import day_asked
from registry.web.figure_links import Links
from registry.web.guard import guard
from registry.web.paces import pace_of

blueprint = Blueprint("dashboard", __name__)
_RULES = 8  # columns that a screen of 1366 holds beside the names
_BARS = 12  # the names of more lie on each other


class Part(NamedTuple):
    """A line of a table: a part of the place, or the place itself for what is its own."""

    code: str
    name: str
    found: Any


@blueprint.get("/unions/<code>/dashboard")
@guard(Permission.VIEW_DASHBOARD)
def dashboard(code: str) -> str:
    """Show how far a place is at the end of a day, what that day moved, and what waits now."""
    place, asked, session = federation(g.union), day_asked(), db.session()
    found = totals(session, code, asked.on)
    moved = moves.moves(session, place, asked.on)
    return render_template(
        "dashboard/dashboard.html",
        union=place,
        on=asked.on,
        on_argument=asked.argument,
        today=today(),
        above=[
            one
            for one in unions.ancestors(session, place.path)
            if one.path.startswith(g.actor.path) and one.code != g.actor.place
        ],
        total=found.total,
        links=Links(PART, {}, asked),
        moved=_lines(found, moved),
        moved_total=moves.total(moved),
        growths={one: change.growth for one, change in moved.items()},
        **_reached(found),
        **({} if asked.argument else _waiting(found)),
        **_faults(found),
    )


def _reached(found: Totals) -> dict[str, Any]:
    """Return how far the place is, how it grew, and how its parts rank."""
    session, place = db.session(), found.under
    aim = progress(session, place, found.total.metrics["target_rate"].numerator, found.on)
    points = growth(session, place, found.on, aim.campaign if aim else None)
    metric = ranked_by(found.parts)
    parts = ranked(found.parts, metric)
    return {
        "aim": aim,
        "pace": pace_of(aim.figure) if aim else None,
        "points": list(reversed(points)),
        "growth_chart": growth_chart(points, place.name),
        "parts": parts,
        "metric": metric,
        "metric_label": METRIC_LABELS[metric],
        "ranking_chart": ranking_chart(parts[:_BARS], metric, place.name),
    }


def _waiting(found: Totals) -> dict[str, Any]:
    waiting = waits.waits(db.session(), found.under)
    return {
        "waiting": _lines(found, waiting),
        "rosters": waits.together(waiting, Desk.ROSTERS),
        "review_days": setting("REVIEW_DAYS"),
    }


def _faults(found: Totals) -> dict[str, Any]:
    faults = quality.quality(db.session(), found.under, found.on)
    total = quality.together(faults)
    most = sorted(total.by_rule, key=lambda one: (-total.by_rule[one], one))[:_RULES]
    rules = [(one, TITLES.get(one, one)) for one in most]
    return {
        "faults": _lines(found, faults),
        "faults_total": total,
        "quality_days": DAYS,
        "rules": rules,
        "rule_columns": [{"label": title, "number": True} for _, title in rules],
        "heat": heat,
    }


def federation(place: Union) -> Union:
    """Return a place that has unions below it; raises `NotFound` (dashboard.union) for a union."""
    if place.is_grassroots:
        raise NotFound(
            "dashboard.union", "看板按市和乡镇（街道）查看；一家工会的数字请看统计分析。"
        )
    return place


def heat(one: Quality, rule: str) -> int:
    """Return how strongly a cell is marked, 0 to 4, by the rows of a rule in a thousand."""
    found = one.per_thousand(rule)
    return sum(found >= bound for bound in (1, 10, 50, 150))


def _lines(figures: Totals, found: Mapping[str, Any]) -> list[Part]:
    """Return the parts of which something was found, in their order, what is the place's own
    last.
    """
    place = figures.under
    names = {one.code: one.name for one in figures.parts} | {place.code: place.name}
    return [Part(code, name, found[code]) for code, name in names.items() if code in found]
