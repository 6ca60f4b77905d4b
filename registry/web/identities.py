"""The desk for doubts about who somebody is: both sides beside each other, and the ruling."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import local_day
from registry.codes import code_list
from registry.db import db
from registry.errors import Busy, Forbidden, InputRefused, NotFound, StateRefused
from registry.members.operations import look_up
from registry.members.queries import record_of, sight_of
from registry.members.seeing import Shown
from registry.review.deciding import ReviewOutcome
from registry.review.identities import deciding, opening, queries
from registry.review.identities.deciding import Ruled
from registry.review.identities.queries import Comparison
from registry.review.identities.states import RULINGS, CaseState, Doubt, Ruling
from registry.unions import queries as unions
from registry.web import seeing
from registry.web.forms.identities import PairForm, RulingForm, UndoForm
from registry.web.forms.members import OpenForm
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.waiting import Card

blueprint = Blueprint("identities", __name__)
PAGE = 50
_URGENCY = 60
Answer = Response | str | tuple[str, int]

# What each ruling means, and what happens then.
WORDS: dict[Doubt, dict[Ruling, str]] = {
    Doubt.ASKED: {
        Ruling.CORRECT: "同意更正。会员库随即改好，原来的号码以后自动指向这个人。",
        Ruling.KEEP: "不同意。会员库不变，经办员会看到您写的依据。",
    },
    Doubt.NAME: {
        Ruling.CORRECT: "会员库的姓名写错了。按名册更正姓名，这一行随即通过。",
        Ruling.KEEP: "名册的姓名写错了。会员库不变，这一行退回经办员改正。",
        Ruling.APART: "是两个人，名册里的号码是别人的。这一行退回经办员核对号码。",
    },
    Doubt.FORMER: {
        Ruling.KEEP: "是同一个人，名册还在用旧号码。会员库不变，这一行退回经办员改正。",
        Ruling.APART: "是另一个人，号码确实是他的。这一行作为新会员通过。",
    },
    Doubt.TWIN: {
        Ruling.CORRECT: "是同一个人，名册的号码才对。会员库改用名册的号码，这一行随即通过。",
        Ruling.KEEP: "是同一个人，会员库的号码才对。会员库不变，这一行退回经办员改正。",
        Ruling.APART: "是两个人，只是同名、共用手机。这一行作为新会员通过。",
    },
    Doubt.PARTICULARS: {
        Ruling.CORRECT: "名册是对的。会员库按名册更正，这一行随即通过。",
        Ruling.KEEP: "会员库是对的。会员库不变，这一行退回经办员改正。",
    },
    Doubt.PAIR: {
        Ruling.SAME: "是同一个人。以一条登记为准，另一条并入它，会籍只留一份；以后可以撤销。",
        Ruling.APART: "是两个人。两条登记都保留，不再提示。",
    },
}
_TABS = ("waiting", "rows", "ended")
_NOT_COMPARED = {"所在工会", "会籍", "入库"}


@blueprint.get("/unions/<code>/identities")
@guard(Permission.REVIEW)
def desk(code: str) -> str:
    """List what waits, the doubted rows of rosters, and what was decided."""
    session, union = db.session(), g.union
    place = (session, union.county, union.path, sight_of(g.actor.path))
    tab = request.args.get("tab", "")
    tab = tab if tab in _TABS else "waiting"
    after = max(request.args.get("after", 0, type=whole), 0)
    rows = queries.doubted_rows(*place) if tab == "rows" else []
    lines: list[queries.CaseLine] = []
    if tab == "waiting":
        lines = queries.waiting(*place, after=after, limit=PAGE + 1)
    elif tab == "ended":
        lines = queries.ended(*place, before=after, limit=PAGE + 1)
    shown = lines[:PAGE]
    codes = [*(one.union_code for one in shown), *(one.union_code for one in rows)]
    return render_template(
        "identities/desk.html",
        tab=tab,
        tabs=[
            (
                "申请和疑似重复",
                _desk("waiting"),
                queries.count(*place[:3]),
                tab == "waiting",
                "amber",
            ),
            ("名册里的疑点", _desk("rows"), None, tab == "rows", ""),
            ("已处理", _desk("ended"), None, tab == "ended", ""),
        ],
        lines=shown,
        rows=rows,
        names=unions.names_of(session, codes),
        people=display_names(
            session, [who for one in shown for who in (one.opened_by, one.decided_by)]
        ),
        is_later=bool(after),
        here=_desk(tab),
        next=_desk(tab, after=shown[-1].id) if len(lines) > PAGE else "",
    )


@blueprint.get("/unions/<code>/identities/<int:number>")
@guard(Permission.REVIEW)
def case(code: str, number: int) -> str:
    """Show both sides of a case."""
    return _case_page(number)


@blueprint.post("/unions/<code>/identities/<int:number>/rule")
@guard(Permission.REVIEW, fresh=True)
def rule(code: str, number: int) -> Answer:
    """Decide a case."""
    found = queries.case_of(db.session(), g.union.county, number, g.union.path)
    form = RulingForm(_choices(Doubt(found.doubt)), _records(found))

    def act(ruling: Ruling, note: str) -> Ruled:
        kept = form.which.data if ruling is Ruling.SAME else None
        return deciding.rule_case(number, ruling, note=note, actor=g.actor, kept_id=kept)

    return _decided(form, act, lambda: _case_page(number, form), _desk("waiting"))


@blueprint.post("/unions/<code>/identities/<int:number>/open")
@guard(Permission.OPEN_MEMBER)
def open_numbers(code: str, number: int) -> Response:
    """Show both numbers of a case in full for a short while; who looked and why is on the trail."""
    queries.case_of(db.session(), g.union.county, number, g.union.path)
    return seeing.answer(
        lambda _, why: opening.open_numbers(number, actor=g.actor, why=why),
        lambda form, shown: _case_page(number, asking=form, opened=shown),
        url_for("identities.case", code=code, number=number),
    )


@blueprint.post("/unions/<code>/identities/<int:number>/undo")
@guard(Permission.REVIEW, fresh=True)
def undo(code: str, number: int) -> Answer:
    """Take a ruling back."""
    form = UndoForm()
    try:
        deciding.undo(number, note=form.note.data or "", actor=g.actor)
    except InputRefused as error:
        form.note.errors = [error.message]
        return _case_page(number, undoing=form), 400
    except (StateRefused, Forbidden) as error:
        flash(error.message, "error")
    else:
        flash("已撤销，会员库恢复到核对以前的样子。", "success")
    return redirect(url_for("identities.case", code=code, number=number), 303)


@blueprint.route(
    "/submissions/<int:submission_id>/review/rows/<row:row>/identity", methods=["GET", "POST"]
)
@guard(Permission.REVIEW, fresh=True)
def doubted(submission_id: int, row: int) -> Answer:
    """Show both sides of the doubt that a row raises, and decide it."""
    session, submission = db.session(), g.submission
    sight = sight_of(g.actor.path)
    found = queries.of_row(session, submission, row, sight, g.actor.path)
    back = url_for("review.review", submission_id=submission_id, row=row)
    if found is None:
        flash(f"第 {row} 行现在没有要核对的身份，可能已经处理过。", "info")
        return redirect(back, 303)
    records = [(side.member_id, side.title) for side in found.sides if side.member_id]
    several = records if found.doubt is Doubt.TWIN and len(records) > 1 else []
    form = RulingForm(_choices(found.doubt, found), several, clean=request.method == "GET")

    def page() -> str:
        about = {"submission": submission, "row": row, "back": back}
        return _page("identities/row.html", found, form, **about)

    if request.method == "GET":
        return page()

    def act(ruling: Ruling, note: str) -> Ruled:
        which = form.which.data if several else None
        return deciding.rule_row(
            submission_id, row, ruling, note=note, actor=g.actor, member_id=which
        )

    return _decided(form, act, page, back)


@blueprint.post("/unions/<code>/members/<int:member_id>/same-as")
@guard(Permission.REVIEW)
def pair(code: str, member_id: int) -> Response:
    """Open a case about this member and another record, named by its number."""
    sight = sight_of(g.actor.path)
    record_of(db.session(), g.union.county, member_id, sight, union_code=code)
    form, back = PairForm(), url_for("members.member", code=code, member_id=member_id)
    try:
        other = look_up(form.number.data or "", actor=g.actor).line.member_id
        number = deciding.open_pair(member_id, other, actor=g.actor)
    except (InputRefused, StateRefused, NotFound, Busy) as error:
        flash(error.message, "error")
        return redirect(back, 303)
    return redirect(url_for("identities.case", code=g.actor.place, number=number), 303)


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """How many cases wait."""
    if not actor.has(Permission.REVIEW):
        return
    if count := queries.count(session, actor.county, actor.path):
        yield Card(
            "身份待核对",
            count,
            "件",
            "经办员申请更正姓名或证件号码，或者同一个人疑似登记了两次。",
            url_for("identities.desk", code=actor.place),
            "去核对",
            "person-check",
            "amber",
            _URGENCY,
        )


def _decided(
    form: RulingForm,
    act: Callable[[Ruling, str], Ruled],
    page: Callable[[], str],
    back: str,
) -> Answer:
    """Do as the form says; what was filled in stays where it is refused."""
    ruling = form.chosen()
    if ruling is None:
        form.ruling.errors = ["请选择一种核对结果。"]
        return page(), 400
    try:
        ruled = act(ruling, form.note.data or "")
    except InputRefused as error:
        field = form.which if error.code == "identity.which" else form.note
        field.errors = [error.message]
        return page(), 400
    except (StateRefused, Forbidden) as error:
        # Said above the page: where somebody else was first there is no form any more.
        flash(f"{error.message}您的处理没有保存。", "error")
        return page(), 409
    flash(_words_for(ruling, ruled.outcome), "success")
    return redirect(back, 303)


def _words_for(ruling: Ruling, outcome: ReviewOutcome | None) -> str:
    said = f"核对结果已记下：{ruling.label}。"
    if outcome is None:
        return said
    if outcome.follow_up_id:
        return f"{said}这一行已退回经办员。"
    if outcome.decided:
        return f"{said}这一行已通过。"
    if outcome.transfer:
        return f"{said}这个人现在是另一家工会的会员，已代为请求转会，这一行继续待审。"
    return f"{said}这一行还有别的疑点，继续待审。"


def _case_page(
    number: int,
    form: RulingForm | None = None,
    *,
    undoing: UndoForm | None = None,
    asking: OpenForm | None = None,
    opened: Shown | None = None,
) -> str:
    session, union = db.session(), g.union
    found = queries.case_of(session, union.county, number, union.path)
    compared = queries.of_case(session, found, sight_of(g.actor.path), g.actor.path)
    form = form or RulingForm(_choices(compared.doubt, compared), _records(found), clean=True)
    state, ruling = CaseState(found.state), Ruling(found.ruling) if found.ruling else None
    return _page(
        "identities/case.html",
        compared,
        form,
        case=found,
        state=state,
        ruling=ruling,
        people=display_names(session, [found.opened_by, found.decided_by, found.undone_by]),
        can_undo=deciding.is_undoable(found),
        taken=queries.is_taken(session, found),
        undoing=undoing or UndoForm(formdata=None),
        reopen=undoing is not None,
        asking=asking or OpenForm(formdata=None),
        shown=opened,
        may_open=found.document_sealed is not None
        and not compared.is_restricted
        and state is CaseState.WAITING
        and can(Permission.OPEN_MEMBER, union.path),
        is_own=found.opened_by == g.actor.account_id and compared.doubt is Doubt.ASKED,
        back=_desk("waiting" if state is CaseState.WAITING else "ended"),
    )


def _page(template: str, compared: Comparison, form: RulingForm, **more: Any) -> str:
    codes = [side.union_code for side in compared.sides if side.union_code]
    return render_template(
        template,
        compared=compared,
        lines=_lines(compared, unions.names_of(db.session(), codes)),
        form=form,
        union=g.union,
        **more,
    )


def _lines(compared: Comparison, names: dict[str, str]) -> list[tuple[str, list[str], bool]]:
    """Return the table: what, the value of each side, whether they differ."""
    sides = compared.sides
    table = [
        ("姓名", [one.name for one in sides]),
        ("证件类别", [_kind(one.document_kind) for one in sides]),
        ("证件号码", [one.document for one in sides]),
        ("移动电话", [one.mobile for one in sides]),
        ("性别", [one.sex for one in sides]),
        ("出生年份", [one.born_on for one in sides]),
        ("所在工会", [names.get(one.union_code, "") for one in sides]),
        ("会籍", [one.state for one in sides]),
        ("入库", [local_day(one.since).isoformat() if one.since else "" for one in sides]),
    ]
    differs = {"证件号码"} if compared.numbers and compared.numbers != "号码相同" else set()
    return [
        (
            label,
            values,
            label in differs or (label not in _NOT_COMPARED and len(set(filter(None, values))) > 1),
        )
        for label, values in table
        if any(values)
    ]


def _kind(code: str) -> str:
    return code_list("document_kind").label(code) if code else ""


def _choices(doubt: Doubt, found: Comparison | None = None) -> Sequence[tuple[Ruling, str]]:
    """Return the rulings that fit: who sees no other side cannot correct it, and of who is
    restricted nobody says anything but that the register stays.
    """
    sees = found is None or len(found.sides) > 1
    if found is not None and found.is_restricted:
        return [(one, WORDS[doubt][one]) for one in RULINGS[doubt] if one is Ruling.KEEP]
    return [
        (ruling, WORDS[doubt][ruling])
        for ruling in RULINGS[doubt]
        if sees or ruling is not Ruling.CORRECT
    ]


def _records(found: Any) -> list[tuple[int, str]]:
    if found.doubt != Doubt.PAIR:
        return []
    return [(number, f"会员库：{number} 号") for number in (found.member_id, found.other_id)]


def _desk(tab: str, **more: Any) -> str:
    return url_for("identities.desk", code=g.union.code, tab=tab, **more)
