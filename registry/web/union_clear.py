"""The three lists that must be clear 三清: by unit, by what is open, and exactly those unions."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, g, render_template, request, url_for

from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.totals.clearing import Clear, Point, Seen, seen
from registry.unions import queries
from registry.web.guard import guard

blueprint = Blueprint("union_clear", __name__)
PAGE = 50


@blueprint.get("/unions/<code>/clear")
@guard(Permission.VIEW_UNIONS)
def lists(code: str) -> str:
    """Show how many unions are not clear, of which list and why, and which these are."""
    session, place = db.session(), g.union
    everyone = seen(session, place, today())
    which, point = _asked()
    after = request.args.get("after", "")
    chosen = [one for one in everyone if _is_meant(one, which, point)]
    rest = [one for one in chosen if one.code > after]
    shown = rest[:PAGE]
    here: dict[str, Any] = {"code": code, "list": which, "point": point}
    following = ""
    if len(rest) > PAGE:
        following = url_for("union_clear.lists", **here, after=shown[-1].code)
    by_unit = _by_unit(everyone)
    return render_template(
        "unions/clear.html",
        union=place,
        lists=list(Clear),
        points=list(Point),
        which=which,
        point=point,
        total=len(everyone),
        open_of={one: sum(not union.is_clear(one) for union in everyone) for one in Clear},
        count_of=Counter(one for union in everyone for one in union.points),
        by_unit=by_unit,
        names=queries.names_of(session, by_unit),
        shown=shown,
        chosen=len(chosen),
        today=today(),
        here=url_for("union_clear.lists", **here),
        is_later=bool(after),
        next=following,
    )


def _asked() -> tuple[Clear | None, Point | None]:
    """Return the list and the point asked for, None for any."""
    which, point = request.args.get("list", ""), request.args.get("point", "")
    return (
        Clear(which) if which in set(Clear) else None,
        Point(point) if point in set(Point) else None,
    )


def _is_meant(one: Seen, which: Clear | None, point: Point | None) -> bool:
    if point is not None:
        return point in one.points
    return bool(one.points) if which is None else not one.is_clear(which)


def _by_unit(everyone: Iterable[Seen]) -> dict[str, Counter[str]]:
    """Return by unit how many unions there are (""), and how many are not clear of each list."""
    found: dict[str, Counter[str]] = {}
    for one in everyone:
        counts = found.setdefault(one.unit, Counter())
        counts[""] += 1
        counts.update(which.value for which in Clear if not one.is_clear(which))
    return found
