"""Reconciliation: what unions declared, sent in, have and are known of, side by side."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.clock import today
from registry.db import db, setting
from registry.discrepancies import explaining
from registry.discrepancies import export as exporting
from registry.discrepancies.flags import GRAVE, Flag
from registry.discrepancies.marks import Mark, MarkedLine, marked
from registry.discrepancies.queries import Line, limits
from registry.discrepancies.states import Stage
from registry.errors import InputRefused
from registry.totals.days import day_of
from registry.unions import queries as unions
from registry.web.downloads import CSV, attachment
from registry.web.explanations import is_from_side
from registry.web.frame import can
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


# What the table may be narrowed to, by what does not agree; None: also the unions that agree.
_FLAGS: dict[str, tuple[str, tuple[Flag, ...] | None]] = {
    "ANY": ("有问题的", tuple(Flag)),
    "GRAVE": ("会员多于职工、骤减", GRAVE),
    **{one.value: (one.label, (one,)) for one in Flag},
    "ALL": ("全部", None),
}


# And by how far it is explained.
_MINE = "MINE"
_STAGES = {
    **{one.value: one.label for one in Stage},
    _MINE: "已答复，等我认可",
}


class Wanted(NamedTuple):
    """What the table is narrowed to: a name of `_FLAGS`, one of `_STAGES`, a unit's code; the last
    two may be empty.
    """

    flag: str
    stage: str
    unit: str

    def takes(self, one: MarkedLine) -> bool:
        """Tell whether a line is wanted."""
        flags = _FLAGS[self.flag][1]
        if self.unit not in ("", one.line.unit_code):
            return False
        if flags is None and not self.stage:
            return True
        return any(
            (flags is None or mark.flag in flags) and _is_at(mark, self.stage) for mark in one.marks
        )


@blueprint.get("/unions/<code>/discrepancies")
@guard(Permission.VIEW_DISCREPANCIES)
def discrepancies(code: str) -> str:
    """Show the unions of a place, those first that do not agree."""
    return _page(_wanted(request.args))


@blueprint.post("/unions/<code>/discrepancies/ask")
@guard(Permission.ASK_EXPLANATIONS)
def ask(code: str) -> Response | tuple[str, int]:
    """Ask the unions that were ticked to explain."""
    wanted, codes = _wanted(request.form), request.form.getlist("unions")
    note = request.form.get("note", "")
    flags = _FLAGS[wanted.flag][1] or tuple(Flag)
    try:
        asked = explaining.ask(code, codes, note, flags=flags, actor=g.actor)
    except InputRefused as error:
        return _page(wanted, Refused(error.message, note, codes)), 400
    flash(
        f"已请 {asked.unions:,} 家工会说明 {asked.explanations:,} 处，经办员的工作台会提醒。",
        "success",
    )
    kept: dict[str, Any] = {"flag": wanted.flag, "unit": wanted.unit}
    return redirect(url_for("discrepancies.discrepancies", code=code, **kept), 303)


class Refused(NamedTuple):
    """Why nobody was asked, what had been written, and who had been ticked."""

    message: str = ""
    note: str = ""
    codes: Sequence[str] = ()


def _page(wanted: Wanted, refused: Refused | None = None) -> str:
    session, place, on = db.session(), g.union, _day(request.args.get("on"))
    found = marked(session, place, on)
    shown = [one for one in found if wanted.takes(one)]
    sort = request.args.get("sort", "")
    if sort in _SORTS:
        shown.sort(key=lambda one: _SORTS[sort](one.line))
    below = [one for one in unions.children(session, place.code) if not one.is_grassroots]
    may_ask = on == today() and can(Permission.ASK_EXPLANATIONS, place.path)
    unasked = wanted._replace(stage=Stage.NONE.value)
    return render_template(
        "discrepancies/discrepancies.html",
        union=place,
        on=on,
        today=today(),
        lines=shown,
        total=len(found),
        flagged=sum(bool(one.marks) for one in found),
        wanted=wanted,
        units=[(one.code, one.name) for one in below],
        flags=[
            (name, _counted(label, found, wanted._replace(flag=name)))
            for name, (label, _) in _FLAGS.items()
        ],
        stages=[
            (name, _counted(label, found, wanted._replace(stage=name)))
            for name, label in _STAGES.items()
        ],
        limits=limits(),
        drop_days=setting("DISCREPANCY_DROP_DAYS"),
        sorted=sort,
        sort_by=_sort_by,
        open_ones={one.line.code for one in shown if may_ask and unasked.takes(one)},
        answer_days=setting("DISCREPANCY_ANSWER_DAYS"),
        refused=refused or Refused(),
    )


def _is_at(mark: Mark, stage: str) -> bool:
    told = mark.explanation
    if stage == _MINE:
        return told is not None and mark.stage is Stage.ANSWERED and is_from_side(told, g.actor)
    return stage in ("", mark.stage.value)


def _counted(label: str, found: Sequence[MarkedLine], wanted: Wanted) -> str:
    return f"{label}（{sum(map(wanted.takes, found))}）"


def _wanted(said: Mapping[str, str]) -> Wanted:
    flag, stage = said.get("flag", "ANY"), said.get("stage", "")
    return Wanted(
        flag if flag in _FLAGS else "ANY",
        stage if stage in _STAGES else "",
        said.get("unit", ""),
    )


@blueprint.post("/unions/<code>/discrepancies.csv")
@guard(Permission.VIEW_DISCREPANCIES)
def export(code: str) -> Response:
    """Give all unions as CSV; the export is on the trail."""
    on = _day(request.form.get("on"))
    content = exporting.export(code, on, actor=g.actor)
    name = f"对账-{g.union.name}-{on:%Y%m%d}.csv"
    return attachment(content, name, CSV)


def _sort_by(name: str) -> str:
    kept: dict[str, Any] = {**request.args.to_dict(), "sort": name}
    return url_for("discrepancies.discrepancies", code=g.union.code, **kept)


def _day(text: str | None) -> date:
    """Return the day asked for, today where none or none that has been is."""
    try:
        return day_of(text or None)
    except InputRefused:
        return today()
