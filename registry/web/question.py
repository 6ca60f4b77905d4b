"""One question: what was said about it, and what may be done from each side."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.access.roles import Permission
from registry.accounts.queries import display_names
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.questions import operations, queries
from registry.questions.alike import alike
from registry.questions.queries import QuestionView
from registry.questions.sides import desk_of, sides_of
from registry.questions.states import QuestionAct, QuestionState, Side, may
from registry.roster.messages import TITLES
from registry.unions import queries as unions
from registry.web.forms.questions import AgainForm, AnswerForm, MergeForm, WordForm
from registry.web.guard import guard
from registry.web.numbers import row_number

blueprint = Blueprint("question", __name__)
PAGE = 50


@blueprint.get("/unions/<code>/questions/<int:number>")
@guard(Permission.VIEW_QUESTIONS)
def thread(code: str, number: int) -> str:
    """Show a question, what was said about it, and what may be done."""
    return _thread(number)


@blueprint.post("/unions/<code>/questions/<int:number>/answer")
@guard(Permission.ANSWER_QUESTIONS)
def answer(code: str, number: int) -> Response | tuple[str, int]:
    """Answer, for all who asked the same."""
    form = AnswerForm("answer")

    def act() -> str:
        reached = operations.answer(number, form.text.data or "", actor=g.actor)
        return (
            "已答复。" if reached == 1 else f"已答复，合并到这里的问题一共 {reached:,} 个都收到了。"
        )

    return _act(number, act, answer=form)


@blueprint.post("/unions/<code>/questions/<int:number>/pass-up")
@guard(Permission.ANSWER_QUESTIONS)
def pass_up(code: str, number: int) -> Response | tuple[str, int]:
    """Pass the question up to the city."""
    form = WordForm("word")

    def act() -> str:
        operations.pass_up(number, form.text.data or "", actor=g.actor)
        return "已上报市总工会。"

    return _act(number, act, word=form)


@blueprint.post("/unions/<code>/questions/<int:number>/pass-on")
@guard(Permission.ANSWER_QUESTIONS)
def pass_on(code: str, number: int) -> Response | tuple[str, int]:
    """Note that the prefecture was asked."""
    form = WordForm("word")

    def act() -> str:
        operations.pass_on(number, form.text.data or "", actor=g.actor)
        return "已记为上报地市。收到回复后，请在这里填写答复。"

    return _act(number, act, word=form)


@blueprint.post("/unions/<code>/questions/<int:number>/merge")
@guard(Permission.ANSWER_QUESTIONS)
def merge(code: str, number: int) -> Response | tuple[str, int]:
    """Merge the question into an alike one."""
    form = MergeForm()

    def act() -> str:
        into = form.number.data or form.into.data
        if not into:
            raise InputRefused("question.none", "请选一个问题，或者填写问题编号。")
        queries.find(db.session(), g.union.county, g.union.path, into)
        was_answered = operations.merge(number, into, actor=g.actor)
        words = f"已合并到第 {into} 号问题"
        return f"{words}，那里的答复已经送到。" if was_answered else f"{words}，答复时一起送到。"

    return _act(number, act, merge=form)


@blueprint.post("/unions/<code>/questions/<int:number>/separate")
@guard(Permission.ANSWER_QUESTIONS)
def separate(code: str, number: int) -> Response | tuple[str, int]:
    """Undo the merger."""

    def act() -> str:
        operations.separate(number, actor=g.actor)
        return "已取消合并，这个问题重新待答复。"

    return _act(number, act)


@blueprint.post("/unions/<code>/questions/<int:number>/close")
@guard(Permission.ASK_QUESTIONS)
def close(code: str, number: int) -> Response | tuple[str, int]:
    """Say that all is clear."""

    def act() -> str:
        operations.close(number, actor=g.actor)
        return "好的，这个问题已经了结。以后还有不明白的，可以接着问。"

    return _act(number, act)


@blueprint.post("/unions/<code>/questions/<int:number>/reopen")
@guard(Permission.ASK_QUESTIONS)
def reopen(code: str, number: int) -> Response | tuple[str, int]:
    """Ask again."""
    form = AgainForm("again")

    def act() -> str:
        operations.reopen(number, form.text.data or "", actor=g.actor)
        return "已经重新提出，答复以后会在工作台提醒您。"

    return _act(number, act, again=form)


def _address(number: int) -> str:
    return url_for("question.thread", code=g.union.code, number=number)


def _found(number: int) -> QuestionView:
    return queries.find(db.session(), g.union.county, g.union.path, number)


def _act(number: int, act: Callable[[], str], **forms: Any) -> Response | tuple[str, int]:
    """Do something about a question; what was filled in and refused is shown again, with why."""
    _found(number)
    try:
        flash(act(), "success")
    except InputRefused as error:
        for name, form in forms.items():
            field = form.number if name == "merge" else form.text
            field.errors = [error.message]
            return _thread(number, error.message, **forms), 400
        flash(error.message, "error")
    except StateRefused as error:
        flash(error.message, "error")
    return redirect(_address(number), 303)


def _thread(number: int, refused: str = "", **forms: Any) -> str:
    session, question = db.session(), _found(number)
    after = max(request.args.get("after", 0, type=row_number), 0)
    found = queries.entries(session, question, after=after, limit=PAGE + 1)
    entries = found[:PAGE]
    sides = sides_of(g.actor)
    acts = {act for act in QuestionAct for side in sides if may(side, question.state, act)}
    is_desk = desk_of(g.actor) is not Side.ASKER
    merged, merged_count = _merged(question) if is_desk else ([], 0)
    suggested = alike(session, question, g.union.path) if QuestionAct.MERGE in acts else []
    codes = {one.union_code for one in (question, *merged, *(each.question for each in suggested))}
    can_publish = g.actor.has(Permission.PUBLISH_ANSWERS)
    return render_template(
        "questions/thread.html",
        question=question,
        entries=entries,
        earlier=bool(after),
        next=url_for("question.thread", code=g.union.code, number=number, after=entries[-1].number)
        if len(found) > PAGE
        else "",
        people=display_names(session, {one.account_id for one in entries}) if is_desk else {},
        names=unions.names_of(session, codes),
        titles=TITLES,
        acts={act.value for act in acts},
        is_desk=is_desk,
        is_published=can_publish and queries.is_published(session, question),
        can_publish=can_publish and bool(queries.last_answer(session, question)),
        leading=_leading(question) if is_desk else None,
        merged=merged,
        merged_count=merged_count,
        suggested=suggested,
        refused=refused,
        reopen_form=next(iter(forms), ""),
        answering=forms.get("answer") or AnswerForm("answer", clean=True),
        passing=forms.get("word") or WordForm("word", clean=True),
        again=forms.get("again") or AgainForm("again", clean=True),
        merging=forms.get("merge") or MergeForm(formdata=None),
        from_prefecture=question.state is QuestionState.PASSED_ON,
    )


def _leading(question: QuestionView) -> int | None:
    """Return the question that a merged one waits for; None where it is not of this place."""
    if question.state is not QuestionState.MERGED or question.merged_into is None:
        return None
    try:
        return _found(question.merged_into).id
    except NotFound:
        return None


def _merged(question: QuestionView) -> tuple[list[QuestionView], int]:
    return queries.merged(db.session(), question, g.union.path)
