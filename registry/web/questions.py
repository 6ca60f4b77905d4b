"""Questions: the list of a place, asking, and what waits on the home page."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.clock import now
from registry.db import db
from registry.errors import InputRefused
from registry.questions import operations, queries
from registry.questions.queries import Waiting
from registry.questions.sides import desk_of
from registry.questions.states import QuestionState, Side
from registry.roster.messages import TITLES
from registry.unions import queries as unions
from registry.web.filters import waited
from registry.web.forms.questions import QuestionForm
from registry.web.guard import guard
from registry.web.numbers import row_number, whole
from registry.web.waiting import Card

blueprint = Blueprint("questions", __name__)
PAGE = 50
# How urgent a card is on the home page: what waits for many days comes before most else.
_LATE, _WAITING, _ANSWERED = 70, 50, 45
_LATE_DAYS = 5
_DAY = 86_400

_S = QuestionState


class Tab(NamedTuple):
    """A part of the list: its word in the address, its label, the states in it."""

    key: str
    label: str
    states: tuple[QuestionState, ...]
    newest_first: bool = False


_ANSWERED_TAB = Tab("answered", "已答复", (_S.ANSWERED, _S.CLOSED), newest_first=True)
_MERGED_TAB = Tab("merged", "已合并", (_S.MERGED,))
_TABS: Mapping[Side, tuple[Tab, ...]] = {
    Side.ASKER: (
        Tab("waiting", "待答复", (_S.OPEN, _S.MERGED)),
        Tab("passed", "已上报", (_S.PASSED_UP, _S.PASSED_ON)),
        _ANSWERED_TAB,
    ),
    Side.UNIT: (
        Tab("waiting", "待答复", (_S.OPEN,)),
        Tab("passed", "已上报", (_S.PASSED_UP, _S.PASSED_ON)),
        _ANSWERED_TAB,
        _MERGED_TAB,
    ),
    Side.CITY: (
        Tab("waiting", "待答复", (_S.PASSED_UP,)),
        Tab("passed", "已上报", (_S.PASSED_ON,)),
        _ANSWERED_TAB,
        _MERGED_TAB,
        Tab("units", "在各单位", (_S.OPEN,)),
    ),
}


@blueprint.get("/unions/<code>/questions")
@guard(Permission.VIEW_QUESTIONS)
def questions(code: str) -> str:
    """List the questions of a place: those that wait, that were passed up, that are answered."""
    session, union = db.session(), g.union
    tabs = _TABS[desk_of(g.actor)]
    tab = next((one for one in tabs if one.key == request.args.get("tab")), tabs[0])
    after = max(request.args.get("after", 0, type=whole), 0)
    found = queries.questions(
        session,
        union.county,
        union.path,
        tab.states,
        newest_first=tab.newest_first,
        after=after,
        limit=PAGE + 1,
    )
    lines = found[:PAGE]
    counts = queries.counts(session, union.county, union.path)
    return render_template(
        "questions/questions.html",
        tab=tab,
        tabs=[(one, _list(one), sum(counts[state].total for state in one.states)) for one in tabs],
        lines=lines,
        names=unions.names_of(session, {one.union_code for one in lines}),
        titles=TITLES,
        is_asker=desk_of(g.actor) is Side.ASKER,
        is_later=bool(after),
        here=_list(tab),
        next=_list(tab, lines[-1].id) if len(found) > PAGE else "",
    )


@blueprint.get("/unions/<code>/questions/ask")
@guard(Permission.ASK_QUESTIONS)
def asking(code: str) -> str:
    """Show the form to ask, of what the address says."""
    return _asking(QuestionForm("ask", clean=True))


@blueprint.post("/unions/<code>/questions/ask")
@guard(Permission.ASK_QUESTIONS)
def ask(code: str) -> Response | tuple[str, int]:
    """Ask."""
    form, about = QuestionForm("ask"), _about()
    try:
        number = operations.ask(code, form.text.data or "", actor=g.actor, **about)
    except InputRefused as error:
        form.text.errors = [error.message]
        return _asking(form), 400
    flash("问题已经交给上级工会，答复以后会在工作台提醒您。", "success")
    return redirect(url_for("question.thread", code=code, number=number), 303)


def waiting(session: Session, actor: Actor) -> Iterable[Card]:
    """What waits for an answer, and since when; what was answered."""
    if not actor.has(Permission.VIEW_QUESTIONS):
        return
    counts = queries.counts(session, actor.county, actor.path)
    side = desk_of(actor)
    if side is Side.ASKER:
        if counts[_S.ANSWERED].total:
            text = "看过以后，请点“明白了”；还不明白的，可以接着问。"
            number = counts[_S.ANSWERED].total
            yield _card("问题有答复了", number, text, "answered", "去看答复", _ANSWERED, "green")
        return
    state = _S.PASSED_UP if side is Side.CITY else _S.OPEN
    if counts[state].total:
        yield _waiting_card("问题待答复", counts[state], "waiting", "答复问题")
    if side is Side.CITY and counts[_S.PASSED_ON].total:
        yield _waiting_card("地市还没有回复的问题", counts[_S.PASSED_ON], "passed", "去看看")


def _waiting_card(title: str, found: Waiting, tab: str, action: str) -> Card:
    days = (now() - found.since).total_seconds() / _DAY if found.since else 0
    late = days >= _LATE_DAYS
    text = f"等得最久的已经等了{_spaced(waited(found.since))}。"
    tone = "red" if late else "amber"
    return _card(title, found.total, text, tab, action, _LATE if late else _WAITING, tone)


def _spaced(text: str) -> str:
    return f" {text}" if text[:1].isdigit() else text


def _card(
    title: str, count: int, text: str, tab: str, action: str, urgency: int, tone: str
) -> Card:
    href = url_for("questions.questions", code=g.actor.place, tab=tab)
    return Card(title, count, "个", text, href, action, "chat-left-text", tone, urgency)


def _list(tab: Tab, after: int | None = None) -> str:
    return url_for("questions.questions", code=g.union.code, tab=tab.key, after=after)


def _about() -> dict[str, Any]:
    """Return what the address says a question is about."""
    args = request.args
    return {
        "rule": args.get("rule") or None,
        "submission_id": args.get("submission", type=whole),
        "row": args.get("row", type=row_number),
    }


def _asking(form: QuestionForm) -> str:
    about = _about()
    if about["rule"] and about["rule"] not in TITLES:
        abort(404)
    return render_template(
        "questions/ask.html",
        form=form,
        about=about,
        title_of_rule=TITLES.get(about["rule"] or ""),
        address=url_for(
            "questions.ask",
            code=g.union.code,
            rule=about["rule"],
            submission=about["submission_id"],
            row=about["row"],
        ),
    )
