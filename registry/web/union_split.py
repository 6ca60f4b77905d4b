"""Members chosen from a union to go to another one: by where they work, or one by one."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.members.queries import sight_of
from registry.reorganising import foreseeing, joining
from registry.unions.states import UnionAct, UnionState
from registry.web.forms.unions import JoinForm
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.union_acts import others, refused_act

blueprint = Blueprint("union_split", __name__)
PAGE = 100


@blueprint.get("/unions/<code>/profile/split")
@guard(Permission.MANAGE_UNIONS)
def choosing(code: str) -> str | Response:
    """List a union's members by where they work, to be chosen."""
    if refused_act(UnionAct.SPLIT):
        state = UnionState(g.union.status)
        flash(f"{g.union.name}现在是“{state.label}”，不能办理{UnionAct.SPLIT.label}。", "error")
        return redirect(url_for("union.page", code=code), 303)
    return _page(JoinForm(others(), formdata=None), set())


@blueprint.post("/unions/<code>/profile/split")
@guard(Permission.MANAGE_UNIONS)
def split(code: str) -> Response | tuple[str, int]:
    """Let the chosen members go."""
    form, chosen = JoinForm(others()), set(request.form.getlist("members", type=whole))
    if form.validate():
        who, into, on = _all_of_employer() or chosen, form.into.data, form.on.data
        assert on is not None  # noqa: S101 - the form asks for it
        try:
            done = joining.split(code, into, on, who, note=form.note.data or "", actor=g.actor)
        except InputRefused as error:
            form.refuse(error)
        except StateRefused as error:
            flash(error.message, "error")
            return redirect(url_for("union_split.choosing", code=code), 303)
        else:
            flash(f"已分出 {len(done.members):,} 人，办了什么写在两家工会的经过里。", "success")
            return redirect(url_for("union.page", code=code), 303)
    return _page(form, chosen), 400


def _all_of_employer() -> set[int]:
    """Return everybody who works where it was chosen, if that was said, and not one by one."""
    if not request.form.get("whole"):
        return set()
    return set(_by_employer().get(request.form.get("employer", ""), []))


def _by_employer() -> dict[str, list[int]]:
    return foreseeing.by_employer(db.session(), g.union)


def _page(form: JoinForm, chosen: set[int]) -> str:
    session, union = db.session(), g.union
    employers = _by_employer()
    employer = request.values.get("employer", next(iter(employers), ""))
    members = employers.get(employer, [])
    after = request.args.get("after", 0, type=whole)
    sight = sight_of(g.actor.path)
    found = foreseeing.listed(session, union, members, sight, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    following = ""
    if len(found) > PAGE:
        last = shown[-1].membership_id
        following = url_for("union_split.choosing", code=union.code, employer=employer, after=last)
    return render_template(
        "unions/split.html",
        union=union,
        form=form,
        employers=[
            (name, f"{name or '没有填工作单位'}（{len(of):,} 人）")
            for name, of in employers.items()
        ],
        employer=employer,
        count=len(members),
        members=shown,
        chosen=chosen,
        next=following,
        today=today(),
    )
