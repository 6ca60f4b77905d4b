"""Of whom members are made up, and the list behind every such number."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, g, render_template, request, url_for

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import today
from registry.db import db
from registry.members.queries import STATES, sight_of, state_named
from registry.totals.dimensions import (
    LABELS,
    MEMBER_FACTS,
    PART,
    UNION,
    UNION_FACTS,
    chosen_of,
    label_of,
    value_of,
    values,
)
from registry.totals.metrics import Ratio
from registry.totals.people import TRACED, Someone, approvers, people
from registry.totals.structure import Count, Row, structure
from registry.unions import queries as unions
from registry.web.days import Asked, day_asked
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.numbers import whole

blueprint = Blueprint("structure", __name__)
PAGE = 50  # members
ROWS = 200  # unions
_STATES = ("ACTIVE", "RETAINED")
# Who came by a transfer was let go by the other union, whose people are not named here.
_BY_NOBODY = "没有单独审核（转会、重新开通、工会合并或分出）"


class Cell(NamedTuple):
    """A number and the list that it counts; no address where there is none to be seen."""

    number: int
    href: str = ""


class Line(NamedTuple):
    """A line of the table: what it is of, its numbers, the share of those in work."""

    label: str
    href: str
    active: Cell
    retained: Cell
    share: str
    across: list[Cell]


class Person(NamedTuple):
    """A member of a list with who let them in, as a page shows it."""

    someone: Someone
    age: str
    group: str
    approved_by: str
    row_href: str


@blueprint.get("/unions/<code>/structure")
@guard(Permission.VIEW_TOTALS)
def table(code: str) -> str:
    """Count a place's members by one fact, and across by another."""
    session, day, chosen = db.session(), day_asked(), chosen_of(request.args)
    by, across = _dimensions()
    found = structure(session, g.union, day.on, by, across, chosen)
    skip = min(request.args.get("skip", 0, type=whole), len(found.rows))
    columns = [one for one in values(across) if one.key in found.total.across] if across else []
    return render_template(
        "structure/structure.html",
        union=g.union,
        day=day,
        by=by,
        across=across,
        chosen=chosen,
        lines=[
            _line(row, by, across, columns, chosen, day, found.total.total)
            for row in found.rows[skip : skip + ROWS]
        ],
        total=_line(found.total, "", across, columns, chosen, day, found.total.total),
        heads=[{"label": one.label, "number": True} for one in columns],
        count=len(found.rows),
        next=_page("structure.table", day, chosen, by=by, across=across, skip=skip + ROWS)
        if len(found.rows) > skip + ROWS
        else "",
        **_frame(day),
    )


@blueprint.get("/unions/<code>/people")
@guard(Permission.VIEW_MEMBERS)
def listed(code: str) -> str:
    """List the members that a number counts, as they were on the day, masked."""
    session, place = db.session(), g.union
    day, chosen = day_asked(), chosen_of(request.args)
    state = state_named(request.args.get("state", ""))
    state = state if state in _STATES else None
    skip = request.args.get("skip", 0, type=whole)
    asked = (session, place, day.on, chosen, state)
    found = people(*asked, sight_of(g.actor.path), offset=skip, limit=PAGE)
    by_whom = approvers(*asked) if "approvers" in request.args else []
    names = display_names(
        session,
        [
            *(one.approval.decided_by for one in found.shown),
            *(account for account, _ in by_whom or ()),
        ],
    )
    kept = {"state": str(state or "")}
    return render_template(
        "structure/people.html",
        union=place,
        day=day,
        chosen=chosen,
        state=state or "",
        states=[(value, STATES[value]) for value in _STATES],
        count=found.in_all,
        people=[_person(one, names, day.on.year) for one in found.shown],
        asks_by_whom="approvers" in request.args,
        by_whom=None
        if by_whom is None
        else [(names.get(account or 0, _BY_NOBODY), number) for account, number in by_whom],
        traced=TRACED,
        by_whom_href=_page("structure.listed", day, chosen, **kept, approvers=1),
        previous=_page("structure.listed", day, chosen, **kept, skip=max(skip - PAGE, 0) or None)
        if skip
        else "",
        next=_page("structure.listed", day, chosen, **kept, skip=skip + PAGE)
        if found.in_all > skip + PAGE
        else "",
        table_href=_page("structure.table", day, chosen),
        **_frame(day),
    )


def _frame(day: Asked) -> dict[str, Any]:
    """Return what both pages know: the facts that may be chosen, and the places above."""
    above = unions.ancestors(db.session(), g.union.path)
    return {
        "today": today(),
        "above": [one for one in above if one.path.startswith(g.actor.path)],
        "dimensions": [
            (name, label)
            for name, label in LABELS.items()
            if not (g.union.is_grassroots and name in (PART, UNION))
        ],
        "facts": MEMBER_FACTS if g.union.is_grassroots else (*UNION_FACTS, *MEMBER_FACTS),
        "crossings": [(name, LABELS[name]) for name in MEMBER_FACTS],
        "labels": LABELS,
        "options": {name: list(values(name)) for name in (*UNION_FACTS, *MEMBER_FACTS)},
        "label_of": label_of,
    }


def _dimensions() -> tuple[str, str]:
    """Return the dimensions asked for; what cannot be meant is left aside."""
    usual = "sex" if g.union.is_grassroots else PART
    by = request.args.get("by", "")
    places = () if g.union.is_grassroots else (PART, UNION)
    by = by if by in (*places, *UNION_FACTS, *MEMBER_FACTS) else usual
    across = request.args.get("across", "")
    return by, across if across in MEMBER_FACTS and across != by else ""


def _line(
    row: Row,
    by: str,
    across: str,
    columns: list[Any],
    chosen: Mapping[str, str],
    day: Asked,
    all_: Count,
) -> Line:
    code = row.key if by in (PART, UNION) else g.union.code
    facts = dict(chosen) if by in (PART, UNION, "") else {**chosen, by: row.key}
    cells = [
        _cell(sum(row.across.get(one.key, Count())), code, day, {**facts, across: one.key})
        for one in columns
    ]
    return Line(
        row.label,
        _drill(row.key, by, facts, across, day),
        _cell(row.total.active, code, day, facts, state="ACTIVE"),
        _cell(row.total.retained, code, day, facts, state="RETAINED"),
        Ratio(row.total.active, all_.active).shown,
        cells,
    )


def _drill(key: str, by: str, facts: Mapping[str, str], across: str, day: Asked) -> str:
    """Return where the name of a line leads: the place itself, or the unions with its fact."""
    if not by or by == UNION or (g.union.is_grassroots and by == PART):
        return _page("structure.table", day, facts, code=key, across=across) if key else ""
    if by == PART:
        return _page("structure.table", day, facts, code=key, across=across)
    if g.union.is_grassroots:
        return ""
    return _page("structure.table", day, facts, by=UNION, across=across)


def _cell(number: int, code: str, day: Asked, facts: Mapping[str, str], **more: str) -> Cell:
    if not number or not can(Permission.VIEW_MEMBERS, g.union.path):
        return Cell(number)
    return Cell(number, _page("structure.listed", day, facts, code=code, **more))


def _page(endpoint: str, day: Asked, facts: Mapping[str, str], code: str = "", **more: Any) -> str:
    asked: dict[str, Any] = {name: value for name, value in more.items() if value}
    return url_for(endpoint, code=code or g.union.code, on=day.argument, **{**facts, **asked})


def _person(one: Someone, names: Mapping[int, str], year: int) -> Person:
    approval = one.approval
    href = ""
    if approval.submission_id and can(Permission.VIEW_SUBMISSIONS, one.union.path):
        href = url_for(
            "roster.submission",
            submission_id=approval.submission_id,
            rows="APPROVED",
            after=(approval.row or 1) - 1,
        )
    age, group = (
        label_of(name, value_of(name, one.facts, year)) for name in ("age", "worker_group")
    )
    return Person(one, age, group, names.get(approval.decided_by or 0, ""), href)
