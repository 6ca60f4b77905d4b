"""A workbook of unions: sent, looked at row by row, then applied or given up."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.db import db
from registry.errors import Busy, InputRefused, NotFound, RosterRefused, StateRefused
from registry.unions import queries
from registry.unions.book import COLUMN
from registry.unions.intake import operations
from registry.unions.intake.lines import Line, Outcome, Step
from registry.unions.intake.queries import Intake, held, intake, intakes
from registry.unions.intake.rules import Fault
from registry.unions.particulars import LABELS, Particulars, in_words
from registry.web.downloads import attachment
from registry.web.forms.union_intake import UnionListForm
from registry.web.guard import guard
from registry.web.numbers import row_number, whole
from registry.web.union import differences
from registry.web.uploads import content_of

blueprint = Blueprint("union_intake", __name__)
PAGE = 50
# Which rows are shown first: those that somebody has to look at.
_ORDER = (Outcome.REFUSED, Outcome.CHANGED, Outcome.NEW, Outcome.SAME)


class Shown(NamedTuple):
    """A row: what would happen, and where in Excel something is wrong."""

    line: Line
    acts: list[str]
    faults: list[tuple[str, str]]


@blueprint.get("/unions/<code>/unions/imports")
@guard(Permission.MANAGE_UNIONS)
def sending(code: str) -> str:
    """Show the form, and what was read here before."""
    return _sending(UnionListForm(formdata=None))


@blueprint.post("/unions/<code>/unions/imports")
@guard(Permission.MANAGE_UNIONS)
def receive(code: str) -> Response | tuple[str, int]:
    """Read a workbook, and show what it would do."""
    form = UnionListForm()
    if not form.validate_on_submit():
        return _sending(form), 400
    try:
        number = operations.receive(
            content_of(form),
            file_name=form.file.data.filename or "",
            code=code,
            actor=g.actor,
            claimed_sha256=(form.sha256.data or "").strip(),
        )
    except (InputRefused, RosterRefused, Busy) as error:
        form.file.errors = [error.message]
        return _sending(form), 400
    return redirect(_address("preview", number=number), 303)


@blueprint.get("/unions/<code>/unions/imports/<int:number>")
@guard(Permission.MANAGE_UNIONS)
def preview(code: str, number: int) -> str:
    """Show what a workbook would do, or did, a kind of outcome at a time."""
    session = db.session()
    found = intake(session, g.union, number)
    which = _which(found, request.args.get("show", ""))
    after = request.args.get("after", 0, type=row_number)
    rest = [one for one in found.lines if one.outcome is which and one.row > after]
    shown = rest[:PAGE]
    following = ""
    if len(rest) > PAGE:
        following = _address("preview", number=number, show=which.value, after=shown[-1].row)
    steps = [step for one in shown for step in one.steps]
    names = queries.names_of(session, {step.after.get("parent_code") or "" for step in steps})
    who = [one for one in (found.view.read_by, found.view.decided_by) if one]
    return render_template(
        "unions/import.html",
        found=found,
        which=which,
        outcomes=_ORDER,
        shown=[_shown(one, found, names) for one in shown],
        to_do=found.view.new_count + found.view.changed_count,
        who=display_names(session, who),
        here=_address("preview", number=number),
        is_later=after > 0,
        next=following,
    )


@blueprint.post("/unions/<code>/unions/imports/<int:number>/apply")
@guard(Permission.MANAGE_UNIONS)
def apply(code: str, number: int) -> Response:
    """Do what was shown."""
    try:
        done = operations.apply(code, number, actor=g.actor)
    except (InputRefused, StateRefused) as error:
        flash(error.message, "error")
    else:
        new, changed = (done.get(one, 0) for one in (Outcome.NEW, Outcome.CHANGED))
        flash(f"已导入：新登记 {new:,} 家，变更 {changed:,} 家。", "success")
    return redirect(_address("preview", number=number), 303)


@blueprint.post("/unions/<code>/unions/imports/<int:number>/drop")
@guard(Permission.MANAGE_UNIONS)
def drop(code: str, number: int) -> Response:
    """Give a workbook up."""
    try:
        operations.drop(code, number, actor=g.actor)
    except StateRefused as error:
        flash(error.message, "error")
        return redirect(_address("preview", number=number), 303)
    flash("已放弃，工会登记没有变化。", "success")
    return redirect(_address("sending"), 303)


@blueprint.get("/unions/<code>/unions/imports/<int:number>/held.xlsx")
@guard(Permission.MANAGE_UNIONS)
def held_back(code: str, number: int) -> Response:
    """Give the refused rows as a workbook that can be put right and imported."""
    found = intake(db.session(), g.union, number)
    return attachment(held(found.lines), f"没有导入的工会-{number}.xlsx")


def _sending(form: UnionListForm) -> str:
    if g.union.is_grassroots:
        raise NotFound("union.intake_place", "工会名单由上级工会导入，这里没有。")
    session = db.session()
    before = request.args.get("before", type=whole)
    found = intakes(session, g.union, before=before, limit=PAGE + 1)
    shown = found[:PAGE]
    return render_template(
        "unions/imports.html",
        form=form,
        intakes=shown,
        labels=[column.label for column in COLUMN.values()],
        who=display_names(session, [one.read_by for one in shown]),
        is_later=before is not None,
        next=_address("sending", before=shown[-1].id) if len(found) > PAGE else "",
    )


def _which(found: Intake, asked: str) -> Outcome:
    if asked in set(Outcome):
        return Outcome(asked)
    return next((one for one in _ORDER if found.view.counts[one]), Outcome.SAME)


def _shown(line: Line, found: Intake, names: Mapping[str, str]) -> Shown:
    letters = found.about.letters
    acts = [_act(step, names) for step in line.steps]
    if line.outcome is Outcome.NEW:
        told = [(field, line.told.get(field)) for field in Particulars._fields]
        acts += [f"{LABELS[field]}：{in_words(field, text)}" for field, text in told if text]
    return Shown(line, acts, [(_place(one, letters), one.message) for one in line.faults])


def _act(step: Step, names: Mapping[str, str]) -> str:
    """Return an act as 换届（2021-05-04）：任期届满：甲 → 乙."""
    day = f"（{step.on.isoformat()}）" if step.on else ""
    said = "；".join(differences(step, names))
    return f"{step.act.label}{day}{'：' if said else ''}{said}"


def _place(one: Fault, letters: Mapping[str, str]) -> str:
    """Return where in Excel a fault is: 工会类型（G 列）."""
    if one.field is None:
        return ""
    letter = letters.get(one.field)
    return COLUMN[one.field].label + (f"（{letter} 列）" if letter else "")


def _address(page: str, **more: Any) -> str:
    return url_for(f"union_intake.{page}", code=g.union.code, **more)
