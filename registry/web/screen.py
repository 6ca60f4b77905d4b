"""The large screen: figures of a place for everybody to see, renewed by themselves. It shows no
person, and names no union so small that its figures would tell of somebody.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, g, jsonify, render_template
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.clock import now, today
from registry.dashboard import moves
from registry.dashboard.growth import growth
from registry.dashboard.moves import Moves
from registry.dashboard.progress import progress
from registry.db import db, setting
from registry.totals.metrics import METRIC_LABELS
from registry.totals.queries import Figures, totals
from registry.unions.queries import Union
from registry.web.charts import growth_chart, ranked, ranked_by, ranking_chart
from registry.web.dashboard import federation
from registry.web.filters import exact
from registry.web.guard import guard
from registry.web.paces import pace_of

blueprint = Blueprint("screen", __name__)
_BARS = 12


@blueprint.get("/unions/<code>/screen")
@guard(Permission.VIEW_DASHBOARD)
def screen(code: str) -> str:
    """Show the screen with the figures of now."""
    place = federation(g.union)
    return render_template(
        "dashboard/screen.html",
        union=place,
        shown=_shown(place),
        every=setting("SCREEN_SECONDS"),
        smallest=setting("SCREEN_SMALLEST"),
    )


@blueprint.get("/unions/<code>/screen.json")
@guard(Permission.VIEW_DASHBOARD)
def figures(code: str) -> Response:
    """Give the figures of now to the screen."""
    return jsonify(_shown(federation(g.union)))


def _shown(place: Union) -> dict[str, Any]:
    session, on = db.session(), today()
    found = totals(session, place.code, on)
    moved = moves.moves(session, place, on)
    aim = progress(session, place, found.total.metrics["target_rate"].numerator, on)
    pace = pace_of(aim.figure) if aim else None
    metric = ranked_by(found.parts)
    smallest: int = setting("SCREEN_SMALLEST")
    named = [one for one in found.parts if one.members >= smallest]
    total, day = found.total, moves.total(moved)
    return {
        "at": exact(now()),
        "figures": {
            "members": f"{total.members:,}",
            "rate": total.metrics["membership_rate"].shown,
            "done": pace.done.shown if pace else "—",
            "pace": f"时间过去 {pace.time.shown}，{pace.words}" if pace else "还没有目标",
            "entered": f"{day.admitted:,}",
            "unions": f"{total.unions_covered:,} / {total.unions:,}",
            "pending": f"{total.pending_rows:,}",
        },
        "growth": growth_chart(
            growth(session, place, on, aim.campaign if aim else None), place.name
        ),
        "ranking_by": METRIC_LABELS[metric],
        "ranking": ranking_chart(ranked(named, metric)[:_BARS], metric, place.name),
        "events": _events(named, moved),
    }


def _events(named: list[Figures], moved: Mapping[str, Moves]) -> list[str]:
    """Return what the day brought, in words and numbers: parts that are named one by one, those
    that came most first; the others together.
    """
    names = {one.code: one.name for one in named}
    said = [(name, moved[code]) for code, name in names.items() if code in moved]
    said.sort(key=lambda one: -one[1].admitted)
    small = {code: one for code, one in moved.items() if code not in names}
    lines = [text for name, one in said if (text := _said(name, one))]
    if text := _said(f"其他 {len(small):,} 个单位", moves.total(small)):
        lines.append(text)
    return lines


def _said(name: str, one: Moves) -> str:
    told = (
        ("入库", one.admitted, "人"),
        ("转出", one.moved_out, "人"),
        ("离会", one.left, "人"),
        ("报送", one.sent, "份名册"),
        ("退回", one.sent_back, "行"),
    )
    parts = [f"{word} {count:,} {unit}" for word, count, unit in told if count]
    return f"今天 {name} {'，'.join(parts)}" if parts else ""
