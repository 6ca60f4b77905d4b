"""Explanations: what a union is to explain, its words, and what became of them."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.clock import today
from registry.db import db
from registry.discrepancies import explaining
from registry.discrepancies.marks import (
    ExplanationView,
    Mark,
    find,
    history,
    marked,
    unasked,
)
from registry.discrepancies.marks import waiting as waits
from registry.discrepancies.states import ExplanationState, Stage
from registry.errors import InputRefused
from registry.unions import queries as unions
from registry.web.filters import day
from registry.web.forms.explanations import AgainForm, AnswerForm
from registry.web.frame import can
from registry.web.guard import guard
from registry.web.numbers import whole
from registry.web.waiting import Card

blueprint = Blueprint("explanations", __name__)
PAGE = 50


@blueprint.get("/unions/<code>/explanations")
@guard(Permission.VIEW_EXPLANATIONS)
def explanations(code: str) -> str:
    """List what the unions of a place were asked to explain, the newest first."""
    session, place = db.session(), g.union
    before = request.args.get("before", type=whole)
    found = history(session, place, before, PAGE + 1)
    shown = found[:PAGE]
    is_more = len(found) > PAGE
    return render_template(
        "explanations/explanations.html",
        union=place,
        lines=shown,
        is_later=before is not None,
        next=url_for(".explanations", code=code, before=shown[-1].id) if is_more else "",
        names=unions.names_of(session, [one.union_code for one in shown]),
        people=display_names(session, [who for one in shown for who in _who(one)]),
        today=today(),
    )


@blueprint.get("/unions/<code>/explanations/<int:number>")
@guard(Permission.VIEW_EXPLANATIONS)
def explanation(code: str, number: int) -> str:
    """Show an explanation beside the two numbers as they were and as they are."""
    return _page(number, AnswerForm(formdata=None), AgainForm(formdata=None))


@blueprint.post("/unions/<code>/explanations/<int:number>/answer")
@guard(Permission.EXPLAIN)
def answer(code: str, number: int) -> Response | tuple[str, int]:
    """Give the explanation."""
    form = AnswerForm()
    if form.validate():
        try:
            explaining.answer(number, form.text.data or "", actor=g.actor)
        except InputRefused as error:
            form.text.errors = [error.message]
        else:
            flash("说明已经送出，上级工会看过以后会认可，或者请您再补充。", "success")
            return redirect(_next(code, number), 303)
    return _page(number, form, AgainForm(formdata=None)), 400


@blueprint.post("/unions/<code>/explanations/<int:number>/accept")
@guard(Permission.ASK_EXPLANATIONS)
def accept(code: str, number: int) -> Response:
    """Accept an answer."""
    explaining.accept(number, actor=g.actor)
    flash("已认可，说明留在这家工会的记录里。", "success")
    return redirect(url_for(".explanation", code=code, number=number), 303)


@blueprint.post("/unions/<code>/explanations/<int:number>/again")
@guard(Permission.ASK_EXPLANATIONS)
def ask_again(code: str, number: int) -> Response | tuple[str, int]:
    """Ask anew, with a note."""
    form = AgainForm()
    if form.validate():
        try:
            again = explaining.ask_again(number, form.text.data or "", actor=g.actor)
        except InputRefused as error:
            form.text.errors = [error.message]
        else:
            flash("已请工会再说明，经办员的工作台会提醒。", "success")
            return redirect(url_for(".explanation", code=code, number=again), 303)
    return _page(number, AnswerForm(formdata=None), form), 400


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What a union is to explain; what was explained, and what nobody has asked about."""
    if actor.has(Permission.EXPLAIN):
        yield from _to_explain(session, actor)
    if actor.has(Permission.ASK_EXPLANATIONS):
        yield from _to_decide(session, actor)


def _to_explain(session: Session, actor: Actor) -> Iterable[Card]:
    place = unions.find(session, actor.place)
    asked = waits(session, place, today(), ExplanationState.ASKED).get(place.code, [])
    if asked:
        first = asked[0]
        flags = "、".join(one.flag.label for one in asked)
        page = url_for("explanations.explanation", code=place.code, number=first.id)
        text = f"{flags}。请在 {day(first.due_on)} 前说明原因。"
        is_late = first.due_on < today()
        tone, urgency = ("red", 80) if is_late else ("amber", 55)
        yield Card(
            "上级工会请您说明",
            len(asked),
            "处",
            text,
            page,
            "去说明",
            "chat-left-text",
            tone,
            urgency,
        )


def _to_decide(session: Session, actor: Actor) -> Iterable[Card]:
    place, on = unions.find(session, actor.place), today()
    told = waits(session, place, on, ExplanationState.ANSWERED).values()
    answered = sum(any(is_from_side(one, actor) for one in some) for some in told)
    if answered:
        text = "工会写了原因，请认可，或者请它再说明。"
        page = _discrepancies(actor.place, flag="ANY", stage="MINE")
        title = "对账说明待认可"
        yield Card(title, answered, "家", text, page, "去看说明", "chat-left-text", "amber", 30)
    grave = unasked(session, place, on)
    if grave:
        text = "会员多于职工，或者会员、职工骤减，还没有请工会说明。"
        page = _discrepancies(actor.place, flag="GRAVE", stage=Stage.NONE.value)
        title = "人数对不上的工会"
        yield Card(title, grave, "家", text, page, "去对账", "list-check", "amber", 20)


def is_from_side(one: ExplanationView, actor: Actor) -> bool:
    """Tell whether an explanation was asked for from the actor's side: the city, or a unit."""
    return one.is_from_city == (actor.place == actor.county)


def _discrepancies(place: str, **chosen: str) -> str:
    kept: dict[str, Any] = chosen
    return url_for("discrepancies.discrepancies", code=place, **kept)


def _page(number: int, answering: AnswerForm, again: AgainForm) -> str:
    session = db.session()
    one = find(session, g.union, number)
    union = unions.find(session, one.union_code)
    mark = _mark(session, union, one)
    may: dict[str, Any] = {
        "answers": one.answered_at is None and mark and can(Permission.EXPLAIN, union.path),
        "decides": _is_for(one, mark) and can(Permission.ASK_EXPLANATIONS, union.path),
    }
    return render_template(
        "explanations/explanation.html",
        union=union,
        one=one,
        mark=mark,
        is_outgrown=mark
        and mark.explanation is None
        and one.state is not ExplanationState.RETURNED,
        people=display_names(session, _who(one)),
        today=today(),
        form=answering,
        again=again,
        **may,
    )


def _mark(session: Session, union: unions.Union, one: ExplanationView) -> Mark | None:
    """Return the flag that an explanation is about as it is now, None where the numbers agree."""
    marks = (mark for line in marked(session, union, today()) for mark in line.marks)
    return next((mark for mark in marks if mark.flag is one.flag), None)


def _is_for(one: ExplanationView, mark: Mark | None) -> bool:
    """Tell whether the answer waits for this actor (see `explaining.accept`)."""
    is_open = mark is not None and mark.stage is Stage.ANSWERED and mark.explanation == one
    is_mine = not one.is_from_city or g.actor.place == g.actor.county
    return is_open and is_mine and one.answered_by != g.actor.account_id


def _who(one: ExplanationView) -> list[int | None]:
    return [one.asked_by, one.answered_by, one.decided_by]


def _next(code: str, number: int) -> str:
    """Return the page of what the union is to explain next, else of what it just explained."""
    asked = waits(db.session(), g.union, today(), ExplanationState.ASKED).get(code, [])
    return url_for(".explanation", code=code, number=asked[0].id if asked else number)
