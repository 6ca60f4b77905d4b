"""Questions asked, answered, passed up and merged. One transaction each, all or nothing."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand, within
from registry.access.roles import Permission
from registry.clock import now
from registry.db import allocate, one_of, transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.questions.models import Question, QuestionEntry
from registry.questions.sides import of_act, sides_of
from registry.questions.states import (
    LEADING,
    WAY_UP,
    QuestionAct,
    QuestionState,
    Side,
    Source,
    may,
    next_state,
)
from registry.questions.wording import ANSWER_LENGTH, QUESTION_LENGTH, WORD_LENGTH, checked
from registry.roster.rules import RULES
from registry.submissions import queries as submissions
from registry.trail.operations import hold, record
from registry.unions import queries as unions


def ask(
    union_code: str,
    text: str,
    *,
    actor: Actor,
    rule: str | None = None,
    submission_id: int | None = None,
    row: int | None = None,
) -> int:
    """Ask, in general, of a rule, or at a row of one of the union's rosters; returns the number.

    Raises `InputRefused` (text.*) when the text cannot be taken, `NotFound` outside the actor's
    place and for a rule, a roster or a row that is not there.
    """
    text = checked(text, "问题", QUESTION_LENGTH)
    if rule is not None and rule not in RULES:
        raise NotFound("rule.unknown", "没有这条规则。")
    with transaction() as session:
        union = unions.find(session, union_code)
        demand(actor, Permission.ASK_QUESTIONS, union.path)
        if not union.is_grassroots:
            raise Forbidden("question.not_union", "问题由基层工会提出。")
        _check_row(session, union_code, submission_id, row)
        hold(session, union.county)
        at = now()
        one = Question(
            county=union.county,
            id=allocate(session, f"question:{union.county}"),
            union_code=union.code,
            path=union.path,
            text=text,
            rule=rule,
            submission_id=submission_id,
            row=row,
            state=QuestionState.OPEN,
            entry_count=0,
            asked_by=actor.account_id,
            asked_at=at,
            waits_since=at,
        )
        session.add(one)
        session.flush()
        _say(session, one, QuestionAct.ASK, actor, text)
        told = {"rule": rule, "submission": submission_id, "row": row}
        said = {name: value for name, value in told.items() if value is not None}
        _record(session, "question.ask", one, actor, said)
        return one.id


def answer(number: int, text: str, *, actor: Actor) -> int:
    """Answer a question and all that were merged into it; returns how many questions it reached.

    What the city writes about a question that was passed on is the prefecture's answer. Raises as
    `ask`, `Forbidden` without the permission, `StateRefused` when the question lies elsewhere.
    """
    text = checked(text, "答复", ANSWER_LENGTH)
    with transaction() as session:
        one = _taken(session, number, actor, QuestionAct.ANSWER)
        source = Source.CITY if Side.CITY in sides_of(actor) else Source.UNIT
        if one.state == QuestionState.PASSED_ON:
            source = Source.PREFECTURE
        reached = _with_all_merged(session, one)
        for each in reached:
            _move(each, QuestionAct.ANSWER)
            _say(session, each, QuestionAct.ANSWER, actor, text, source)
        _record(session, "question.answer", one, actor, {"reached": len(reached)})
        return len(reached)


def pass_up(number: int, word: str = "", *, actor: Actor) -> None:
    """Pass a question from the review unit up to the city, with a word for it."""
    _pass(number, word, actor, QuestionAct.PASS_UP)


def pass_on(number: int, word: str = "", *, actor: Actor) -> None:
    """Note that the city asked the prefecture, which has no accounts here."""
    _pass(number, word, actor, QuestionAct.PASS_ON)


def merge(number: int, into: int, *, actor: Actor) -> bool:
    """Merge a question, and what was merged into it, into an alike one that leads from now on.

    What the other has been answered is said here too; returns whether there was an answer. Raises
    `InputRefused` (question.itself), `NotFound` for a question that the actor does not see,
    `StateRefused` (question.lower) for one that waits further down or is over.
    """
    if number == into:
        raise InputRefused("question.itself", "不能合并到它自己，请选另一个问题。")
    with transaction() as session:
        one = _taken(session, number, actor, QuestionAct.MERGE)
        other = _seen(session, into, actor)
        state = QuestionState(other.state)
        if state not in LEADING[QuestionState(one.state)]:
            raise StateRefused(
                "question.lower", f"第 {into} 号问题{state.label}，不能合并到它；请选别的问题。"
            )
        _lead(session, other, one)
        given = _answers(session, other) if state is QuestionState.ANSWERED else []
        for each in [one, *_waiting_in(session, one)]:
            if each is one:
                _move(each, QuestionAct.MERGE)
            each.merged_into = other.id
            _say(session, each, QuestionAct.MERGE, actor)
            for entry in given:
                _move(each, QuestionAct.ANSWER)
                _say(session, each, QuestionAct.ANSWER, actor, entry.text, entry.source)
        _record(session, "question.merge", one, actor, {"into": other.id})
        return bool(given)


def separate(number: int, *, actor: Actor) -> None:
    """Undo a merger: the question waits again, by itself, at its review unit."""
    with transaction() as session:
        one = _taken(session, number, actor, QuestionAct.SEPARATE)
        _move(one, QuestionAct.SEPARATE)
        one.merged_into = None
        _say(session, one, QuestionAct.SEPARATE, actor)
        _record(session, "question.separate", one, actor)


def close(number: int, *, actor: Actor) -> None:
    """Say that all is clear; what was merged into a question still unanswered goes on waiting
    where that was.
    """
    with transaction() as session:
        one = _taken(session, number, actor, QuestionAct.CLOSE)
        waited_at = QuestionState(one.state)
        _move(one, QuestionAct.CLOSE)
        _say(session, one, QuestionAct.CLOSE, actor)
        if waited_at in WAY_UP:
            _succeed(session, one, WAY_UP[waited_at], actor)
        _record(session, "question.close", one, actor)


def reopen(number: int, text: str, *, actor: Actor) -> None:
    """Ask again, saying what is still not clear; it waits at the review unit, by itself."""
    text = checked(text, "还不明白的地方", QUESTION_LENGTH)
    with transaction() as session:
        one = _taken(session, number, actor, QuestionAct.REOPEN)
        _move(one, QuestionAct.REOPEN)
        one.merged_into = None
        one.waits_since = now()
        _say(session, one, QuestionAct.REOPEN, actor, text)
        _record(session, "question.reopen", one, actor)


def _pass(number: int, word: str, actor: Actor, act: QuestionAct) -> None:
    word = checked(word, "说明", WORD_LENGTH, needed=False)
    with transaction() as session:
        one = _taken(session, number, actor, act)
        _move(one, act)
        _say(session, one, act, actor, word or None)
        _record(session, f"question.{act.value.lower()}", one, actor)


def _check_row(
    session: Session, union_code: str, submission_id: int | None, row: int | None
) -> None:
    if submission_id is None:
        if row is not None:
            raise NotFound("row.unknown", "没有说明是哪一份名册的行。")
        return
    found = submissions.find(session, submission_id)
    if found.union_code != union_code:
        raise NotFound("submission.unknown", f"没有编号为 {submission_id} 的报送。")
    if row is not None:
        submissions.row(session, found, row)


def _seen(session: Session, number: int, actor: Actor) -> Question:
    query = select(Question).where(Question.county == actor.county, Question.id == number)
    one = session.scalars(query.with_for_update()).one_or_none()
    if one is None or not within(one.path, actor.path):
        raise NotFound("question.unknown", f"没有第 {number} 号问题，或者它不在您的管理范围内。")
    return one


def _taken(session: Session, number: int, actor: Actor, act: QuestionAct) -> Question:
    """Lock the county and return the question, if the actor may do this about it now."""
    hold(session, actor.county)
    one = _seen(session, number, actor)
    demand(actor, of_act(act), one.path)
    state = QuestionState(one.state)
    if not any(may(side, state, act) for side in sides_of(actor)):
        raise StateRefused(
            "question.state", f"这个问题{state.label}，不能在这里这样办理；请刷新后重试。"
        )
    return one


def _merged_into(session: Session, *leading: Question) -> list[Question]:
    """Return the questions that were merged into any of some, whether they wait or not."""
    into = [one.id for one in leading]
    query = select(Question).where(
        Question.county == leading[0].county, one_of(Question.merged_into, into)
    )
    return list(session.scalars(query.order_by(Question.id).with_for_update()))


def _waiting_in(session: Session, one: Question) -> list[Question]:
    """Return the questions that wait for the answer to one."""
    return [each for each in _merged_into(session, one) if each.state == QuestionState.MERGED]


def _with_all_merged(session: Session, one: Question) -> list[Question]:
    """Return a question and all that get its answers: merged into it, or into one of these."""
    found, last = [one], [one]
    while last:
        last = _merged_into(session, *last)
        found += last
    return found


def _lead(session: Session, other: Question, one: Question) -> None:
    """Let a question lead that may have been merged into the one that is now merged into it."""
    above = other
    while above.merged_into is not None:
        above = session.get_one(Question, (above.county, above.merged_into))
    if above is one:
        other.merged_into = None


def _answers(session: Session, one: Question) -> list[QuestionEntry]:
    """Return what a question was answered since it was asked last."""
    asked = (QuestionAct.ASK, QuestionAct.REOPEN)
    since = (
        select(func.max(QuestionEntry.number))
        .where(*_of(one), QuestionEntry.act.in_(asked))
        .scalar_subquery()
    )
    query = select(QuestionEntry).where(
        *_of(one), QuestionEntry.act == QuestionAct.ANSWER, QuestionEntry.number > since
    )
    return list(session.scalars(query.order_by(QuestionEntry.number)))


def _of(one: Question) -> tuple[Any, ...]:
    return QuestionEntry.county == one.county, QuestionEntry.question_id == one.id


def _succeed(session: Session, one: Question, way: tuple[QuestionAct, ...], actor: Actor) -> None:
    """Let the eldest of what was merged into a question take its place."""
    left = _waiting_in(session, one)
    if not left:
        return
    eldest, *others = left
    eldest.merged_into = None
    for act in (QuestionAct.SEPARATE, *way):
        _move(eldest, act)
        _say(session, eldest, act, actor)
    for each in others:
        each.merged_into = eldest.id


def _move(one: Question, act: QuestionAct) -> None:
    after = next_state(QuestionState(one.state), act)
    if after is None:
        raise RuntimeError(f"no way from {one.state} by {act}")
    one.state = after


def _say(
    session: Session,
    one: Question,
    act: QuestionAct,
    actor: Actor,
    text: str | None = None,
    source: str | None = None,
) -> None:
    """Add an entry to what was said and done about a question."""
    one.entry_count += 1
    session.add(
        QuestionEntry(
            county=one.county,
            question_id=one.id,
            number=one.entry_count,
            act=act,
            text=text,
            source=source,
            account_id=actor.account_id,
            at=now(),
        )
    )
    session.flush()


def _record(
    session: Session,
    action: str,
    one: Question,
    actor: Actor,
    detail: Mapping[str, Any] | None = None,
) -> None:
    said = {"question": one.id, **(detail or {})}
    record(session, action, actor=actor, place=one.union_code, detail=said)
