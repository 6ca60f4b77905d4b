"""The unions of a place: how many should be, what they are, how many members; a new one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import today
from registry.codes import code_list
from registry.db import db
from registry.errors import InputRefused
from registry.members.counts import UnionCounts, tallied
from registry.submissions.listing import last_by_union
from registry.submissions.queries import SubmissionView
from registry.totals.metrics import Ratio
from registry.unions import book, lifecycle, queries
from registry.unions.directory import DUE_WITHIN, Listed, Wanted, count, listed, standing
from registry.unions.lifecycle import NewUnion
from registry.unions.particulars import Particulars
from registry.unions.queries import Union
from registry.unions.states import FORMED, NOT_YET, UnionState
from registry.web import downloads
from registry.web.forms.unions import RegisterForm
from registry.web.guard import guard
from registry.web.waiting import Card

blueprint = Blueprint("unions", __name__)
PAGE = 50
_FILTERS = ("search", "unit", "state", "kind")
_DUE = "due"
# What the filter by state offers: those that exist, of these the ones to elect anew; those that
# should be and are not yet, of these the ones being prepared.
_STATES = {
    "active": ("已建", FORMED),
    _DUE: ("已建，换届到期", FORMED),
    "not_yet": ("未建（含筹备）", NOT_YET),
    "preparing": ("筹备", {UnionState.PREPARING}),
    "dissolved": ("撤销", {UnionState.DISSOLVED}),
}


@dataclass(frozen=True)
class Line:
    """A union with its figures. `employees` is None where it never declared any."""

    listed: Listed
    employees: int | None
    counts: UnionCounts
    last: SubmissionView | None

    @property
    def union(self) -> Union:
        """The union itself."""
        return self.listed.union

    @property
    def is_due(self) -> bool:
        """Whether an election is to be prepared, or late."""
        ends = self.listed.term_ends_on
        return self.union.is_formed and ends is not None and ends <= today() + DUE_WITHIN

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
    chosen = {name: request.args.get(name, "").strip() for name in _FILTERS}
    after = request.args.get("after", "")
    units = _units_below(place)
    below = next((one.path for one in units if one.code == chosen["unit"]), place.path)
    wanted = _wanted(chosen)
    found = listed(session, below, wanted, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    following = ""
    if len(found) > PAGE:
        narrowed: dict[str, Any] = {name: value or None for name, value in chosen.items()}
        last = shown[-1].union.code
        following = url_for("unions.directory", code=code, **narrowed, after=last)
    return render_template(
        "unions/directory.html",
        lines=_lines(place, below, shown),
        total=count(session, below, wanted),
        units=[(one.code, one.name) for one in units],
        unit_names={one.code: one.name for one in units},
        states=[(value, label) for value, (label, _) in _STATES.items()],
        kinds=[(one.code, one.label) for one in code_list("union_kind")],
        chosen=chosen,
        standing=standing(session, place.path, today()),
        due=count(session, place.path, _due()),
        due_days=DUE_WITHIN.days,
        today=today(),
        is_later=bool(after),
        next=following,
    )


@blueprint.get("/unions/<code>/unions/file")
@guard(Permission.VIEW_UNIONS)
def file(code: str) -> Response:
    """Give the register of a place's unions as a workbook."""
    exported = book.export(code, actor=g.actor)
    return downloads.attachment(exported.content, f"工会组织-{code}-{today().isoformat()}.xlsx")


@blueprint.get("/unions/<code>/unions/new")
@guard(Permission.MANAGE_UNIONS)
def entering(code: str) -> str:
    """Show the form to enter a union."""
    return _entering(_register_form(formdata=None))


@blueprint.post("/unions/<code>/unions/new")
@guard(Permission.MANAGE_UNIONS)
def enter(code: str) -> Response | tuple[str, int]:
    """Enter a union."""
    form = _register_form()
    if form.validate():
        known = Particulars(kind=form.kind.data or "")
        told = (form.name.data or "", form.begins_as, form.on.data, known, form.note.data or "")
        try:
            entered = lifecycle.register(form.unit.data, NewUnion(*told), actor=g.actor)
        except InputRefused as error:
            form.refuse(error)
        else:
            flash(f"已登记，工会代码 {entered}。其余内容请用“变更信息”补上。", "success")
            return redirect(url_for("union.page", code=entered), 303)
    return _entering(form), 400


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """How many unions have to elect anew."""
    if not actor.has(Permission.MANAGE_UNIONS):
        return
    due = count(session, actor.path, _due())
    if due:
        yield Card(
            "换届到期的工会",
            due,
            "家",
            f"任期已经届满，或者 {DUE_WITHIN.days} 天以内届满。",
            url_for("unions.directory", code=actor.place, state=_DUE),
            "查看",
            "calendar-event",
            "amber",
            10,
        )


def _units_below(place: Union) -> list[Union]:
    return [one for one in queries.children(db.session(), place.code) if not one.is_grassroots]


def _wanted(chosen: dict[str, str]) -> Wanted:
    narrowed = _due() if chosen["state"] == _DUE else Wanted()
    _, states = _STATES.get(chosen["state"], ("", frozenset()))
    return narrowed._replace(search=chosen["search"], states=states, kind=chosen["kind"])


def _due() -> Wanted:
    return Wanted(due_by=today() + DUE_WITHIN)


def _register_form(**values: Any) -> RegisterForm:
    units = _units_below(g.union) or [g.union]
    return RegisterForm([(one.code, one.name) for one in units], **values)


def _entering(form: RegisterForm) -> str:
    return render_template("unions/register.html", form=form, today=today())


def _lines(place: Union, below: str, shown: list[Listed]) -> list[Line]:
    session, day = db.session(), today()
    codes = [one.union.code for one in shown]
    employees = queries.headcounts(session, place.county, below, day)
    counts = tallied(session, place.county, day, codes)
    last = last_by_union(session, place.county, codes)
    return [
        Line(one, employees.get(code), counts.get(code, UnionCounts()), last.get(code))
        for code, one in zip(codes, shown, strict=True)
    ]
