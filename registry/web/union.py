"""A union's page: what is known of it, the employers it covers, and what happened to it."""

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused
from registry.members.counts import UnionCounts, tallied
from registry.unions import history, queries
from registry.unions.directory import DUE_WITHIN
from registry.unions.employers import cover, employers, uncover
from registry.unions.history import UnionEventView
from registry.unions.intake.lines import Step
from registry.unions.particulars import COVERING, LABELS, in_words
from registry.unions.states import TRANSITIONS, UnionAct, UnionState
from registry.web.filters import instant
from registry.web.forms.unions import EmployerForm
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.timeline import Event
from registry.web.union_acts import SCREENS, offered

blueprint = Blueprint("union", __name__)
SPLIT_ICON = "diagram-3"
# What is offered at the top of the page; choosing who is split off has a page of its own.
_ICONS = {**{act: one.icon for act, one in SCREENS.items()}, UnionAct.SPLIT: SPLIT_ICON}


@blueprint.get("/unions/<code>/profile")
@guard(Permission.VIEW_UNIONS)
def page(code: str) -> str:
    """Show what is known of a union, its employers, and what happened to it."""
    return _page(EmployerForm(formdata=None))


@blueprint.post("/unions/<code>/profile/employers")
@guard(Permission.MANAGE_UNIONS)
def add_employer(code: str) -> Response | tuple[str, int]:
    """Add an employer to a joint union."""
    form = EmployerForm()
    if form.validate():
        try:
            cover(code, form.name.data or "", form.credit_code.data or "", actor=g.actor)
        except InputRefused as error:
            form.refuse(error)
        else:
            flash("已增加覆盖单位。", "success")
            return redirect(url_for("union.page", code=code), 303)
    return _page(form), 400


@blueprint.post("/unions/<code>/profile/employers/<row:number>/remove")
@guard(Permission.MANAGE_UNIONS)
def remove_employer(code: str, number: int) -> Response:
    """Take an employer out of a joint union."""
    uncover(code, number, actor=g.actor)
    flash("已移除，记录留在经过里。", "success")
    return redirect(url_for("union.page", code=code), 303)


def _page(form: EmployerForm) -> str:
    session, union = db.session(), g.union
    known = history.profile(session, union.code)
    told = history.events(session, union.county, union.code)
    names = _names(union.parent_code, told)
    people = display_names(session, [one.recorded_by for one in told])
    state = UnionState(known.status)
    covers = known.kind in COVERING
    may_manage = union.is_grassroots and can(Permission.MANAGE_UNIONS, union.path)
    return render_template(
        "unions/union.html",
        union=union,
        known=known,
        state=state,
        parent=names.get(union.parent_code or "", ""),
        former=history.former_names(told),
        events=[_event(one, names, people) for one in told],
        counts=tallied(session, union.county, today(), [union.code]).get(union.code, UnionCounts()),
        employees=queries.headcount(session, union, today()),
        employers=employers(session, union.county, union.code) if covers else [],
        covers=covers,
        may_cover=may_manage and (state, UnionAct.COVER) in TRANSITIONS,
        due_by=today() + DUE_WITHIN,
        today=today(),
        acts=[(act, icon) for act, icon in _ICONS.items() if may_manage and offered(state, act)],
        form=form,
    )


def _names(parent_code: str | None, told: list[UnionEventView]) -> dict[str, str]:
    """Return the names of the units that the page speaks of."""
    sides = [side for one in told for side in (one.before, one.after)]
    fields = ("parent_code", "other_union")
    codes = {parent_code, *(side.get(field) for side in sides for field in fields)}
    return queries.names_of(db.session(), [code for code in codes if code])


_LOOKS = {
    UnionAct.REGISTER: ("blue", "plus-lg"),
    UnionAct.COVER: ("grey", "plus-lg"),
    UnionAct.UNCOVER: ("grey", "dash-circle"),
    UnionAct.FOUND: ("green", "check-circle"),
    UnionAct.DISSOLVE: ("red", "x-circle"),
    UnionAct.MERGE: ("red", SCREENS[UnionAct.MERGE].icon),
    UnionAct.SPLIT: ("grey", SPLIT_ICON),
    UnionAct.ABSORB: ("blue", "people"),
}


def _event(one: UnionEventView, names: Mapping[str, str], people: Mapping[int, str]) -> Event:
    tone, icon = _LOOKS.get(one.act) or ("grey", SCREENS[one.act].icon)
    who = people.get(one.recorded_by or 0, "系统")
    said = [f"依据：{one.note}"] if one.note else []
    return Event(
        at=one.happened_on.isoformat() if one.happened_on else "日期未填",
        title=one.act.label,
        who=f"{who} {instant(one.recorded_at)} 登记",
        note="；".join([*differences(one, names), *said]),
        tone=tone,
        icon=icon,
    )


def differences(one: UnionEventView | Step, names: Mapping[str, str]) -> list[str]:
    """Return each field that an act changes as 名称：甲 → 乙."""
    lines = []
    for field in dict.fromkeys([*one.before, *one.after]):
        # What was not known before goes without saying; what is not known any more does not.
        values = [one.before[field]] if one.before.get(field) else []
        values += [one.after[field]] if field in one.after else []
        words = [names.get(value or "") or in_words(field, value) for value in values]
        lines.append(f"{LABELS[field]}：{' → '.join(words)}")
    return lines
