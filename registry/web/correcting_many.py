"""Correcting many rows of a draft in one act, and undoing what was corrected."""

from flask import Blueprint, flash, g, redirect, request
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.errors import InputRefused, RegistryError, StateRefused
from registry.roster.columns import COLUMN
from registry.submissions import corrections, undoing
from registry.submissions.storing import SENSITIVE
from registry.web import check_page
from registry.web.check_view import place_of, view_sent
from registry.web.correcting import whole_page
from registry.web.guard import guard
from registry.web.numbers import row_number

_ONE_UNION = "那家工会也报的，只有先审核通过的一家入库。"

blueprint = Blueprint("correcting_many", __name__)


@blueprint.post("/submissions/<int:submission_id>/alike")
@guard(Permission.WORK_ROSTER)
def alike(submission_id: int) -> Response:
    """Put one value wherever the same wrong one stands as in a given row."""
    field, fault = request.form.get("field", ""), request.form.get("fault", "")
    row = request.form.get("row", 0, type=row_number)
    new = (request.form.get("suggested") or request.form.get("value", "")).strip()
    view = view_sent()
    back = view.address(submission_id)
    if field not in COLUMN or field in SENSITIVE:
        raise InputRefused("edit.unknown_field", "没有这一列，请刷新页面后重试。")
    if not new:
        flash(f"请先填写“{COLUMN[field].label}”要改成什么，再点“全部改正”。", "warning")
        return redirect(back, 303)
    try:
        opened = corrections.open_for_correction(submission_id, [row], g.actor)
        if row not in opened:
            raise InputRefused("row.unknown", "这一行刚有变化，请刷新页面后重试。")
        old = corrections.shown(opened[row], field)
        corrected = corrections.edit_alike(
            submission_id, field, old, new, actor=g.actor, code=fault, place=view.place()
        )
    except (InputRefused, StateRefused) as error:
        return _refused(error, back)
    if corrected.rows:
        count, label = len(corrected.rows), COLUMN[field].label
        flash(f"已把 {count} 行的“{label}”改为“{new}”，并重新校验。", "success")
    else:
        flash("这些行刚被他人改动过，已为您显示最新内容，没有改动。", "warning")
    return whole_page(back)


@blueprint.post("/submissions/<int:submission_id>/answers")
@guard(Permission.WORK_ROSTER)
def answer(submission_id: int) -> Response:
    """Take one value for the whole roster for each column that is not there."""
    view = view_sent()
    back = view.address(submission_id)
    asked = {one.column.field for one in check_page.asked_once(g.submission)}
    given = {field: text.strip() for field, text in request.form.items() if field in asked}
    given = {field: text for field, text in given.items() if text}
    if not given:
        flash("请至少选择一项，再保存。", "warning")
        return redirect(back, 303)
    named = [(field, f"was-{field}") for field in given]
    seen = {field: request.form[was] for field, was in named if was in request.form}
    labels = "、".join(COLUMN[field].label for field in given)
    try:
        corrections.answer_columns(
            submission_id, given, actor=g.actor, seen=seen, place=view.place()
        )
    except (InputRefused, StateRefused) as error:
        typed = "、".join(f"{COLUMN[field].label}“{text}”" for field, text in given.items())
        return _refused(error, back, f"您刚才选的是{typed}，没有保存。")
    flash(f"已为整张表填写：{labels}，并重新校验。", "success")
    return redirect(back, 303)


@blueprint.post("/submissions/<int:submission_id>/rows/<row:row>/keep")
@guard(Permission.WORK_ROSTER)
def keep(submission_id: int, row: int) -> Response:
    """Of the rows of one person leave out all but this one."""
    view = view_sent()
    back = view.address_back(submission_id) if view.back else view.address(submission_id, row)
    try:
        done = corrections.keep_one(submission_id, row, actor=g.actor, place=view.place(row))
    except StateRefused as error:
        return _refused(error, back)
    if done.rows:
        flash(f"只留第 {row} 行，重复的 {len(done.rows)} 行不报；随时可以撤销。", "success")
    else:
        flash(f"已留下第 {row} 行。和它重复的行不在这份草稿里，{_ONE_UNION}", "success")
    return redirect(back, 303)


@blueprint.post("/submissions/<int:submission_id>/keep-first")
@guard(Permission.WORK_ROSTER)
def keep_first(submission_id: int) -> Response:
    """Of each group of rows that say the same leave out all but the first."""
    view = view_sent()
    back = view.address(submission_id)
    try:
        done = corrections.keep_first(submission_id, actor=g.actor, place=view.place())
    except StateRefused as error:
        return _refused(error, back)
    if done.rows:
        flash(f"相同的行各留第一行，{len(done.rows)} 行不报；随时可以撤销。", "success")
    else:
        flash("没有完全相同的重复行了。", "warning")
    return redirect(back, 303)


@blueprint.post("/submissions/<int:submission_id>/undo")
@guard(Permission.WORK_ROSTER)
def undo(submission_id: int) -> Response:
    """Undo a step of correcting; the page opens where it was made."""
    view = view_sent()
    number = request.form.get("step", 0, type=row_number)
    try:
        done = undoing.undo(submission_id, number, actor=g.actor)
    except StateRefused as error:
        return _refused(error, view.address(submission_id))
    flash(f"已撤销：{done.what}", "success")
    there, row = place_of(done.place)
    return redirect((there or view).address(submission_id, row), 303)


def _refused(error: RegistryError, back: str, typed: str = "") -> Response:
    return whole_page(back, error.message + typed)
