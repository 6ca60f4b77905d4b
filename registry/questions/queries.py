"""What is asked of questions, always from a place: outside it there are none."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.errors import NotFound
from registry.questions.models import PublishedAnswer, Question, QuestionEntry
from registry.questions.states import QuestionAct, QuestionState, Source


class QuestionView(NamedTuple):
    """A question as plain values."""

    id: int
    county: str
    union_code: str
    path: str
    text: str
    rule: str | None
    submission_id: int | None
    row: int | None
    state: QuestionState
    merged_into: int | None
    asked_by: int
    asked_at: datetime
    waits_since: datetime


class Entry(NamedTuple):
    """One thing said or done about a question."""

    number: int
    act: QuestionAct
    text: str
    source: Source | None
    account_id: int
    at: datetime


class Waiting(NamedTuple):
    """How many questions are in a state, and since when the eldest waits."""

    total: int
    since: datetime | None


class Published(NamedTuple):
    """An entry of the help pages."""

    id: int
    question_id: int
    rule: str | None
    question: str
    answer: str
    published_at: datetime


NONE = Waiting(0, None)
_question = table_of(Question).c
_VIEWS = select(*(_question[name] for name in QuestionView._fields))
_published = table_of(PublishedAnswer).c
_PUBLISHED = select(*(_published[name] for name in Published._fields))


def questions(
    session: Session,
    county: str,
    path: str,
    states: Collection[QuestionState],
    *,
    newest_first: bool = False,
    after: int = 0,
    limit: int = 50,
) -> list[QuestionView]:
    """Return the questions of a place in these states, the eldest first unless `newest_first`.

    `after` is the number of the question that the page before ended with.
    """
    query = _VIEWS.where(*_seen(county, path), _question.state.in_(list(states)))
    if after:
        query = query.where(_question.id < after if newest_first else _question.id > after)
    order = _question.id.desc() if newest_first else _question.id
    return [_view(row) for row in session.execute(query.order_by(order).limit(limit))]


def find(session: Session, county: str, path: str, number: int) -> QuestionView:
    """Return a question of a place; raises `NotFound` when there is none with this number."""
    row = session.execute(_VIEWS.where(*_seen(county, path), _question.id == number)).one_or_none()
    if row is None:
        raise NotFound("question.unknown", f"没有第 {number} 号问题，或者它不在您的管理范围内。")
    return _view(row)


def counts(session: Session, county: str, path: str) -> Mapping[QuestionState, Waiting]:
    """Return how many questions of a place are in each state, and since when the eldest waits."""
    query = (
        select(_question.state, func.count(), func.min(_question.waits_since))
        .where(*_seen(county, path))
        .group_by(_question.state)
    )
    found = {
        QuestionState(state): Waiting(total, since)
        for state, total, since in session.execute(query)
    }
    return {state: found.get(state, NONE) for state in QuestionState}


def entries(
    session: Session, question: QuestionView, *, after: int = 0, limit: int = 50
) -> list[Entry]:
    """Return what was said and done about a question, in order."""
    query = (
        select(QuestionEntry)
        .where(
            QuestionEntry.county == question.county,
            QuestionEntry.question_id == question.id,
            QuestionEntry.number > after,
        )
        .order_by(QuestionEntry.number)
        .limit(limit)
    )
    return [
        Entry(
            one.number,
            QuestionAct(one.act),
            one.text or "",
            Source(one.source) if one.source else None,
            one.account_id,
            one.at,
        )
        for one in session.scalars(query)
    ]


def last_answer(session: Session, question: QuestionView) -> str:
    """Return the text of the last answer to a question; "" before any."""
    query = (
        select(QuestionEntry.text)
        .where(
            QuestionEntry.county == question.county,
            QuestionEntry.question_id == question.id,
            QuestionEntry.act == QuestionAct.ANSWER,
        )
        .order_by(QuestionEntry.number.desc())
    )
    return session.scalar(query.limit(1)) or ""


def merged(
    session: Session, question: QuestionView, path: str, *, limit: int = 20
) -> tuple[list[QuestionView], int]:
    """Return the first of the questions of a place that were merged into one, and how many there
    are in all, other places' among them.
    """
    into = (_question.county == question.county, _question.merged_into == question.id)
    total = session.scalar(select(func.count()).select_from(Question).where(*into)) or 0
    here = _VIEWS.where(*into, _question.path.startswith(path, autoescape=True))
    found = session.execute(here.order_by(_question.id).limit(limit))
    return [_view(row) for row in found], total


def published(
    session: Session,
    county: str,
    *,
    rule: str = "",
    words: Collection[str] = (),
    after: int = 0,
    limit: int = 50,
) -> list[Published]:
    """Return what is published as help, the newest first; `rule` keeps what belongs to it, `words`
    what says all of them.
    """
    query = _PUBLISHED.where(_published.county == county, _published.withdrawn_at.is_(None))
    if rule:
        query = query.where(_published.rule == rule)
    for word in words:
        said = [
            text.icontains(word, autoescape=True)
            for text in (_published.question, _published.answer)
        ]
        query = query.where(or_(*said))
    if after:
        query = query.where(_published.id < after)
    found = session.execute(query.order_by(_published.id.desc()).limit(limit))
    return [Published(*row) for row in found]


def is_published(session: Session, question: QuestionView) -> bool:
    """Tell whether an answer to a question stands in the help pages."""
    query = select(_published.id).where(
        _published.county == question.county,
        _published.question_id == question.id,
        _published.withdrawn_at.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def _seen(county: str, path: str) -> tuple[ColumnElement[bool], ...]:
    return _question.county == county, _question.path.startswith(path, autoescape=True)


def _view(row: object) -> QuestionView:
    found = QuestionView(*row)  # type: ignore[misc]
    return found._replace(state=QuestionState(found.state))
