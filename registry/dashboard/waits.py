"""What waits where, and for how long: rosters, transfers, questions, doubts about persons."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from registry.clock import now, today
from registry.dashboard.parts import part_of
from registry.db import begins_with, setting, table_of
from registry.members.models import Transfer
from registry.members.transfers import OPEN, TransferState
from registry.questions.models import Question
from registry.questions.states import QuestionState
from registry.review.identities.states import CaseState
from registry.review.models import IdentityCase
from registry.review.queue import IS_WAITING
from registry.submissions.models import Submission
from registry.unions.queries import Union


class Desk(StrEnum):
    """What waits."""

    ROSTERS = "ROSTERS"
    TRANSFERS = "TRANSFERS"
    QUESTIONS = "QUESTIONS"
    IDENTITIES = "IDENTITIES"


class _One(NamedTuple):
    """One thing that waits: at which path, since when, how many rows, whether it is late."""

    path: str
    since: datetime
    rows: int
    is_late: bool


class Wait(NamedTuple):
    """What waits at one desk of one part: how many things and rows, since when the oldest, half of
    them how many days at least, and how many are late.
    """

    things: int = 0
    rows: int = 0
    oldest: datetime | None = None
    median_days: int = 0
    late: int = 0


Waits = Mapping[Desk, Wait]

_submission, _transfer = table_of(Submission).c, table_of(Transfer).c
_question, _case = table_of(Question).c, table_of(IdentityCase).c
_ROSTERS = select(_submission.path, _submission.submitted_at, _submission.pending_count).where(
    *IS_WAITING
)
# Who has to act: the losing union, the asking one when that objects, the federation above both.
_ACTS = {
    TransferState.ASKED: "from_path",
    TransferState.OBJECTED: "to_path",
    TransferState.APPEALED: "arbiter",
}
_TRANSFERS = select(
    _transfer.state,
    _transfer.asked_at,
    _transfer.due_on,
    *(_transfer[name] for name in _ACTS.values()),
).where(
    _transfer.county == bindparam("county"),
    _transfer.state.in_(OPEN),
    or_(*(begins_with(_transfer[name], "path") for name in _ACTS.values())),
)
_QUESTIONS = select(_question.path, _question.state, _question.waits_since).where(
    _question.county == bindparam("county"),
    _question.state.in_([QuestionState.OPEN, QuestionState.PASSED_UP, QuestionState.PASSED_ON]),
    begins_with(_question.path, "path"),
)
_CASES = select(_case.path, _case.opened_at).where(
    _case.county == bindparam("county"),
    _case.state == CaseState.WAITING,
    begins_with(_case.path, "path"),
)


def waits(session: Session, place: Union) -> dict[str, Waits]:
    """Return what waits now at each desk, by the code of the part of a place; what waits at the
    place itself under its own code.
    """
    asked = {"county": place.county, "path": place.path}
    late = now() - timedelta(days=setting("REVIEW_DAYS"))
    county = place.path.split("/")[1]
    by_desk = {
        Desk.ROSTERS: [
            _One(path, since, rows, since < late)
            for path, since, rows in session.execute(_ROSTERS, asked)
        ],
        Desk.TRANSFERS: list(_transfers(session, asked)),
        Desk.QUESTIONS: [
            _One(path if state == QuestionState.OPEN else f"/{county}/", since, 1, since < late)
            for path, state, since in session.execute(_QUESTIONS, asked)
        ],
        Desk.IDENTITIES: [
            _One(path, since, 1, since < late) for path, since in session.execute(_CASES, asked)
        ],
    }
    found: dict[str, dict[Desk, Wait]] = defaultdict(dict)
    for desk, ones in by_desk.items():
        by_part: dict[str, list[_One]] = defaultdict(list)
        for one in ones:
            # What the county has to act on waits at no unit's desk.
            if one.path.startswith(place.path):
                by_part[part_of(place, one.path)].append(one)
        for code, here in by_part.items():
            found[code][desk] = _wait(here)
    return dict(found)


def together(found: Mapping[str, Waits], desk: Desk) -> tuple[int, int, int]:
    """Return how many things wait at a desk in all parts, how many rows, and how many are late."""
    here = [one[desk] for one in found.values() if desk in one]
    return (
        sum(one.things for one in here),
        sum(one.rows for one in here),
        sum(one.late for one in here),
    )


def _transfers(session: Session, asked: Mapping[str, str]) -> Iterator[_One]:
    for state, since, due_on, *paths in session.execute(_TRANSFERS, asked):
        acting = dict(zip(_ACTS, paths, strict=True))[TransferState(state)]
        is_late = state == TransferState.ASKED and due_on < today()
        yield _One(acting, since, 1, is_late)


def _wait(ones: Sequence[_One]) -> Wait:
    return Wait(
        len(ones),
        sum(one.rows for one in ones),
        min(one.since for one in ones),
        int(median((now() - one.since).total_seconds() for one in ones) // 86_400),
        sum(one.is_late for one in ones),
    )
