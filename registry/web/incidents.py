"""The report on an incident: accounts, places and counts for the log keeper, and nobody's name; and
for a union whom of its members a file held.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template, request

from registry.access.roles import Permission
from registry.clock import SHANGHAI, now
from registry.db import db
from registry.errors import InputRefused
from registry.privacy.incidents import Asked, Line, instant_of, report
from registry.privacy.taken import taken
from registry.web import trail_labels as labels
from registry.web.guard import guard

blueprint = Blueprint("incidents", __name__)
_DAY = timedelta(days=1)
MOST = 200  # lines of a table; the command prints all


@blueprint.get("/unions/<code>/trail/incident")
@guard(Permission.VIEW_TRAIL)
def incident(code: str) -> str | tuple[str, int]:
    """Show who saw whom between two instants, the last day unless others are asked for."""
    chosen = {name: request.args.get(name, "").strip() for name in ("account", "place")}
    chosen |= {
        "from": request.args.get("from") or _written(now() - _DAY),
        "to": request.args.get("to") or _written(now() + timedelta(minutes=1)),
    }
    try:
        between = (instant_of(chosen["from"]), instant_of(chosen["to"]))
        asked = Asked(g.union.county, *between, chosen["account"].lower(), chosen["place"])
        found = report(db.session(), asked)
    except InputRefused as error:
        return _page(chosen, refusal=error.message), 400
    return _page(
        chosen,
        report=found,
        accounts=_most(found.accounts),
        places=_most(found.places),
        files=found.files[-MOST:][::-1],
        labels=labels,
    )


@blueprint.get("/unions/<code>/looks/files/<int:number>")
@guard(Permission.VIEW_MEMBERS)
def file(code: str, number: int) -> str:
    """Show the union whose particulars a file held, by its entry on the trail."""
    found = taken(db.session(), code, number, actor=g.actor)
    action = labels.action_label(found.action)
    return render_template("incidents/taken.html", union=g.union, taken=found, action=action)


def _most(lines: dict[str, Line]) -> list[Line]:
    """Those who saw most people come first."""
    return sorted(lines.values(), key=lambda one: -(one.persons + one.people_in_files))[:MOST]


def _written(at: Any) -> str:
    return str(at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))


def _page(chosen: dict[str, str], **found: Any) -> str:
    return render_template("incidents/incident.html", union=g.union, chosen=chosen, **found)
