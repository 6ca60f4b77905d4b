"""The unions of a place: what they are, how many members, what they sent last."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, request, url_for

from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.members.counts import UnionCounts, tallied
from registry.submissions.listing import last_by_union
from registry.submissions.queries import SubmissionView
from registry.totals.metrics import Ratio
from registry.unions import queries
from registry.unions.queries import Union
from registry.web.guard import guard

blueprint = Blueprint("unions", __name__)
PAGE = 50


@dataclass(frozen=True)
class Line:
    """A union with its figures. `employees` is None where it never declared any."""

    union: Union
    employees: int | None
    counts: UnionCounts
    last: SubmissionView | None

    @property
    def rate(self) -> str:
        """The share of employees who are members, as a percentage."""
        return f"{Ratio(self.counts.active, self.employees).percent}%" if self.employees else "—"

    @property
    def is_over(self) -> bool:
        """More members than employees: flagged, never refused."""
        return self.employees is not None and self.counts.active > self.employees


@blueprint.get("/unions/<code>/unions")
@guard(Permission.VIEW_UNIONS)
def directory(code: str) -> str:
    """List the grassroots unions of a place by code."""
    session, place = db.session(), g.union
    search, unit = (request.args.get(name, "").strip() for name in ("search", "unit"))
    after = request.args.get("after", "")
    units = [one for one in queries.children(session, code) if not one.is_grassroots]
    below = next((one.path for one in units if one.code == unit), place.path)
    found = queries.grassroots(session, below, search=search, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    following = ""
    if len(found) > PAGE:
        following = url_for(
            "unions.directory",
            code=code,
            search=search or None,
            unit=unit or None,
            after=shown[-1].code,
        )
    return render_template(
        "unions/directory.html",
        lines=_lines(place, below, shown),
        total=queries.count_grassroots(session, below, search=search),
        units=[(one.code, one.name) for one in units],
        unit_names={one.code: one.name for one in units},
        chosen={"search": search, "unit": unit},
        is_later=bool(after),
        next=following,
    )


def _lines(place: Union, below: str, shown: list[Union]) -> list[Line]:
    session, day = db.session(), today()
    codes = [one.code for one in shown]
    employees = queries.headcounts(session, place.county, below, day)
    counts = tallied(session, place.county, day, codes)
    last = last_by_union(session, place.county, codes)
    return [
        Line(
            one,
            employees.get(one.code),
            counts.get(one.code, UnionCounts()),
            last.get(one.code),
        )
        for one in shown
    ]
