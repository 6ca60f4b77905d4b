"""Anomalies: searched for on request, listed with filters, looked at one by one and closed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.anomalies import operations, queries
from registry.anomalies.kinds import ABOUT_REVIEWERS, AnomalyKind, AnomalyState
from registry.anomalies.queries import AnomalyView, Counts, Wanted
from registry.clock import now
from registry.db import db
from registry.errors import InputRefused
from registry.jobs import anomalies as jobs
from registry.jobs import queries as work
from registry.jobs.wake import wake
from registry.members.queries import lines_within, sight_of
from registry.submissions import queries as submissions
from registry.unions import queries as unions
from registry.web import seeing
from registry.web.filters import instant
from registry.web.forms.anomalies import NoteForm
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.waiting import Card

blueprint = Blueprint("anomalies", __name__)
PAGE = 50
SEARCH_EVERY = timedelta(days=30)
ALL = "ALL"


@blueprint.get("/unions/<code>/anomalies")
@guard(Permission.VIEW_ANOMALIES)
def anomalies(code: str) -> str:
    """List the anomalies of a place, those that wait first."""
    session, place, wanted = db.session(), g.union, _wanted()
    may_audit = _may_audit()
    before = request.args.get("before", type=whole)
    found = queries.anomalies(
        session,
        place.county,
        place.path,
        wanted,
        about_reviewers=may_audit,
        before=before,
        limit=PAGE + 1,
    )
    counted = queries.counts(session, place.county, place.path, wanted, about_reviewers=may_audit)
    shown = found[:PAGE]
    people = [one for line in shown for one in (line.account_id, line.other_id, line.closed_by)]
    return render_template(
        "anomalies/anomalies.html",
        union=place,
        lines=shown,
        next=_after(shown[-1].id) if len(found) > PAGE else "",
        is_later=before is not None,
        chosen=request.args,
        state=wanted.state.value if wanted.state else ALL,
        kinds=_kinds(counted, may_audit=may_audit),
        states=[
            *((one.value, f"{one.label}（{counted.states[one]}）") for one in AnomalyState),
            (ALL, f"全部（{counted.states.total()}）"),
        ],
        units=_units(session, counted),
        names=unions.names_of(session, (line.union_code for line in shown)),
        people=display_names(session, people),
        may_search=may_audit and place.parent_code is None,
        now=work.search_progress(session, place.county) if may_audit else None,
        last=jobs.last_found(session, place.county),
    )


@blueprint.post("/unions/<code>/anomalies/search")
@guard(Permission.AUDIT_REVIEW)
def search(code: str) -> Response:
    """Have a worker look for anomalies."""
    wake(jobs.start(g.union.county, actor=g.actor))
    return redirect(url_for("anomalies.anomalies", code=code), 303)


@blueprint.get("/unions/<code>/anomalies/progress")
@guard(Permission.AUDIT_REVIEW)
def progress(code: str) -> str | Response:
    """Tell how far the search is; the page itself once it is over."""
    found = work.search_progress(db.session(), g.union.county)
    page = render_template("anomalies/job.html", union=g.union, now=found)
    if found is not None and found.state in ("WAITING", "RUNNING"):
        return page
    answer = Response(page, mimetype="text/html")
    answer.headers["HX-Redirect"] = url_for("anomalies.anomalies", code=code)
    return answer


@blueprint.get("/unions/<code>/anomalies/<int:number>")
@guard(Permission.VIEW_ANOMALIES)
def anomaly(code: str, number: int) -> str:
    """Show one anomaly and what it counts, masked."""
    return _page(_found(number), NoteForm(formdata=None))


@blueprint.post("/unions/<code>/anomalies/<int:number>/close")
@guard(Permission.VIEW_ANOMALIES)
def close(code: str, number: int) -> Response | tuple[str, int]:
    """Close an anomaly with a note."""
    found, form = _found(number), NoteForm()
    if not form.validate():
        return _page(found, form), 400
    try:
        operations.close(number, form.note.data or "", actor=g.actor)
    except InputRefused as error:
        form.note.errors = [error.message]
        return _page(found, form), 400
    flash(f"第 {number} 号异常已核查。事实没有变化，以后不再提出。", "success")
    return redirect(url_for("anomalies.anomalies", code=code), 303)


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What was found and not looked at; for the city also that it is time to search."""
    if not actor.has(Permission.VIEW_ANOMALIES):
        return
    page = url_for("anomalies.anomalies", code=actor.place)
    may_audit = actor.has(Permission.AUDIT_REVIEW)
    asked = Wanted(state=AnomalyState.OPEN)
    counted = queries.counts(session, actor.county, actor.path, asked, about_reviewers=may_audit)
    count = counted.states[AnomalyState.OPEN]
    if count:
        kinds = "，".join(
            f"{AnomalyKind(kind).label} {number} 条"
            for kind, number in counted.kinds.most_common(3)
        )
        yield Card("待核查的异常", count, "条", f"{kinds}。", page, "去核查", "search", "amber", 25)
    if may_audit:
        yield from seeing.alarm(session, actor.county, page)
        last = jobs.last_found(session, actor.county)
        if last is None or now() - last.at > SEARCH_EVERY:
            text = "还没有查找过。" if last is None else f"上次查找：{instant(last.at)}。"
            text += "建议每月查找一次，关账以前再查一次。"
            yield Card("异常该查找了", 1, "次", text, page, "去查找", "search", "grey", 5)


def _may_audit() -> bool:
    actor: Actor = g.actor
    return actor.has(Permission.AUDIT_REVIEW)


def _after(number: int) -> str:
    kept: dict[str, Any] = {**request.args.to_dict(), "before": number}
    return url_for("anomalies.anomalies", code=g.union.code, **kept)


def _wanted() -> Wanted:
    kind, state = request.args.get("kind", ""), request.args.get("state", AnomalyState.OPEN.value)
    unit = request.args.get("unit", "")
    return Wanted(
        AnomalyKind(kind) if kind in set(AnomalyKind) else None,
        f"{g.union.path}{unit}/" if unit.isdigit() else "",
        AnomalyState(state) if state in set(AnomalyState) else None,
    )


def _kinds(counted: Counts, *, may_audit: bool) -> list[tuple[str, str]]:
    return [
        (kind.value, f"{kind.label}（{counted.kinds[kind]}）")
        for kind in AnomalyKind
        if may_audit or kind not in ABOUT_REVIEWERS
    ]


def _units(session: Session, counted: Counts) -> list[tuple[str, str]]:
    """Return the units of a county, each with how many anomalies concern it."""
    if g.union.parent_code is not None:
        return []
    units = [one for one in unions.children(session, g.union.code) if not one.is_grassroots]
    return [(one.code, f"{one.name}（{counted.within(one.path)}）") for one in units]


def _found(number: int) -> AnomalyView:
    place = g.union
    return queries.find(
        db.session(), place.county, place.path, number, about_reviewers=_may_audit()
    )


def _page(found: AnomalyView, form: NoteForm) -> str:
    session, place = db.session(), g.union
    sight = sight_of(g.actor.path)
    members = lines_within(session, place.county, found.evidence.members, g.actor.path, sight)
    rosters = submissions.some(session, place.county, found.evidence.submissions, g.actor.path)
    codes = [one.union_code for one in members] + [one.union_code for one in rosters]
    return render_template(
        "anomalies/anomaly.html",
        union=place,
        anomaly=found,
        form=form,
        members=members,
        hidden=len(found.evidence.members) - len(members),
        rosters=rosters,
        names=unions.names_of(session, [found.union_code, *codes]),
        people=display_names(session, [found.account_id, found.other_id, found.closed_by]),
        is_own=g.actor.account_id in {found.account_id, found.other_id},
    )
