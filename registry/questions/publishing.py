"""Answers published as help for everybody, written anew: no union is named in them."""

from typing import NamedTuple

from sqlalchemy import select

from registry.access.actor import Actor, demand, within
from registry.access.roles import Permission
from registry.clock import now
from registry.db import allocate, transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.questions.models import PublishedAnswer, Question, QuestionEntry
from registry.questions.states import QuestionAct
from registry.questions.wording import ANSWER_LENGTH, QUESTION_LENGTH, checked
from registry.trail.operations import hold, record
from registry.unions import queries as unions


class Written(NamedTuple):
    """A question and its answer as they are to be read by everybody."""

    question: str
    answer: str


def publish(number: int, written: Written, *, actor: Actor, with_rule: bool = True) -> int:
    """Publish the answer to a question as help; returns the number of the entry.

    `with_rule`: it stands on the page of the question's rule as well. Raises `InputRefused`
    (text.*) for what cannot be taken, text.union for a union's name; `StateRefused` before any
    answer.
    """
    question = checked(written.question, "问题", QUESTION_LENGTH)
    answer = checked(written.answer, "答复", ANSWER_LENGTH)
    with transaction() as session:
        hold(session, actor.county)
        query = select(Question).where(Question.county == actor.county, Question.id == number)
        one = session.scalars(query).one_or_none()
        if one is None or not within(one.path, actor.path):
            raise NotFound("question.unknown", f"没有第 {number} 号问题。")
        demand(actor, Permission.PUBLISH_ANSWERS, one.path)
        answered = select(QuestionEntry.number).where(
            QuestionEntry.county == one.county,
            QuestionEntry.question_id == one.id,
            QuestionEntry.act == QuestionAct.ANSWER,
        )
        if session.scalar(answered.limit(1)) is None:
            raise StateRefused("question.unanswered", "这个问题还没有答复，答复以后才能发布。")
        for what, text in (("问题", question), ("答复", answer)):
            named = unions.named_in(session, one.county, text)
            if named:
                raise InputRefused(
                    "text.union", f"{what}里写了“{named}”。发布给所有人看的，请不要写工会名称。"
                )
        entry = PublishedAnswer(
            county=one.county,
            id=allocate(session, f"published_answer:{one.county}"),
            question_id=one.id,
            rule=one.rule if with_rule else None,
            question=question,
            answer=answer,
            published_by=actor.account_id,
            published_at=now(),
        )
        session.add(entry)
        detail = {"question": one.id, "published": entry.id}
        record(session, "question.publish", actor=actor, place=actor.place, detail=detail)
        session.flush()
        return entry.id


def unpublish(number: int, *, actor: Actor) -> None:
    """Take an entry out of the help pages; it is kept. Raises `NotFound`, and `StateRefused` when
    that was done before.
    """
    with transaction() as session:
        hold(session, actor.county)
        demand(actor, Permission.PUBLISH_ANSWERS, actor.path)
        query = select(PublishedAnswer).where(
            PublishedAnswer.county == actor.county, PublishedAnswer.id == number
        )
        entry = session.scalars(query.with_for_update()).one_or_none()
        if entry is None:
            raise NotFound("published.unknown", "帮助里没有这一条。")
        if entry.withdrawn_at is not None:
            raise StateRefused("published.withdrawn", "这一条已经撤下了。")
        entry.withdrawn_by, entry.withdrawn_at = actor.account_id, now()
        detail = {"question": entry.question_id, "published": entry.id}
        record(session, "question.unpublish", actor=actor, place=actor.place, detail=detail)
        session.flush()
