"""Campaigns: the list of a place, beginning one, how far it is, prolonging and closing it."""

from datetime import date
from typing import NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.campaigns import operations, queries
from registry.campaigns.operations import Plan
from registry.campaigns.progress import Progress, UnionProgress, of_unions, total
from registry.campaigns.queries import CampaignView
from registry.campaigns.states import CampaignKind, Stage
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused
from registry.submissions import confirming
from registry.totals.metrics import Ratio
from registry.unions import queries as unions
from registry.unions.queries import Union
from registry.web import registrations
from registry.web.campaign_cards import days_left, standing_in
from registry.web.forms.campaigns import CampaignForm, DueForm
from registry.web.frame import can
from registry.web.guard import guard

blueprint = Blueprint("campaigns", __name__)


class Part(NamedTuple):
    """A line of a campaign's table: a unit or a union, and how far it is."""

    code: str
    name: str
    progress: Progress

    @property
    def share(self) -> str:
        """The share of the members who are verified."""
        return share_of(self.progress)


@blueprint.get("/unions/<code>/campaigns")
@guard(Permission.VIEW_CAMPAIGNS)
def campaigns(code: str) -> str:
    """List the campaigns that concern a place, with how far the open ones are."""
    session, place = db.session(), g.union
    found = queries.campaigns(session, place.county, place.path)
    stages = {one.id: one.stage(today()) for one in found}
    going = [one for one in found if stages[one.id] in (Stage.RUNNING, Stage.LATE)]
    lines = of_unions(session, place.county, place.path, going)
    return render_template(
        "campaigns/campaigns.html",
        union=place,
        registrations=queries.campaigns(session, place.county, place.path, CampaignKind.REGISTER),
        now=today(),
        campaigns=found,
        stages=stages,
        progress={one.id: total(each) for one, each in zip(going, lines, strict=True)},
        share_of=share_of,
        standing=standing_in(session, place, going),
        names=unions.names_of(session, [part for one in found for part in scope_codes(one)]),
        scope_codes=scope_codes,
        days_left=days_left,
    )


@blueprint.get("/unions/<code>/campaigns/begin")
@guard(Permission.RUN_CAMPAIGNS)
def beginning(code: str) -> str:
    """Show the form to begin a campaign."""
    return _beginning(CampaignForm(_units(), formdata=None, opens_on=today()))


@blueprint.post("/unions/<code>/campaigns/begin")
@guard(Permission.RUN_CAMPAIGNS)
def begin(code: str) -> Response | tuple[str, int]:
    """Begin a campaign."""
    form = CampaignForm(_units())
    opens_on, due_on = form.opens_on.data, form.due_on.data
    if not form.validate() or opens_on is None or due_on is None:
        return _beginning(form), 400
    plan = Plan(
        form.title.data or "",
        opens_on,
        due_on,
        form.note.data or "",
        form.units.data or () if form.units else (),
        bool(form.ends_when_due.data),
    )
    try:
        number = operations.begin(code, plan, actor=g.actor)
    except InputRefused as error:
        fields = {"title": form.title, "note": form.note, "opens": form.opens_on}
        fields.get(error.code.partition(".")[2], form.due_on).errors = [error.message]
        return _beginning(form), 400
    flash("复核活动已经建好，各工会经办员的工作台会提醒。", "success")
    return redirect(url_for("campaigns.campaign", code=code, number=number), 303)


@blueprint.get("/unions/<code>/campaigns/<int:number>")
@guard(Permission.VIEW_CAMPAIGNS)
def campaign(code: str, number: int) -> str:
    """Show how far a campaign is, by the parts directly below the place."""
    return _page(number, DueForm(formdata=None))


@blueprint.post("/unions/<code>/campaigns/<int:number>/due")
@guard(Permission.RUN_CAMPAIGNS)
def change_due(code: str, number: int) -> Response | tuple[str, int]:
    """Set another last day."""
    form = DueForm()
    due_on = form.due_on.data
    if form.validate() and due_on is not None:
        try:
            operations.change_due(number, due_on, actor=g.actor)
        except InputRefused as error:
            form.due_on.errors = [error.message]
        else:
            flash("截止日期已经更改。", "success")
            return redirect(url_for("campaigns.campaign", code=code, number=number), 303)
    return _page(number, form), 400


@blueprint.post("/unions/<code>/campaigns/<int:number>/close")
@guard(Permission.RUN_CAMPAIGNS)
def close(code: str, number: int) -> Response:
    """Close a campaign."""
    operations.close(number, actor=g.actor)
    flash("活动已经结束。各工会没有提交的草稿和待审的行照常办理。", "success")
    return redirect(url_for("campaigns.campaign", code=code, number=number), 303)


def share_of(progress: Progress) -> str:
    """Return the share of the members asked for who are verified, rounded down."""
    return Ratio(progress.verified, progress.asked).shown


def scope_codes(one: CampaignView) -> list[str]:
    """Return the codes of the places a campaign is for."""
    return [path.strip("/").rpartition("/")[2] for path in one.scope]


def _units() -> list[tuple[str, str]]:
    below = unions.children(db.session(), g.union.code)
    return [(one.code, one.name) for one in below if not one.is_grassroots]


def _beginning(form: CampaignForm) -> str:
    return render_template("campaigns/begin.html", form=form, today=today())


def _page(number: int, form: DueForm) -> str:
    one = queries.find(db.session(), g.union.county, g.union.path, number)
    return registrations.page(one, form) if one.is_registration else _verification(one, form)


def _verification(one: CampaignView, form: DueForm) -> str:
    session, place = db.session(), g.union
    [lines] = of_unions(session, place.county, place.path, [one])
    on = one.last_day(today())
    gone = [line for line in lines if line.is_gone]
    may_run = can(Permission.RUN_CAMPAIGNS, one.path) and one.path.startswith(g.actor.path)
    return render_template(
        "campaigns/campaign.html",
        union=place,
        campaign=one,
        stage=one.stage(today()),
        on=on,
        parts=_parts(session, place, lines),
        total=Part(place.code, place.name, total(lines)),
        gone=(len(gone), sum(line.progress.open for line in gone)),
        above=[
            each
            for each in unions.ancestors(session, place.path)[:-1]
            if each.path.startswith(g.actor.path)
        ],
        names=unions.names_of(session, [*scope_codes(one), one.union_code]),
        scope_codes=scope_codes(one),
        standing=standing_in(session, place, [one]).get(one.id),
        draft=confirming.draft_of(session, place) if place.is_grassroots else None,
        days_left=_left(one, on),
        may_run=may_run and one.stage(today()) is not Stage.CLOSED,
        form=form,
    )


def _left(one: CampaignView, on: date) -> str:
    return "" if one.stage(on) in (Stage.CLOSED, Stage.ANNOUNCED) else days_left(one)


def _parts(session: Session, place: Union, lines: list[UnionProgress]) -> list[Part]:
    """Return the parts directly below a place with anybody to verify, by their codes."""
    if place.parent_code is not None:
        return [Part(one.code, one.name, one.progress) for one in lines if not one.is_gone]
    parts = []
    for unit in unions.children(session, place.code):
        within = [one for one in lines if one.path.startswith(unit.path)]
        if within:
            parts.append(Part(unit.code, unit.name, total(within)))
    return parts
