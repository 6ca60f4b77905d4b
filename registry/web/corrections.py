"""What a union asks to be put right of its members: name and document number."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.codes import code_list
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.members import queries as members
from registry.members.queries import sight_of
from registry.review.identities import asking, queries
from registry.review.identities.asking import FIELDS, Faulty
from registry.web.forms.identities import CorrectionForm
from registry.web.guard import guard

blueprint = Blueprint("corrections", __name__)


@blueprint.get("/unions/<code>/corrections")
@guard(Permission.WORK_ROSTER)
def corrections(code: str) -> str:
    """List what the union asked for, and what became of it."""
    session, union = db.session(), g.union
    found = queries.asked_by_union(session, union.county, code, sight_of(g.actor.path))
    who = [one for line in found for one in (line.opened_by, line.decided_by)]
    return render_template(
        "corrections/corrections.html",
        union=union,
        lines=found,
        people=display_names(session, who),
    )


@blueprint.route("/unions/<code>/members/<int:member_id>/identity", methods=["GET", "POST"])
@guard(Permission.WORK_ROSTER)
def ask(code: str, member_id: int) -> Response | str | tuple[str, int]:
    """Ask for a member's name or number to be corrected."""
    sight = sight_of(g.actor.path)
    record = members.record_of(db.session(), g.union.county, member_id, sight, union_code=code)
    back = url_for("members.member", code=code, member_id=member_id)
    if record.line.state == "ENDED":
        flash("这位会员已经不在本会，姓名和号码由现在的工会更正。", "info")
        return redirect(back, 303)
    if record.line.is_restricted:
        flash("这位会员的信息限制处理，先解除限制才能更正。", "info")
        return redirect(back, 303)
    form = CorrectionForm()
    if request.method == "GET":
        form.full_name.data = record.line.name
        form.document_kind.data = code_list("document_kind").label(record.document_kind)

    def page() -> str:
        shown = {"form": form, "union": g.union, "line": record.line, "back": back}
        return render_template("corrections/ask.html", **shown)

    if request.method == "GET":
        return page()
    values = {name: getattr(form, name).data or "" for name in FIELDS}
    try:
        asking.ask(code, member_id, values, why=form.why.data or "", actor=g.actor)
    except Faulty as error:
        for name, said in error.faults.items():
            field = getattr(form, name) if name in FIELDS else form.document_number
            field.errors = [*field.errors, said]
        return page(), 400
    except InputRefused as error:
        field = form.why if error.code.startswith("note.") else form.document_number
        field.errors = [error.message]
        return page(), 400
    except StateRefused as error:
        form.form_errors.append(error.message)
        return page(), 409
    flash("更正申请已提交，上级工会核对以后生效。", "success")
    return redirect(url_for("corrections.corrections", code=code), 303)


@blueprint.post("/unions/<code>/corrections/<int:number>/withdraw")
@guard(Permission.WORK_ROSTER)
def withdraw(code: str, number: int) -> Response:
    """Ask for it no more."""
    try:
        asking.withdraw(number, actor=g.actor)
    except StateRefused as error:
        flash(error.message, "error")
    else:
        flash("已撤回申请，会员库不变。", "success")
    return redirect(url_for("corrections.corrections", code=code), 303)
