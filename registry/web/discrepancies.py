"""Reconciliation: what unions declared, sent in, have and are known of, side by side."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

from flask import Blueprint, g, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.clock import today
from registry.db import db, setting
from registry.discrepancies import export as exporting
from registry.discrepancies.flags import Flag
from registry.discrepancies.queries import Line, limits, lines
from registry.errors import InputRefused
from registry.totals.days import day_of
from registry.unions import queries as unions
from registry.web.guard import guard

blueprint = Blueprint("discrepancies", __name__)

# What the table may be sorted by; the largest first, but for the union's own order.
_SORTS: dict[str, Callable[[Line], int]] = {
    "employees": lambda line: -(line.figures.employees or 0),
    "roster": lambda line: -(line.figures.roster or 0),
    "members": lambda line: -line.figures.members,
    "base": lambda line: -line.figures.base,
    "outside": lambda line: line.figures.outside or 0,
    "unaccounted": lambda line: -(line.figures.unaccounted or 0),
}


@blueprint.get("/unions/<code>/discrepancies")
@guard(Permission.VIEW_DISCREPANCIES)
def discrepancies(code: str) -> str:
    """Show the unions of a place, those first that do not agree."""
    session, place, on = db.session(), g.union, _day(request.args.get("on"))
    found = lines(session, place, on)
    wanted = request.args.get("flag", "ANY")
    counts = Counter(flag for line in found for flag in line.flags)
    flagged = sum(bool(line.flags) for line in found)
    unit = request.args.get("unit", "")
    shown = [line for line in found if unit in ("", line.unit_code) and _is_wanted(line, wanted)]
    sort = request.args.get("sort", "")
    if sort in _SORTS:
        shown.sort(key=_SORTS[sort])
    below = [one for one in unions.children(session, place.code) if not one.is_grassroots]
    return render_template(
        "discrepancies/discrepancies.html",
        union=place,
        on=on,
        today=today(),
        lines=shown,
        total=len(found),
        flagged=flagged,
        flag=wanted,
        unit=unit,
        units=[(one.code, one.name) for one in below],
        flags=[
            ("ANY", f"有问题的（{flagged}）"),
            *((one.value, f"{one.label}（{counts[one]}）") for one in Flag),
            ("ALL", f"全部（{len(found)}）"),
        ],
        limits=limits(),
        drop_days=setting("DISCREPANCY_DROP_DAYS"),
        sorted=sort,
        sort_by=_sort_by,
    )


@blueprint.post("/unions/<code>/discrepancies.csv")
@guard(Permission.VIEW_DISCREPANCIES)
def export(code: str) -> Response:
    """Give all unions as CSV; the export is on the trail."""
    on = _day(request.form.get("on"))
    content = exporting.export(code, on, actor=g.actor)
    name = f"对账-{g.union.name}-{on:%Y%m%d}.csv"
    answer = send_file(
        BytesIO(content), mimetype="text/csv", as_attachment=True, download_name=name
    )
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    return answer


def _is_wanted(line: Line, wanted: str) -> bool:
    if wanted in set(Flag):
        return Flag(wanted) in line.flags
    return wanted == "ALL" or bool(line.flags)


def _sort_by(name: str) -> str:
    kept: dict[str, Any] = {**request.args.to_dict(), "sort": name}
    return url_for("discrepancies.discrepancies", code=g.union.code, **kept)


def _day(text: str | None) -> date:
    """Return the day asked for, today where none or none that has been is."""
    try:
        return day_of(text or None)
    except InputRefused:
        return today()
