"""The reference register 医疗互助基础库 beside the members: work lists, loading, pre-filling."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import today
from registry.db import db
from registry.errors import Busy, InputRefused, NotFound, RosterRefused
from registry.identity.mask import Sight
from registry.members.queries import sight_of
from registry.reference import operations, queries, roster
from registry.roster.blank import write_blank
from registry.totals.metrics import Ratio
from registry.totals.queries import Figures, totals
from registry.web.downloads import attachment, taken_by
from registry.web.forms.reference import LoadForm
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.uploads import content_of
from registry.web.waiting import Card

blueprint = Blueprint("reference", __name__)
PAGE = 50


class Side(StrEnum):
    """Which of the two work lists is shown."""

    BASE = "base"
    REGISTER = "register"

    @property
    def label(self) -> str:
        """The list's name on the screen."""
        return {"base": "基础库有、会员库没有", "register": "会员库有、基础库没有"}[self]


@blueprint.get("/unions/<code>/reference")
@guard(Permission.VIEW_REFERENCE)
def reference(code: str) -> str:
    """Show the two work lists of a union, or how the unions of a federation stand."""
    return _lists_page() if g.union.is_grassroots else _parts_page()


@blueprint.get("/unions/<code>/reference/prefilled.xlsx")
@guard(Permission.WORK_ROSTER)
def prefilled(code: str) -> Response:
    """Give a roster with the people filled in who are no members yet, numbers masked."""
    rows = roster.rows_of(code, actor=g.actor)
    return attachment(
        write_blank(rows, taken_by()),
        f"{g.union.name}未入会人员（基础库预填）.xlsx",
    )


@blueprint.get("/unions/<code>/reference/loads")
@guard(Permission.LOAD_REGISTER)
def loads(code: str) -> str:
    """Show the upload form and what was loaded before."""
    return _loads_page(LoadForm(formdata=None))


@blueprint.post("/unions/<code>/reference/loads")
@guard(Permission.LOAD_REGISTER)
def receive(code: str) -> Response | tuple[str, int]:
    """Load a workbook, and show what became of its rows."""
    form = LoadForm()
    if not form.validate_on_submit():
        return _loads_page(form), 400
    try:
        number = _loaded(form, code, content_of(form))
    except (InputRefused, RosterRefused, Busy) as error:
        field = form.year if error.code == "reference.year" else form.file
        field.errors = [error.message]
        return _loads_page(form), 400
    flash("载入完成。会员库没有变化，基础库只用来核对和预填。", "success")
    return redirect(url_for("reference.load", code=code, load_id=number), 303)


@blueprint.get("/unions/<code>/reference/loads/<int:load_id>")
@guard(Permission.LOAD_REGISTER)
def load(code: str, load_id: int) -> str:
    """Show what became of the rows of a workbook."""
    _check_county()
    session = db.session()
    found, faults = queries.load_of(session, g.union.county, load_id)
    return render_template(
        "reference/load.html",
        load=found,
        faults=faults,
        who=display_names(session, [found.loaded_by]),
    )


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """Who is in the reference register of a clerk's union and no member yet."""
    if not (actor.has(Permission.VIEW_REFERENCE) and actor.has(Permission.WORK_ROSTER)):
        return
    here = queries.counts_of(session, actor.county, actor.place)
    if here.missing:
        yield Card(
            "基础库里还没有入会的人",
            here.missing,
            "人",
            "参加过医疗互助，不是会员。可以下载预填好的名册，补全后报送。",
            url_for("reference.reference", code=actor.place),
            "去看看",
            "database",
            "grey",
        )


def _loaded(form: LoadForm, code: str, content: bytes) -> int:
    return operations.load(
        content,
        file_name=form.file.data.filename or "",
        county=code,
        actor=g.actor,
        year=form.year.data,
        claimed_sha256=(form.sha256.data or "").strip(),
    )


def _check_county() -> None:
    if g.union.code != g.union.county:
        raise NotFound("reference.place", "基础库由市级载入，这里没有。")


def _loads_page(form: LoadForm) -> str:
    _check_county()
    session = db.session()
    before = request.args.get("before", type=whole)
    found = queries.loads(session, g.union.county, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return render_template(
        "reference/loads.html",
        form=form,
        loads=shown,
        is_later=before is not None,
        next=_address("loads", before=shown[-1].id) if len(found) > PAGE else "",
        who=display_names(session, [one.loaded_by for one in shown]),
    )


def _lists_page() -> str:
    session, union, sight = db.session(), g.union, sight_of(g.actor.path)
    side = Side.REGISTER if request.args.get("side") == Side.REGISTER else Side.BASE
    after = max(request.args.get("after", 0, type=whole), 0)
    ask = queries.not_members if side is Side.BASE else queries.not_in_base
    found = ask(session, union, sight, after=after, limit=PAGE + 1)
    lines = found[:PAGE]
    counts = queries.counts_of(session, union.county, union.code)
    of_union = sight is Sight.OWN_UNION
    return render_template(
        "reference/lists.html",
        union=union,
        side=side.value,
        counts=counts,
        of_union=of_union,
        tab_items=[
            (one.label, _address(side=one.value), count, one is side, "amber" if count else "grey")
            for one, count in (
                (Side.BASE, counts.missing),
                # Who stands there under another union is no business of this one.
                (Side.REGISTER, None if of_union else counts.unknown),
            )
        ],
        lines=lines,
        count={Side.BASE: counts.missing, Side.REGISTER: None if of_union else counts.unknown}[
            side
        ],
        here=_address(side=side.value),
        is_later=bool(after),
        next=_address(side=side.value, after=lines[-1].id) if len(found) > PAGE else "",
    )


def _parts_page() -> str:
    session, union = db.session(), g.union
    found = totals(session, union.code, today())
    is_county = union.parent_code is None
    inside = sum(part.reference.people for part in found.parts)
    unplaced = found.total.reference.people - inside if is_county else 0
    return render_template(
        "reference/parts.html",
        union=union,
        is_county=is_county,
        total=_counts(found.total),
        rates=_rates(_counts(found.total)),
        parts=[(part, _counts(part), _rates(_counts(part))[0]) for part in found.parts],
        unplaced=unplaced,
        names=queries.unplaced(session, union.county) if unplaced else [],
        may_load=is_county and can(Permission.LOAD_REGISTER, union.path),
    )


def _counts(one: Figures) -> queries.Counts:
    return queries.Counts(*one.reference, one.members + one.retained)


def _rates(counts: queries.Counts) -> tuple[Ratio, Ratio]:
    """Return which share of the people are members, and of the members are known."""
    return Ratio(counts.matched, counts.people), Ratio(counts.known, counts.members)


def _address(page: str = "reference", **more: Any) -> str:
    return url_for(f"reference.{page}", code=g.union.code, **more)
