"""Registrations: beginning one, its page for city, unit and union, units that begin, stop, pass."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.campaigns import registering, turns
from registry.campaigns.operations import Plan
from registry.campaigns.queries import CampaignView
from registry.campaigns.registering import Planned, Registration
from registry.campaigns.series import Reached, progress_series
from registry.campaigns.states import Phase, Stage, UnitState
from registry.campaigns.targets import Figure, standing
from registry.clock import today
from registry.codes import code_list
from registry.db import db
from registry.errors import InputRefused
from registry.phases.gates import PhaseStanding, standings
from registry.phases.operations import pass_phase
from registry.totals.metrics import Ratio
from registry.unions import queries as unions
from registry.web.forms.campaigns import DueForm
from registry.web.forms.registrations import RegistrationForm
from registry.web.frame import can
from registry.web.guard import guard

blueprint = Blueprint("registrations", __name__)
WEEK = 7


class Line(NamedTuple):
    """A unit of a registration's table."""

    code: str
    name: str
    state: UnitState
    figure: Figure
    phase: PhaseStanding | None


@blueprint.get("/unions/<code>/campaigns/register")
@guard(Permission.RUN_REGISTRATION)
def beginning(code: str) -> str:
    """Show the form to begin a registration."""
    return _beginning(RegistrationForm(_units(), _kinds(), formdata=None, opens_on=today()))


@blueprint.post("/unions/<code>/campaigns/register")
@guard(Permission.RUN_REGISTRATION)
def begin(code: str) -> Response | tuple[str, int]:
    """Begin a registration."""
    form = RegistrationForm(_units(), _kinds())
    if not form.validate():
        return _beginning(form), 400
    try:
        number = registering.begin(code, _registration(form), actor=g.actor)
    except InputRefused as error:
        fields: dict[str, Any] = {
            "title": form.title,
            "note": form.note,
            "due": form.due_on,
            "share": form.count_share,
            "kinds": form.kinds,
            "pilot": form.pilot,
        }
        fields.get(error.code.partition(".")[2], form.survey).errors = [error.message]
        return _beginning(form), 400
    flash("实名登记已经建好。下一步：给各单位下达目标。", "success")
    return redirect(url_for("targets.grid", code=code, number=number), 303)


@blueprint.post("/unions/<code>/campaigns/<int:number>/start")
@guard(Permission.RUN_REGISTRATION)
def start(code: str, number: int) -> Response:
    """Let units begin: those named in the form, else the one in the address."""
    chosen = request.form.getlist("unit") or [code]
    turns.start(number, chosen, request.form.get("reason", ""), actor=g.actor)
    flash(f"已启动 {len(chosen)} 个单位。", "success")
    return _back(code, number)


@blueprint.post("/unions/<code>/campaigns/<int:number>/stop")
@guard(Permission.RUN_REGISTRATION)
def stop(code: str, number: int) -> Response:
    """Stop the unit in the address."""
    try:
        turns.stop(number, code, request.form.get("reason", ""), actor=g.actor)
    except InputRefused as error:
        flash(f"没有停止：{error.message}", "error")
    else:
        flash("已停止。从今天起，这个单位不计入完成数和目标。", "success")
    return _back(code, number)


@blueprint.post("/unions/<code>/campaigns/<int:number>/pass")
@guard(Permission.RUN_CAMPAIGNS)
def passing(code: str, number: int) -> Response:
    """Note that the unit in the address has passed a phase."""
    asked = request.form.get("phase", "")
    phase = Phase(asked) if asked in set(Phase) else Phase.SURVEY
    try:
        pass_phase(number, code, phase, request.form.get("note", ""), actor=g.actor)
    except InputRefused as error:
        flash(f"没有通过：{error.message}", "error")
    else:
        flash(f"{phase.label}已通过，记入留痕。", "success")
    return _back(code, number)


def page(one: CampaignView, form: DueForm) -> str:
    """Return a registration's page as the present place sees it."""
    session, place = db.session(), g.union
    on = one.last_day(today())
    unit = place.parent_code if place.is_grassroots else place.code
    aimed = standing(session, one, on)
    phases = standings(session, one, place.path, on)
    states = turns.states_of(turned := turns.turns(session, one.county, one.id, max(on, today())))
    scope = turns.units_of(session, one.county, one.id)
    may_run = can(Permission.RUN_REGISTRATION, one.path) and one.stage(today()) is not Stage.CLOSED
    return render_template(
        "registrations/registration.html",
        union=place,
        campaign=one,
        stage=one.stage(today()),
        on=on,
        figure=aimed.of(str(unit)),
        state=states.get(str(unit), UnitState.WAITING),
        lines=[
            Line(
                code,
                name,
                states.get(code, UnitState.WAITING),
                aimed.of(code),
                next((each for each in phases.get(code, []) if each.is_next), None),
            )
            for code, name in scope.items()
            if place.parent_code is None
        ],
        phases=phases.get(str(unit), []),
        waiting=[code for code in scope if code not in states],
        weeks=[] if place.is_grassroots else _weeks(session, one, place.path, on),
        turned=[each for each in turned if place.parent_code is None or each.union_code == unit],
        names=scope | {one.county: unions.names_of(session, [one.county]).get(one.county, "")},
        people=display_names(session, [each.recorded_by for each in turned]),
        kinds=[code_list("union_kind").label(kind) for kind in one.kinds],
        may_run=may_run,
        may_pass=can(Permission.RUN_CAMPAIGNS, place.path)
        and one.stage(today()) is not Stage.CLOSED,
        form=form,
        ratio=Ratio,
    )


def _weeks(session: Session, one: CampaignView, path: str, on: date) -> Sequence[Reached]:
    """Return every seventh day since the opening, and the last."""
    if on < one.opens_on:
        return []
    days = progress_series(session, one.county, path, one, one.opens_on, on, on)
    return [*days[:-1:WEEK], days[-1]]


def _registration(form: RegistrationForm) -> Registration:
    opens_on, due_on = form.opens_on.data or today(), form.due_on.data or today()
    ends = {
        Phase.SURVEY: (form.survey.data, form.survey_share.data),
        Phase.COUNT: (form.count.data, form.count_share.data),
        Phase.VERIFY: (form.verify.data, 100),
    }
    plan = Plan(
        form.title.data or "",
        opens_on,
        due_on,
        form.note.data or "",
        form.units.data or (),
        bool(form.ends_when_due.data),
    )
    phases = [Planned(phase, day or due_on, share or 0) for phase, (day, share) in ends.items()]
    return Registration(plan, phases, form.kinds.data or (), form.pilot.data or ())


def _units() -> Sequence[tuple[str, str]]:
    below = unions.children(db.session(), g.union.code)
    return [(one.code, one.name) for one in below if not one.is_grassroots]


def _kinds() -> Sequence[tuple[str, str]]:
    return [(one.code, one.label) for one in code_list("union_kind")]


def _beginning(form: RegistrationForm) -> str:
    return render_template("registrations/begin.html", form=form)


def _back(code: str, number: int) -> Response:
    return redirect(url_for("campaigns.campaign", code=code, number=number), 303)
