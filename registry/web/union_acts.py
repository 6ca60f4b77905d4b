"""The acts on a union, each with a form that says what happens and what does not."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.reorganising import ending, joining, moving
from registry.reorganising.foreseeing import foresee
from registry.reorganising.open_work import OpenWork, open_work
from registry.unions import history, lifecycle, queries
from registry.unions.particulars import LABELS
from registry.unions.states import TRANSITIONS, UnionAct, UnionState
from registry.web.forms.unions import (
    DayForm,
    ElectionForm,
    JoinForm,
    MoveForm,
    ParticularsForm,
    RenameForm,
    UnionForm,
)
from registry.web.frame import can
from registry.web.guard import guard

blueprint = Blueprint("union_acts", __name__)
_MOST_UNIONS = 5_000
_APART = ("csrf_token", "form_token", "note", "seen")
ENDING = (UnionAct.DROP, UnionAct.DISSOLVE)


class Screen(NamedTuple):
    """How an act is done on the screen: what it says, the form, and what saves it."""

    icon: str
    says: str
    form: Callable[..., UnionForm]
    save: Callable[[str, Any, dict[str, Any]], None]


@blueprint.get("/unions/<code>/profile/<act>")
@guard(Permission.MANAGE_UNIONS)
def asking(code: str, act: str) -> str | Response:
    """Show the form of an act."""
    which, screen = _screen(act)
    state = UnionState(g.union.status)
    if refused_act(which):
        flash(f"{g.union.name}现在是“{state.label}”，不能办理{which.label}。", "error")
        return redirect(url_for("union.page", code=code), 303)
    return _page(which, screen, screen.form(formdata=None))


@blueprint.post("/unions/<code>/profile/<act>")
@guard(Permission.MANAGE_UNIONS)
def do(code: str, act: str) -> Response | tuple[str, int]:
    """Do an act."""
    which, screen = _screen(act)
    form = screen.form()
    if form.validate():
        try:
            screen.save(code, form, {"note": form.note.data or "", "actor": g.actor})
        except InputRefused as error:
            form.refuse(error)
        except StateRefused as error:
            flash(error.message, "error")
            return redirect(url_for("union.page", code=code), 303)
        else:
            flash(f"已办理：{which.label}。", "success")
            return redirect(url_for("union.page", code=code), 303)
    return _page(which, screen, form), 400


def refused_act(act: UnionAct) -> bool:
    """Whether an act is none for this union as it stands."""
    is_possible = (UnionState(g.union.status), act) in TRANSITIONS
    return not (g.union.is_grassroots and is_possible)


def others() -> list[tuple[str, str]]:
    """Return code and name of the formed unions, beside this one, that this person manages."""
    found = queries.grassroots(db.session(), g.actor.path, limit=_MOST_UNIONS)
    return [(one.code, one.name) for one in found if one.code != g.union.code]


def offered(state: UnionState, act: UnionAct) -> bool:
    """Whether an act is possible now, and is this person's: only who is above all units moves."""
    is_theirs = act is not UnionAct.MOVE or can(Permission.MANAGE_UNIONS, f"/{g.union.county}/")
    return is_theirs and (state, act) in TRANSITIONS


def _move_form(**values: Any) -> MoveForm:
    """Return the form with the units under which the union might stand and does not."""
    units = [
        (one.code, one.name)
        for one in queries.children(db.session(), g.union.county)
        if not one.is_grassroots and one.code != g.union.parent_code
    ]
    return MoveForm(units, **values)


def _join_form(**values: Any) -> JoinForm:
    """Return the form with the unions into which this one may go."""
    return JoinForm(others(), **values)


def _merge(code: str, form: Any, rest: dict[str, Any]) -> None:
    joining.merge(code, form.into.data, form.on.data, seen=form.seen_members, **rest)


def _particulars_form(**values: Any) -> ParticularsForm:
    known = history.profile(db.session(), g.union.code)
    return ParticularsForm(data=known.particulars._asdict(), **values)


def _found(code: str, form: Any, rest: dict[str, Any]) -> None:
    told = (form.on.data, form.term_ends_on.data, form.chair.data or "")
    lifecycle.found(code, *told, **rest)


def _elect(code: str, form: Any, rest: dict[str, Any]) -> None:
    told = (form.on.data, form.term_ends_on.data, form.chair.data or "")
    lifecycle.elect(code, *told, **rest)


SCREENS: Mapping[UnionAct, Screen] = {
    UnionAct.PREPARE: Screen(
        "hourglass-split",
        "状态由“未建”改为“筹备”，统计里仍算未建。",
        DayForm,
        lambda code, form, rest: lifecycle.prepare(code, form.on.data, **rest),
    ),
    UnionAct.FOUND: Screen(
        "check-circle",
        "状态由“筹备”改为“正常”，从建会日期起算已建，开通经办员账号后可以报送花名册。",
        ElectionForm,
        _found,
    ),
    UnionAct.ELECT: Screen(
        "calendar-event",
        "登记换届选举和新的任期。会员和花名册不受影响。",
        ElectionForm,
        _elect,
    ),
    UnionAct.CHANGE: Screen(
        "pencil",
        "改动前后都记在经过里。名称、上级、任期请分别用“更名”“变更上级”“换届”办理。",
        _particulars_form,
        lambda code, form, rest: lifecycle.change(code, form.told, **rest),
    ),
    UnionAct.RENAME: Screen(
        "pencil-square",
        "原名称留在经过里，页面上写作曾用名。工会代码、会员和花名册不变。",
        RenameForm,
        lambda code, form, rest: lifecycle.rename(code, form.name.data, form.on.data, **rest),
    ),
    UnionAct.MOVE: Screen(
        "arrow-left-right",
        "工会连同会员、报送、转会、问题、身份核对一起转到新的上级，以后由新的单位审核；工会代码"
        "不变。原单位从此看不到该工会，以前各天的统计也算在新的单位。",
        _move_form,
        lambda code, form, rest: moving.move(code, form.unit.data, **rest),
    ),
    UnionAct.MERGE: Screen(
        "arrow-right",
        "合并，或者撤销时会员转到别的工会，都在这里办。从办理日期起，全部会员（含保留会籍）转到那家工会，没有"
        "审完的报送、草稿、转会、问题、身份核对一起转过去；全量名册转过去以后按增量办理。该工会随即撤销，经办员账号"
        "停用。申报过的职工人数、已办结的报送和经过留在该工会名下。不能撤销，以后要分开的，用“分出会员”办理。",
        _join_form,
        _merge,
    ),
    UnionAct.DROP: Screen(
        "x-circle",
        "该单位不再算应建。记录保留，不能恢复；以后要建会的，重新登记。",
        DayForm,
        lambda code, form, rest: ending.drop(code, form.on.data, **rest),
    ),
    UnionAct.DISSOLVE: Screen(
        "x-circle",
        "从撤销日期起不再算已建，不能再报送。历史记录保留，不能恢复；经办员账号请另行停用。",
        DayForm,
        lambda code, form, rest: ending.dissolve(code, form.on.data, **rest),
    ),
}


def _screen(act: str) -> tuple[UnionAct, Screen]:
    found = {which.lower(): which for which in SCREENS}.get(act)
    if found is None:
        raise NotFound("page.unknown", "没有这个页面。")
    return found, SCREENS[found]


def _page(act: UnionAct, screen: Screen, form: UnionForm) -> str:
    union = g.union
    left = open_work(db.session(), union.county, union.code) if act in ENDING else {}
    going = foresee(db.session(), union) if act is UnionAct.MERGE else None
    return render_template(
        "unions/act.html",
        union=union,
        act=act,
        screen=screen,
        form=form,
        fields=[field for field in form if field.name not in _APART],
        today=today(),
        is_end=act in (*ENDING, UnionAct.MERGE),
        seen=going.active + going.retained if going else None,
        going=[(int(count), LABELS[name]) for name, count in going.told.items()] if going else [],
        may_merge=OpenWork.MEMBERS in left
        and (UnionState(union.status), UnionAct.MERGE) in TRANSITIONS,
        left=[(kind, count, _where(kind)) for kind, count in left.items()],
    )


_PLACES = {
    OpenWork.BUNDLES: ("bundles.bundles", Permission.SEND_FOR_UNIONS),
    OpenWork.DRAFTS: ("submissions.sent", Permission.VIEW_SUBMISSIONS),
    OpenWork.WAITING: ("submissions.sent", Permission.VIEW_SUBMISSIONS),
    OpenWork.TRANSFERS: ("transfers.transfers", Permission.VIEW_TRANSFERS),
    OpenWork.MEMBERS: ("members.members", Permission.VIEW_MEMBERS),
}


def _where(kind: OpenWork) -> str:
    """Return the page on which something open is settled, "" for who may not see it."""
    endpoint, permission = _PLACES[kind]
    code = g.actor.place if kind is OpenWork.BUNDLES else g.union.code
    return url_for(endpoint, code=code) if can(permission) else ""
