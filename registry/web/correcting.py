"""Correcting a draft in the page: cells, whole rows, all alike, columns that are not there."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.db import db
from registry.errors import InputRefused, RegistryError, StateRefused
from registry.roster.columns import COLUMN, COLUMNS
from registry.submissions import corrections, queries
from registry.submissions.checking import Tab
from registry.submissions.states import RowState
from registry.submissions.storing import SENSITIVE, StoredFinding
from registry.web import check_page
from registry.web.check_page import View
from registry.web.check_rows import fields_of, options
from registry.web.guard import guard

blueprint = Blueprint("correcting", __name__)
_SHOWN_AT_ONCE = 100


@blueprint.get("/submissions/<int:submission_id>/rows/<int:row>")
@guard(Permission.WORK_ROSTER)
def whole_row(submission_id: int, row: int) -> str:
    """Show all cells of one row, in full, to be corrected."""
    opened = corrections.open_for_correction(submission_id, [row], g.actor)
    found = queries.row(db.session(), g.submission, row)
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
        said=said,
        back=_back(submission_id, found.state is RowState.EXCLUDED),
    )


@blueprint.post("/submissions/<int:submission_id>/rows/<int:row>")
@guard(Permission.WORK_ROSTER)
def edit(submission_id: int, row: int) -> Response:
    """Save cells of a row: one cell from the check page, or the whole row."""
    values = {field: text for field, text in request.form.items() if field in COLUMN}
    version = request.form.get("version", type=int)
    try:
        before = queries.row(db.session(), g.submission, row)
        if not _by_htmx():
            values = _really_changed(submission_id, row, values)
        if values:
            corrected = corrections.edit_row(
                submission_id, row, values, actor=g.actor, version=version
            )
    except (StateRefused, InputRefused) as error:
        return _refused(error, submission_id, row)
    if not _by_htmx():
        flash(f"第 {row} 行已保存并重新校验。" if values else "没有改动。", "success")
        return redirect(_back(submission_id), 303)
    return _fragments(submission_id, row, values, corrected.touched, before.findings)


@blueprint.post("/submissions/<int:submission_id>/rows/<int:row>/exclude")
@guard(Permission.WORK_ROSTER)
def exclude(submission_id: int, row: int) -> Response:
    """Leave a row out, or (take_in) take it in again."""
    excluded = not request.form.get("take_in")
    try:
        corrected = corrections.exclude_row(submission_id, row, actor=g.actor, excluded=excluded)
    except StateRefused as error:
        return _refused(error, submission_id, row)
    if _by_htmx():
        return _fragments(submission_id, row, {}, corrected.touched, ())
    flash(f"第 {row} 行已{'排除，不会提交' if excluded else '恢复'}。", "success")
    return redirect(_back(submission_id), 303)


@blueprint.post("/submissions/<int:submission_id>/alike")
@guard(Permission.WORK_ROSTER)
def alike(submission_id: int) -> Response:
    """Put one value wherever the same wrong one stands as in a given row."""
    field, fault = request.form.get("field", ""), request.form.get("fault", "")
    row, new = request.form.get("row", 0, type=int), request.form.get("value", "").strip()
    if field not in COLUMN or field in SENSITIVE:
        raise InputRefused("edit.unknown_field", "没有这一列，请刷新页面后重试。")
    if not new:
        flash(f"请先填写“{COLUMN[field].label}”要改成什么，再点“全部改正”。", "warning")
        return redirect(_back(submission_id), 303)
    opened = corrections.open_for_correction(submission_id, [row], g.actor)
    if row not in opened:
        raise InputRefused("row.unknown", "这一行刚有变化，请刷新页面后重试。")
    old = corrections.shown(opened[row], field)
    corrected = corrections.edit_alike(submission_id, field, old, new, actor=g.actor, code=fault)
    flash(
        f"已把 {len(corrected.rows)} 行的“{COLUMN[field].label}”改为“{new}”，并重新校验。",
        "success",
    )
    return _whole_page(_back(submission_id))


@blueprint.post("/submissions/<int:submission_id>/answers")
@guard(Permission.WORK_ROSTER)
def answer(submission_id: int) -> Response:
    """Take one value for the whole roster for each column that is not there."""
    asked = {one.column.field for one in check_page.asked_once(g.submission)}
    given = {field: text.strip() for field, text in request.form.items() if field in asked}
    given = {field: text for field, text in given.items() if text}
    if not given:
        flash("请至少选择一项，再保存。", "warning")
        return redirect(_back(submission_id), 303)
    try:
        corrections.answer_columns(submission_id, given, actor=g.actor)
    except InputRefused as error:
        flash(error.message, "error")
    else:
        labels = "、".join(COLUMN[field].label for field in given)
        flash(f"已为整张表填写：{labels}，并重新校验。", "success")
    return redirect(_back(submission_id), 303)


def _fragments(
    submission_id: int,
    row: int,
    values: Mapping[str, str],
    touched: list[int],
    faults: tuple[StoredFinding, ...] | list[StoredFinding],
) -> Response:
    body = check_page.changed(
        submission_id, row, tuple(values), touched, _shown_rows(), _view(), faults
    )
    answer = make_response(body)
    answer.headers["HX-Trigger"] = json.dumps({"announce": _outcome(submission_id, row)})
    return answer


def _outcome(submission_id: int, row: int) -> str:
    """What is read aloud after a change."""
    session = db.session()
    submission = queries.find(session, submission_id)
    found = queries.row(session, submission, row)
    if found.state is RowState.EXCLUDED:
        said = "已排除"
    else:
        said = "还需改正" if found.worst == "error" else "已改好"
    left = submission.error_count
    rest = f"还有 {left} 行需要改正。" if left else "没有需要改正的行了。"
    return f"第 {row} 行{said}，{rest}"


def _refused(error: RegistryError, submission_id: int, row: int) -> Response:
    """Say why a change was not made; the row is shown as it is now."""
    if not _by_htmx():
        flash(error.message, "error")
        return redirect(_back(submission_id), 303)
    typed = [text for field, text in request.form.items() if field in COLUMN and text]
    if error.code not in ("row.changed", "edit.too_long"):
        return _whole_page(_back(submission_id), error.message)
    answer = make_response(check_page.changed(submission_id, row, (), (), _shown_rows(), _view()))
    text = error.message + (f"您刚才填的是“{typed[0][:60]}”，没有保存。" if typed else "")
    answer.headers["HX-Trigger"] = json.dumps({"tell": {"text": text, "tone": "amber"}})
    return answer


def _really_changed(submission_id: int, row: int, values: Mapping[str, str]) -> dict[str, str]:
    """Of a whole row's form only what differs from what stands there."""
    opened = corrections.open_for_correction(submission_id, [row], g.actor, recorded=[row])
    return {
        field: text
        for field, text in values.items()
        if text.strip() != corrections.shown(opened[row], field).strip()
    }


def _view() -> View:
    tab = request.form.get("tab", "")
    return View(Tab(tab) if tab in list(Tab) else Tab.ERROR, request.form.get("code", ""))


def _shown_rows() -> list[int]:
    parts = request.form.get("shown", "").split(",")[:_SHOWN_AT_ONCE]
    return [int(part) for part in parts if part.isascii() and part.isdigit()]


def _by_htmx() -> bool:
    return bool(request.headers.get("HX-Request"))


def _back(submission_id: int, excluded: bool = False) -> str:
    """Return the check page, as it was looked at where the form says so."""
    args: dict[str, Any] = {name: request.values.get(name) for name in ("tab", "code", "after")}
    if excluded:
        args["tab"] = Tab.EXCLUDED.value
    kept = {name: value for name, value in args.items() if value}
    return url_for("roster.submission", submission_id=submission_id, **kept)


def _whole_page(address: str, message: str = "") -> Response:
    if message:
        flash(message, "error")
    if _by_htmx():
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = address
        return answer
    return redirect(address, 303)
