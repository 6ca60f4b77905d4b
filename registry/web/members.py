"""The members' register: masked lists, one member's record, who looked at whom."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.errors import Busy, InputRefused, NotFound
from registry.identity.mask import Sight
from registry.members import operations, queries
from registry.members.counts import UnionCounts, live_below, tallied
from registry.privacy import looked
from registry.privacy.taken import files
from registry.totals.queries import Figures, totals
from registry.unions import queries as unions
from registry.web import seeing
from registry.web.forms.members import LookUpForm, OpenForm
from registry.web.guard import guard
from registry.web.member_page import page_of
from registry.web.numbers import whole
from registry.web.trail_labels import action_label
from registry.web.waiting import Card

blueprint = Blueprint("members", __name__)
PAGE = 50
OVERDUE = "overdue"
UNIONS = 200  # the unions of a review unit on one page


@blueprint.get("/unions/<code>/members")
@guard(Permission.VIEW_MEMBERS)
def members(code: str) -> str:
    """List a union's members, or the unions of a federation whose members may be opened."""
    form = LookUpForm(formdata=None)
    return _list_page(form) if g.union.is_grassroots else _unions_page(form)


@blueprint.post("/unions/<code>/members/look-up")
@guard(Permission.VIEW_MEMBERS)
def look_up(code: str) -> Response | tuple[str, int]:
    """Go to the member with a document number; the number never stands in an address."""
    form = LookUpForm()
    if form.validate_on_submit():
        try:
            found = operations.look_up(form.number.data or "", actor=g.actor)
        except (InputRefused, NotFound, Busy) as error:
            form.number.errors = [error.message]
        else:
            line = found.line
            return redirect(
                url_for("members.member", code=line.union_code, member_id=line.member_id), 303
            )
    return (_list_page(form) if g.union.is_grassroots else _unions_page(form)), 400


@blueprint.get("/unions/<code>/members/<int:member_id>")
@guard(Permission.VIEW_MEMBERS)
def member(code: str, member_id: int) -> str:
    """Show one member, masked, with the history and who looked."""
    return page_of(member_id, OpenForm(formdata=None))


@blueprint.post("/unions/<code>/members/<int:member_id>")
@guard(Permission.OPEN_MEMBER)
def open_member(code: str, member_id: int) -> Response:
    """Show the full number or mobile for a short while, for a reason that goes on the trail."""
    demand(g.actor, Permission.VIEW_MEMBERS, g.union.path)  # the page shows the member
    queries.record_of(
        db.session(), g.union.county, member_id, queries.sight_of(g.actor.path), union_code=code
    )
    return seeing.answer(
        lambda field, why: operations.open_member(
            g.union.county, member_id, field, actor=g.actor, why=why
        ),
        lambda form, shown: page_of(member_id, form, shown),
        url_for("members.member", code=code, member_id=member_id),
    )


@blueprint.get("/unions/<code>/looks")
@guard(Permission.VIEW_MEMBERS)
def looked_at(code: str) -> str:
    """List who looked at the full numbers of members, and who took files of them along."""
    before = request.args.get("before", type=whole)
    found = looked.in_union(
        db.session(),
        g.union.county,
        code,
        queries.sight_of(g.actor.path),
        before=before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    return render_template(
        "members/looks.html",
        union=g.union,
        looks=shown,
        files=files(db.session(), g.union) if before is None else [],
        action_label=action_label,
        is_later=before is not None,
        next_page=url_for("members.looked_at", code=code, before=shown[-1].number)
        if len(found) > PAGE
        else "",
    )


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """How many members there are, for who sees members but no city-wide totals."""
    if not actor.has(Permission.VIEW_MEMBERS) or actor.has(Permission.RECONCILE):
        return
    above = not unions.find(session, actor.place).is_grassroots
    members, retained = live_below(session, actor.county, actor.path, today())
    yield Card(
        "在会会员",
        members,
        "人",
        f"另有保留会籍 {retained:,} 人" if retained else "已经审核入库的会员",
        url_for("members.members", code=actor.place, state=None if above else "ACTIVE"),
        "查看会员名册",
        "people",
    )


def _list_page(form: LookUpForm) -> str:
    session, union = db.session(), g.union
    search, state, on, overdue = _asked()
    place = (session, union.county, union.code, queries.sight_of(g.actor.path))
    chosen: dict[str, Any] = {"search": search, "state": state, "on": on, "overdue": overdue}
    after = max(request.args.get("after", 0, type=whole), 0)
    found = queries.members_of(*place, **chosen, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    before = queries.page_before(*place, **chosen, after=after, limit=PAGE) if after else None
    check = OVERDUE if overdue else ""
    kept = {
        "search": search,
        "state": state,
        "on": on.isoformat() if on else "",
        "check": check,
    }
    kept = {name: value for name, value in kept.items() if value}
    counts = tallied(session, union.county, on or today(), [union.code])
    return render_template(
        "members/members.html",
        union=union,
        members=shown,
        counts=counts.get(union.code, UnionCounts()),
        count=_count(counts.get(union.code, UnionCounts()), search or check, state, on),
        states=list(queries.STATES.items()),
        search=search,
        state=state or "",
        check=check,
        on=on,
        kept=kept,
        form=form,
        surname_only=queries.sight_of(g.actor.path) is Sight.COUNTY,
        previous_page="" if before is None else _page(**kept, after=before or None),
        next_page=_page(**kept, after=shown[-1].membership_id) if len(found) > PAGE else "",
    )


def _asked() -> tuple[str, Any, date | None, bool]:
    """Return name, state and past day asked for, and whether only those who are overdue; what
    cannot be meant is left aside.
    """
    search = request.args.get("search", "").strip()[:50]
    on = _day(request.args.get("on", ""))
    state = None if on else queries.state_named(request.args.get("state", ""))
    return search, state, on, on is None and request.args.get("check") == OVERDUE


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < today() else None


def _count(counts: UnionCounts, search: str, state: str | None, on: date | None) -> int | None:
    """Return how many there are in all, where the tallies know it."""
    if search:
        return None
    by_state = {None: counts.active + counts.retained, "ACTIVE": counts.active}
    return (by_state | {"RETAINED": counts.retained}).get(state)


def _page(**kept: Any) -> str:
    return url_for("members.members", code=g.union.code, **kept)


def _unions_page(form: LookUpForm) -> str:
    session, union = db.session(), g.union
    search = request.args.get("search", "").strip()[:50]
    found = totals(session, union.code, today())
    if not search and union.parent_code is None:
        lines = [(part, part.members, part.retained) for part in found.parts]
        return _unions_rendered(form, found.total, lines)
    after = request.args.get("after", "")[:16]
    below = unions.grassroots(session, union.path, search=search, after=after, limit=UNIONS + 1)
    shown = below[:UNIONS]
    counts = tallied(session, union.county, today(), [one.code for one in shown])
    pairs: list[Any] = [(one, *_members_in(counts.get(one.code))) for one in shown]
    next_page = _page(search=search or None, after=shown[-1].code) if len(below) > UNIONS else ""
    return _unions_rendered(form, found.total, pairs, search, next_page)


def _members_in(counts: UnionCounts | None) -> tuple[int, int]:
    return (counts.active, counts.retained) if counts else (0, 0)


def _unions_rendered(
    form: LookUpForm, total: Figures, lines: list[Any], search: str = "", next_page: str = ""
) -> str:
    return render_template(
        "members/unions.html",
        union=g.union,
        total=total,
        lines=lines,
        search=search,
        form=form,
        next_page=next_page,
        is_later=bool(request.args.get("after")),
    )
