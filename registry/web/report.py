"""The report for superiors: a page to print, and the same as a workbook."""

from datetime import date

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.clock import now, today
from registry.db import db
from registry.totals.metrics import Ratio
from registry.totals.operations import export_report
from registry.totals.report.contents import report as report_of
from registry.totals.report.tables import Cell
from registry.web.days import day_asked
from registry.web.downloads import attachment
from registry.web.guard import guard

blueprint = Blueprint("report", __name__)


@blueprint.get("/unions/<code>/report")
@guard(Permission.VIEW_TOTALS)
def report(code: str) -> str:
    """Show the report of a place at the end of a day."""
    day = day_asked()
    return render_template(
        "report/report.html",
        union=g.union,
        day=day,
        today=today(),
        found=report_of(db.session(), g.union, day.on, g.actor.display_name, now()),
        shown=_shown,
        is_number=_is_number,
    )


@blueprint.post("/unions/<code>/report.xlsx")
@guard(Permission.VIEW_TOTALS)
def export(code: str) -> Response:
    """Give the report as a workbook; the export is on the trail."""
    on = day_asked().on
    content = export_report(code, on, actor=g.actor)
    name = f"上报材料-{g.union.name}-{on:%Y%m%d}.xlsx"
    return attachment(content, name)


def _shown(value: Cell) -> str:
    """Return a cell as a page writes it."""
    if isinstance(value, Ratio):
        return value.shown
    if isinstance(value, date):
        return value.isoformat()
    return "—" if value is None else f"{value:,}" if isinstance(value, int) else value


def _is_number(value: Cell) -> bool:
    return isinstance(value, int | Ratio)
