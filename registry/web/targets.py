"""The grid of a registration's targets: places by days, edited at once or pasted."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.campaigns import queries
from registry.campaigns.aiming import day_fault, set_targets
from registry.campaigns.grid import Cell, day_in, judged, pasted
from registry.campaigns.queries import CampaignView
from registry.campaigns.targets import aims, history
from registry.campaigns.turns import units_of
from registry.db import db
from registry.errors import InputRefused, NotFound
from registry.web.guard import guard

blueprint = Blueprint("targets", __name__)
_MARK = "members-"


@blueprint.get("/unions/<code>/campaigns/<int:number>/targets")
@guard(Permission.RUN_REGISTRATION)
def grid(code: str, number: int) -> str:
    """Show the targets that are set."""
    one = _registration(number)
    return _page(one, _set(one))


@blueprint.post("/unions/<code>/campaigns/<int:number>/targets")
@guard(Permission.RUN_REGISTRATION)
def save(code: str, number: int) -> Response | tuple[str, int]:
    """Set the targets as the grid has them; nothing is set while a cell is wrong."""
    one, faults = _registration(number), []
    written = _written()
    added = request.form.get("day", "").strip()
    if added:
        day = day_in(added)
        fault = "日期没有看懂，请写成 2018-07-31。" if day is None else _fault(one, day)
        if fault or day is None:
            faults.append(f"新加的日期“{added[:20]}”：{fault}")
        else:
            written |= {(place, day): text for place, text in _added().items() if text.strip()}
    numbers, wrong = judged(written)
    if not faults and not wrong:
        try:
            changed = set_targets(number, numbers, actor=g.actor)
        except InputRefused as error:
            faults.append(error.message)
        else:
            flash(f"目标已保存，改动 {changed:,} 处。" if changed else "目标没有改动。", "success")
            return redirect(url_for("targets.grid", code=code, number=number), 303)
    return _page(one, written, wrong, faults), 400


@blueprint.post("/unions/<code>/campaigns/<int:number>/targets/paste")
@guard(Permission.RUN_REGISTRATION)
def paste(code: str, number: int) -> str | tuple[str, int]:
    """Lay a table copied from a spreadsheet into the grid; it is not saved yet."""
    one = _registration(number)
    found = pasted(request.form.get("table", ""), _places(one))
    faults = list(found.faults)
    days = {day for _, day in found.written}
    outside = {day: fault for day in sorted(days) if (fault := _fault(one, day))}
    faults += outside.values()
    written = _set(one) | {
        cell: text for cell, text in found.written.items() if cell[1] not in outside
    }
    count = len([cell for cell in found.written if cell[1] not in outside])
    return _page(one, written, found.wrong, faults, laid=count)


def _registration(number: int) -> CampaignView:
    one = queries.find(db.session(), g.union.county, g.union.path, number)
    if not one.is_registration:
        raise NotFound("campaign.unknown", f"第 {number} 号活动没有目标：它不是会员实名登记。")
    return one


def _places(one: CampaignView) -> dict[str, str]:
    """Return the county and the units in scope, their names by code."""
    return {one.county: g.union.name} | units_of(db.session(), one.county, one.id)


def _set(one: CampaignView) -> dict[Cell, str]:
    found = aims(db.session(), one, date.max)
    return {
        (code, day): str(members)
        for code, days in found.set_for.items()
        for day, members in days.items()
    }


def _written() -> dict[Cell, str]:
    """Return what stands in the grid's cells; fields are named members-<code>-<day>."""
    found = {}
    for name, text in request.form.items():
        code, _, day = name.removeprefix(_MARK).partition("-")
        if name.startswith(_MARK) and (on := day_in(day)) is not None:
            found[code, on] = text
    return found


def _added() -> dict[str, str]:
    """Return what stands in the column of a new day, by place."""
    mark = f"new-{_MARK}"
    return {
        name.removeprefix(mark): text
        for name, text in request.form.items()
        if name.startswith(mark)
    }


def _fault(one: CampaignView, day: date) -> str:
    return day_fault(day, one.opens_on, one.due_on)


def _page(
    one: CampaignView,
    written: Mapping[Cell, str],
    wrong: Mapping[Cell, str] | None = None,
    faults: list[str] | None = None,
    laid: int = 0,
) -> str:
    session, places = db.session(), _places(one)
    numbers, _ = judged(written)
    days = sorted({day for _, day in written})
    sums = {
        day: sum(numbers.get((code, day)) or 0 for code in places if code != one.county)
        for day in days
    }
    changes = history(session, one)
    return render_template(
        "registrations/targets.html",
        union=g.union,
        campaign=one,
        places=places,
        days=days,
        written=written,
        wrong=wrong or {},
        faults=faults or [],
        laid=laid,
        sums=sums,
        # Where the city's own target differs from the sum: shown, not refused.
        apart={
            day: own - sums[day]
            for day in days
            if (own := numbers.get((one.county, day))) is not None and own != sums[day]
        },
        changes=changes,
        people=display_names(session, [each.set_by for each in changes]),
    )
