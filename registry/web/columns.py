"""What each column of an uploaded file is: asked where something is unsure, changed on demand."""

from typing import NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.db import db
from registry.errors import InputRefused, RosterRefused
from registry.jobs import layouts
from registry.jobs import queries as work
from registry.jobs.wake import wake
from registry.roster.columns import COLUMN
from registry.roster.layout import Doubt, Why
from registry.roster.preview import PreviewColumn, SheetPreview
from registry.submissions.queries import SubmissionView
from registry.submissions.states import State
from registry.web.forms.base import Form
from registry.web.forms.columns import columns_form, name_of
from registry.web.guard import guard

blueprint = Blueprint("columns", __name__)
_NEEDED = ("full_name", "document_number")


class Line(NamedTuple):
    """One column on the page; `why` says what is unsure about it, "" for nothing."""

    column: PreviewColumn
    name: str
    why: str


@blueprint.get("/submissions/<int:submission_id>/columns")
@guard(Permission.WORK_ROSTER)
def show(submission_id: int) -> Response | str:
    """Show the columns of a draft's file with what they may be."""
    found: SubmissionView = g.submission
    if found.state is not State.DRAFT or found.original is None:
        return redirect(url_for("roster.submission", submission_id=found.id), 303)
    try:
        sheets = layouts.sheets_of(found.id, actor=g.actor, sheet=request.args.get("sheet"))
    except RosterRefused as error:
        flash(error.message, "error")
        return redirect(url_for("roster.upload", code=found.union_code), 303)
    sheet = next(one for one in sheets if one.chosen)
    form = columns_form(sheet.columns, formdata=None, data=_guesses(sheet))
    return _page(sheets, sheet, form)


@blueprint.post("/submissions/<int:submission_id>/columns")
@guard(Permission.WORK_ROSTER)
def confirm(submission_id: int) -> Response | tuple[str, int]:
    """Take what the clerk says and have the file read by it."""
    name = request.form.get("sheet", "")
    sheets = layouts.sheets_of(submission_id, actor=g.actor, sheet=name)
    sheet = next(one for one in sheets if one.chosen)
    form = columns_form(sheet.columns)
    said = {one.column: form[name_of(one.column)].data or "" for one in sheet.columns}
    if not form.validate():
        return _page(sheets, sheet, form, "有一列的选择没有收到，请重新选择后再确认。"), 400
    try:
        batch = layouts.confirm_columns(submission_id, sheet=name, columns=said, actor=g.actor)
    except InputRefused as error:
        return _page(sheets, sheet, form, error.message), 400
    wake(batch)
    return redirect(url_for("roster.submission", submission_id=submission_id), 303)


def _page(sheets: list[SheetPreview], sheet: SheetPreview, form: Form, error: str = "") -> str:
    found: SubmissionView = g.submission
    doubts = {doubt.column: doubt for doubt in sheet.doubts}
    lines = [Line(one, name_of(one.column), _why(doubts.get(one.column))) for one in sheet.columns]
    there = {one.field for one in sheet.columns}
    now = work.progress(db.session(), found.county, found.id)
    return render_template(
        "roster/columns.html",
        submission=found,
        union=g.union,
        form=form,
        sheets=sheets,
        sheet=sheet,
        unsure=[line for line in lines if line.why],
        settled=[line for line in lines if not line.why],
        missing=[COLUMN[field].label for field in _NEEDED if field not in there],
        error=error,
        told=_told(now),
    )


def _told(now: work.Progress | None) -> str | None:
    """Return why reading by what was confirmed before did not do."""
    if now is None or now.state != "ASKING" or now.error_code == "file.missing_column":
        return None
    return now.error_message


def _guesses(sheet: SheetPreview) -> dict[str, str]:
    """Return what each column most likely is; of two that claim one field, the one that has it."""
    guesses = {
        doubt.column: doubt.guess or "" for doubt in sheet.doubts if doubt.why is not Why.TWICE
    }
    return {"sheet": sheet.name} | {
        name_of(one.column): one.field or guesses.get(one.column, "") for one in sheet.columns
    }


def _why(doubt: Doubt | None) -> str:
    if doubt is None or doubt.guess is None:
        return ""
    label = COLUMN[doubt.guess].label
    return {
        Why.NEAR: f"列名与“{label}”相近，是不是这一项？",
        Why.LOOKS: f"这一列的内容像{label}，是不是这一项？",
        Why.TWICE: f"另有一列也是“{label}”，内容不一样。请选定用哪一列，另一列选“不读取这一列”。",
    }[doubt.why]
