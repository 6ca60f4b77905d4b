"""Correcting a row of a draft in the page: its cells, the whole row, left out, its neighbours."""

import json
from collections.abc import Mapping

from flask import Blueprint, flash, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.db import db
from registry.errors import InputRefused, RegistryError, StateRefused
from registry.roster.columns import COLUMN, COLUMNS
from registry.submissions import checking, corrections, queries
from registry.submissions.checking import Tab
from registry.submissions.states import RowState
from registry.submissions.storing import StoredFinding
from registry.web import check_page
from registry.web.check_rows import fields_of, options
from registry.web.check_view import View, is_row, view_sent
from registry.web.guard import guard
from registry.web.numbers import row_number

blueprint = Blueprint("correcting", __name__)
_SHOWN_AT_ONCE = 100
_STANDS = {"error": "还需改正", "warning": "已保存，还有提醒"}
_WAS = "was-"  # beside each cell of the whole row: what stood in it when the page was made


@blueprint.get("/submissions/<int:submission_id>/rows/<row:row>")
@guard(Permission.WORK_ROSTER)
def whole_row(submission_id: int, row: int) -> str:
    """Show all cells of one row, in full, to be corrected."""
    return _row_page(submission_id, row, {})


@blueprint.post("/submissions/<int:submission_id>/rows/<row:row>")
@guard(Permission.WORK_ROSTER)
def edit(submission_id: int, row: int) -> Response:
    """Save cells of a row: one cell from the check page, or the whole row."""
    values = _typed()
    version = request.form.get("version", type=row_number)
    view = view_sent()
    try:
        before = queries.row(db.session(), g.submission, row)
        if not by_htmx():
            values = _really_changed(submission_id, row, values)
        if values:
            corrected = corrections.edit_row(
                submission_id, row, values, actor=g.actor, version=version, place=view.place(row)
            )
    except (StateRefused, InputRefused) as error:
        if not by_htmx() and error.code in ("row.changed", "edit.too_long"):
            flash(error.message, "error")
            return make_response(_row_page(submission_id, row, values), 409)
        return _refused(error, submission_id, row)
    if not by_htmx():
        flash(f"第 {row} 行已保存并重新校验。" if values else "没有改动。", "success")
        return redirect(view.address(submission_id, row), 303)
    return _fragments(submission_id, row, values, corrected.touched, before.findings)


@blueprint.post("/submissions/<int:submission_id>/rows/<row:row>/exclude")
@guard(Permission.WORK_ROSTER)
def exclude(submission_id: int, row: int) -> Response:
    """Leave a row out, or (take_in) take it in again."""
    excluded = not request.form.get("take_in")
    view = view_sent()
    try:
        corrected = corrections.exclude_row(
            submission_id,
            row,
            actor=g.actor,
            excluded=excluded,
            version=request.form.get("version", type=row_number),
            place=view.place(row),
        )
    except StateRefused as error:
        return _refused(error, submission_id, row)
    if by_htmx():
        return _fragments(submission_id, row, {}, corrected.touched, ())
    flash(f"第 {row} 行已{'排除，不会提交' if excluded else '恢复'}。", "success")
    return redirect(view.address(submission_id, row), 303)


@blueprint.get("/submissions/<int:submission_id>/rows/<row:row>/around")
@guard(Permission.WORK_ROSTER)
def around(submission_id: int, row: int) -> Response:
    """Show the rows before and after a row: among those of the page, or on a page of their own."""
    if by_htmx():
        body = check_page.around(g.submission, row, _shown_rows(), view_sent())
        return make_response(body)
    numbers = checking.around(db.session(), g.submission, row)
    near = View(Tab.ALL, numbers=tuple(numbers), mark=row, back=view_sent().place(row))
    return redirect(near.address(submission_id, row), 303)


def by_htmx() -> bool:
    """Tell whether a fragment is asked for."""
    return bool(request.headers.get("HX-Request"))


def whole_page(address: str, message: str = "") -> Response:
    """Send the browser to a page, from a form or from htmx; `message` says what was refused."""
    if message:
        flash(message, "error")
    if by_htmx():
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = address
        return answer
    return redirect(address, 303)


def _row_page(submission_id: int, row: int, typed: Mapping[str, str]) -> str:
    """Return the page of a whole row; what was `typed` and not saved stands in it again."""
    found = queries.row(db.session(), g.submission, row)
    corrections.demand_editable(found)
    opened = corrections.open_for_correction(submission_id, [row], g.actor)
    said: dict[str, list[StoredFinding]] = {}
    for one in found.findings:
        said.setdefault(one.field or "", []).append(one)
    present = fields_of(g.submission)
    return render_template(
        "roster/row.html",
        submission=g.submission,
        row=found,
        cells=[
            (column, corrections.shown(opened[row], column.field), options(column))
            for column in COLUMNS
            if column.field in present and column.requirement != "ignored"
        ],
        typed=typed,
        said=said,
        first_faulty=_first_faulty(said),
        view=view_sent(),
        back=view_sent().address(submission_id, row),
    )


def _first_faulty(said: Mapping[str, list[StoredFinding]]) -> str:
    """Return the field to start with: the first with an error, else the first with a warning."""
    for severity in ("error", "warning"):
        for column in COLUMNS:
            if any(one.severity == severity for one in said.get(column.field, ())):
                return column.field
    return ""


def _typed() -> dict[str, str]:
    return {field: text for field, text in request.form.items() if field in COLUMN}


def _fragments(
    submission_id: int,
    row: int,
    values: Mapping[str, str],
    touched: list[int],
    faults: tuple[StoredFinding, ...] | list[StoredFinding],
) -> Response:
    answer = check_page.changed(
        submission_id, row, tuple(values), touched, _shown_rows(), view_sent(), faults
    )
    answer.headers["HX-Trigger"] = json.dumps({"announce": _outcome(submission_id, row)})
    return answer


def _outcome(submission_id: int, row: int) -> str:
    """What is read aloud after a change."""
    session = db.session()
    submission = queries.find(session, submission_id)
    found = queries.row(session, submission, row)
    is_out = found.state is RowState.EXCLUDED
    said = "已排除" if is_out else _STANDS.get(found.worst, "已改好")
    left = submission.error_count
    rest = f"还有 {left} 行需要改正。" if left else "没有需要改正的行了。"
    return f"第 {row} 行{said}，{rest}"


def _refused(error: RegistryError, submission_id: int, row: int) -> Response:
    """Say why a change was not made; the row is shown as it is now."""
    view = view_sent()
    if not by_htmx():
        flash(error.message, "error")
        # By itself: what somebody else did may have taken the row out of what was looked at.
        alone = View(Tab.ALL, numbers=(row,), mark=row, back=view.place(row))
        return redirect(alone.address(submission_id, row), 303)
    typed = [text for text in _typed().values() if text]
    if error.code not in ("row.changed", "edit.too_long"):
        return whole_page(view.address(submission_id), error.message)
    answer = check_page.changed(submission_id, row, (), (), _shown_rows(), view)
    text = error.message + (f"您刚才填的是“{typed[0][:60]}”，没有保存。" if typed else "")
    answer.headers["HX-Trigger"] = json.dumps({"tell": {"text": text, "tone": "amber", "row": row}})
    return answer


def _really_changed(submission_id: int, row: int, values: Mapping[str, str]) -> dict[str, str]:
    """Of a whole row's form only what the clerk changed in it: what differs from what stood in the
    form, or else from what stands there now.
    """
    opened = corrections.open_for_correction(submission_id, [row], g.actor, recorded=[row])
    return {
        field: text
        for field, text in values.items()
        if text.strip()
        != request.form.get(_WAS + field, corrections.shown(opened[row], field)).strip()
    }


def _shown_rows() -> list[int]:
    parts = request.values.get("shown", "").split(",")[:_SHOWN_AT_ONCE]
    return [int(part) for part in parts if is_row(part)]
