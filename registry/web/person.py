"""One person by hand: who enters, what changed of a member, a membership that ends or rests.

Three steps on one address: the form, what will be sent (nothing is stored yet), sent. `step` in
the form says which: empty to look it over, `submit`, `edit` to go back, `keep` to keep a draft.
"""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.codes import code_list
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.members import queries
from registry.members.queries import MemberRecord
from registry.roster.columns import COLUMN
from registry.roster.labels import labels_of
from registry.submissions import operations
from registry.submissions.by_hand import FROM_NUMBER, Judged, enter_by_hand, judge_by_hand
from registry.submissions.storing import StoredFinding
from registry.web import notices
from registry.web.forms.notices import Told
from registry.web.forms.person import JoinForm, MembershipForm, ParticularsForm, PersonForm
from registry.web.guard import guard
from registry.web.member_page import CHANGES

blueprint = Blueprint("person", __name__)
Answer = Response | str | tuple[str, int]
_CORRECTING = "入会"


@blueprint.route("/unions/<code>/person", methods=["GET", "POST"])
@guard(Permission.WORK_ROSTER)
def join(code: str) -> Answer:
    """Somebody enters: all that a roster row would say."""
    _demand_grassroots()
    form = JoinForm()
    if request.method == "GET":
        form.document_kind.data, form.change.data = "居民身份证", "入会"
    return _steps("join", form, form.values())


@blueprint.route("/unions/<code>/members/<int:member_id>/particulars", methods=["GET", "POST"])
@guard(Permission.WORK_ROSTER)
def particulars(code: str, member_id: int) -> Answer:
    """What changed of a member; a field left blank leaves what is known."""
    record = _member(member_id, ("ACTIVE",))
    if record.line.is_restricted:
        raise StateRefused("member.restricted", "这位会员的信息限制处理，解除限制以后才能变更。")
    form = ParticularsForm()
    if request.method == "GET":
        known = labels_of(record.line.particulars)
        for name, field in form.roster_fields().items():
            field.data = known.get(name, "")
    form.mobile.description = f"现在登记的是 {record.line.mobile or '（没有）'}。没有换号请留空。"
    given = {"change": _CORRECTING, "changed_on": record.line.began_on or ""}
    return _steps("particulars", form, form.values() | given, record)


@blueprint.route("/unions/<code>/members/<int:member_id>/membership", methods=["GET", "POST"])
@guard(Permission.WORK_ROSTER)
def membership(code: str, member_id: int) -> Answer:
    """A membership ends, rests or resumes; the number is read in the vault, not typed."""
    record = _member(member_id, ("ACTIVE", "RETAINED", "TRANSFERRING"))
    form = MembershipForm()
    # 恢复在会 is the roster's 入会 for somebody whose membership rests.
    form.change.choices = {
        _change_label(number): verb for number, verb in CHANGES[record.line.state]
    }
    if request.method == "GET":
        form.change.data = _change_label(request.args.get("change", ""))
    return _steps("membership", form, form.values(), record)


def _steps(
    kind: str, form: PersonForm, values: dict[str, str], record: MemberRecord | None = None
) -> Answer:
    """Show the form, look what was typed over, or send it; what cannot be sent stays typed."""
    step = request.form.get("step", "")
    if request.method == "GET" or step == "edit":
        return _form_page(kind, form, record)
    if not form.validate_on_submit():
        return _form_page(kind, form, record), 400
    told = Told(formdata=request.form if step == "submit" else None)
    try:
        if step == "keep" or (step == "submit" and notices.is_told(told, g.union.county)):
            return _entered(values, record, told, send=step == "submit")
        judged = judge_by_hand(g.union.code, values, actor=g.actor, member_id=_id(record))
    except (InputRefused, StateRefused) as error:
        form.form_errors.append(error.message)
        return _form_page(kind, form, record), 400
    if judged.has_error:
        _show_errors(form, judged.findings)
        return _form_page(kind, form, record, may_keep=True), 400
    return _look_over_page(kind, form, judged, told, record)


def _entered(
    values: dict[str, str], record: MemberRecord | None, told: Told, *, send: bool
) -> Response:
    number = enter_by_hand(g.union.code, values, actor=g.actor, member_id=_id(record))
    page = url_for("roster.submission", submission_id=number)
    if not send:
        flash("已存为草稿，还没有提交。改正后请点“提交审核”。", "info")
        return redirect(page, 303)
    try:
        outcome = operations.submit(number, actor=g.actor, notice=told.notice.data)
    except StateRefused as error:
        # Somebody else changed the register meanwhile: the draft shows what is to be done.
        flash(error.message, "error")
        return redirect(page, 303)
    said = "这份登记刚才已经提交，没有重复报送。" if outcome.already else "已提交审核（1 人）。"
    flash(f"{said}上级工会审核通过后生效。", "success")
    return redirect(page, 303)


def _show_errors(form: PersonForm, findings: Iterable[StoredFinding]) -> None:
    fields = form.roster_fields()
    errors = [one for one in findings if one.severity == "error"]
    number_is_wrong = any(one.field == "document_number" for one in errors)
    for one in errors:
        if number_is_wrong and one.field in FROM_NUMBER and one.code == "cell.required":
            continue  # a sound number will say it
        field = fields.get(one.field or "")
        if field is not None:
            field.errors = [*field.errors, one.message]
        else:
            label = COLUMN[one.field].label if one.field in COLUMN else ""
            form.form_errors.append(f"{label}：{one.message}" if label else one.message)


def _form_page(
    kind: str, form: PersonForm, record: MemberRecord | None, *, may_keep: bool = False
) -> str:
    return render_template(f"person/{kind}.html", may_keep=may_keep, **_context(kind, form, record))


def _look_over_page(
    kind: str, form: PersonForm, judged: Judged, told: Told, record: MemberRecord | None
) -> str:
    said = [one.message for one in judged.findings if one.severity == "warning"]
    repaired = [one.message for one in judged.findings if one.severity == "fixed"]
    return render_template(
        "person/look_over.html",
        judged=judged,
        match=judged.match.value if judged.match else "",
        warnings=list(dict.fromkeys(said)),
        repaired=list(dict.fromkeys(repaired)),
        facts=_facts(kind, form, judged),
        told_form=told,
        **notices.asked(g.union.county),
        **_context(kind, form, record),
    )


def _context(kind: str, form: PersonForm, record: MemberRecord | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "form": form,
        "union": g.union,
        "record": record,
        "line": record.line if record else None,
        "here": request.path,
        "back": url_for("members.member", code=g.union.code, member_id=record.line.member_id)
        if record
        else url_for("members.members", code=g.union.code),
    }


def _facts(kind: str, form: PersonForm, judged: Judged) -> list[tuple[str, str]]:
    """Return what will be sent, as labels; the number as it was typed."""
    typed = {name: text for name, text in form.values().items() if text.strip()}
    if kind == "particulars":
        return [(one.label, f"{one.before} → {one.after}") for one in judged.changes]
    shown = typed | {name: label for name, label in judged.labels.items() if name in typed}
    if kind == "join":
        shown |= {n: judged.labels[n] for n in ("sex", "born_on") if n in judged.labels}
    return [(COLUMN[name].label, shown[name]) for name in form.roster_fields() if name in shown]


def _member(member_id: int, states: tuple[str, ...]) -> MemberRecord:
    _demand_grassroots()
    record = queries.record_of(
        db.session(),
        g.union.county,
        member_id,
        queries.sight_of(g.actor.path),
        union_code=g.union.code,
    )
    if record.line.state not in states:
        raise StateRefused(
            "member.state",
            f"这位会员现在{record.line.state.label}，不能这样办理。请返回会员页面查看最新情况。",
        )
    return record


def _change_label(code: str) -> str:
    changes = code_list("membership_change")
    return changes.label(code) if code in changes else ""


def _id(record: MemberRecord | None) -> int | None:
    return record.line.member_id if record else None


def _demand_grassroots() -> None:
    if not g.union.is_grassroots:
        raise NotFound("place.unknown", "只有基层工会有会员，请先打开一家基层工会。")
