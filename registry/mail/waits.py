"""What waits for an account, in words without any person, union or file."""

from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.questions import queries as questions
from registry.questions.sides import desk_of
from registry.questions.states import QuestionState, Side
from registry.review import queue, transfer_queries
from registry.review.transfer_queries import Desk
from registry.submissions import checking
from registry.submissions import queries as submissions
from registry.submissions.states import State


def waits_for(session: Session, actor: Actor) -> list[str]:
    """Return what waits, most urgent first, as "3 份名册被退回"; empty: nothing does."""
    parts = [
        (_returned(session, actor), "份名册被退回"),
        (_waiting(session, actor), "份名册待审核"),
        *_transfers(session, actor),
        *_questions(session, actor),
    ]
    return [f"{count:,} {words}" for count, words in parts if count]


def _returned(session: Session, actor: Actor) -> int:
    if not actor.has(Permission.WORK_ROSTER):
        return 0
    drafts = submissions.of_union(session, actor.county, actor.place, states=[State.DRAFT])
    return len(checking.sent_back(session, drafts))


def _waiting(session: Session, actor: Actor) -> int:
    if not actor.has(Permission.REVIEW):
        return 0
    return queue.waiting(session, actor.county, actor.path)[0]


def _transfers(session: Session, actor: Actor) -> list[tuple[int, str]]:
    found = []
    if actor.has(Permission.ANSWER_TRANSFERS):
        asked = transfer_queries.answers(session, actor.county, actor.path).asked
        found.append((asked, "件转会待答复"))
    if actor.has(Permission.SETTLE_TRANSFERS):
        counts = transfer_queries.counts(session, actor.county, actor.path)
        found.append((counts[Desk.SETTLING], "件转会待裁定"))
    return found


def _questions(session: Session, actor: Actor) -> list[tuple[int, str]]:
    if not actor.has(Permission.VIEW_QUESTIONS):
        return []
    counts = questions.counts(session, actor.county, actor.path)
    side = desk_of(actor)
    if side is Side.ASKER:
        return [(counts[QuestionState.ANSWERED].total, "个问题有了答复")]
    state = QuestionState.PASSED_UP if side is Side.CITY else QuestionState.OPEN
    return [(counts[state].total, "个问题待答复")]
