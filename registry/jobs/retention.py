"""Originals that nobody needs any more are deleted after a time; their hash stays.

The roster is decided, its rows and findings stand in the register's own tables; the workbook held
only what was sent in, numbers in full. What is still needed stays however old it is: see `_needed`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, Row, Select, func, or_, select, tuple_, union, update
from sqlalchemy.orm import Session

from registry.campaigns.models import Campaign
from registry.campaigns.states import CampaignState
from registry.clock import end_of_day, now, today
from registry.db import db, setting, transaction
from registry.discrepancies.models import Explanation
from registry.discrepancies.states import ExplanationState
from registry.questions.models import Question
from registry.questions.states import QuestionState
from registry.review.models import IdentityCase
from registry.submissions import originals
from registry.submissions.bundles.models import Bundle, BundlePart
from registry.submissions.bundles.states import BundleState
from registry.submissions.models import Submission
from registry.submissions.states import State
from registry.trail.operations import hold, record
from registry.unions.queries import counties

AT_ONCE = 500  # files in one transaction
ACTION = "original.remove"
_ENDED = (State.CLOSED, State.WITHDRAWN, State.SUPERSEDED)
_ANSWERED = (QuestionState.ANSWERED, QuestionState.CLOSED)
_EXPLAINED = (ExplanationState.ACCEPTED, ExplanationState.RETURNED)
_BUNDLE_ENDED = (BundleState.DONE, BundleState.REFUSED, BundleState.CANCELLED)
_KEPT_BY = (Submission, Bundle)


class Due(NamedTuple):
    """Originals of a county that are to be deleted, and how many bytes their files had."""

    county: str
    submissions: Sequence[Row[Any]]
    bundles: Sequence[Row[Any]]

    @property
    def number(self) -> int:
        """How many there are."""
        return len(self.submissions) + len(self.bundles)

    @property
    def size(self) -> int:
        """The bytes of the workbooks."""
        return sum(one.file_bytes or 0 for one in (*self.submissions, *self.bundles))


def due(session: Session, limit: int | None = None) -> list[Due]:
    """Return what is to be deleted by now, of each county `limit` at most; nothing where the
    setting says that originals are kept.
    """
    days: int = setting("ORIGINAL_DAYS")
    if not days:
        return []
    before = now() - timedelta(days=days)
    found = [_due(session, county, before, limit) for county in counties(session)]
    return [one for one in found if one.number]


def remove_due(limit: int = AT_ONCE) -> int:
    """Delete originals that are due, of each county `limit` at most; returns how many.

    Their rows say so first, on the trail; then the files go, and last their names. Killed between,
    it is taken up again at the next call.
    """
    found: list[Due] = []
    if setting("ORIGINAL_DAYS"):
        with transaction() as session:
            # Nothing is taken up again between looking and marking.
            for county in counties(session):
                hold(session, county)
            found = due(session, limit)
            for one in found:
                _mark(session, one)
    _delete_marked()
    return sum(one.number for one in found)


def _due(session: Session, county: str, before: datetime, limit: int | None) -> Due:
    needed = _needed(county)
    latest = _campaigns_begin(session, county) or before
    ended = func.coalesce(Submission.closed_at, Submission.submitted_at, Submission.created_at)
    is_due = (
        Submission.state.in_(_ENDED)
        & (ended < before)
        & (Submission.created_at < latest)
        & Submission.id.not_in(select(needed.c.id))
        & func.coalesce(Submission.parent_id, 0).not_in(select(needed.c.id))
        & Submission.union_code.not_in(_unexplained(county))
    )
    # A roster that was taken back and its new draft have one file.
    others = select(Submission.original).where(
        Submission.county == county, Submission.original.is_not(None), ~is_due
    )
    submissions = _files(Submission, county).where(is_due, Submission.original.not_in(others))
    parts = select(BundlePart.bundle_id).where(
        BundlePart.county == county,
        or_(*(column.in_(select(needed.c.id)) for column in _PART)),
    )
    bundles = _files(Bundle, county).where(
        Bundle.state.in_(_BUNDLE_ENDED),
        func.coalesce(Bundle.ended_at, Bundle.created_at) < before,
        Bundle.created_at < latest,
        Bundle.id.not_in(parts),
    )
    return Due(county, *(session.execute(one.limit(limit)).all() for one in (submissions, bundles)))


def _campaigns_begin(session: Session, county: str) -> datetime | None:
    """Return when the first of the open campaigns began: they ask what unions have sent since."""
    query = select(func.min(Campaign.opens_on)).where(
        Campaign.county == county,
        Campaign.state == CampaignState.OPEN,
        or_(Campaign.ends_when_due.is_(False), Campaign.due_on >= today()),
    )
    first = session.scalar(query)
    return None if first is None else end_of_day(first - timedelta(days=1))


_PART = (BundlePart.submission_id, BundlePart.draft_id)


def _files(model: type[Submission] | type[Bundle], county: str) -> Select[Any]:
    return (
        select(model.id, model.file_sha256, model.file_bytes)
        .where(
            model.county == county,
            model.original.is_not(None),
            model.original_removed_at.is_(None),
        )
        .order_by(model.id)
    )


def _needed(county: str) -> CTE:
    """The rosters that are not at their end, those that an open question or doubt is about, and
    what each of them takes up again: rows have their numbers in the first one's file.
    """
    about: list[tuple[Any, ColumnElement[bool]]] = [
        (Question, Question.state.not_in(_ANSWERED)),
        (IdentityCase, IdentityCase.decided_at.is_(None)),
    ]
    begin = union(
        select(Submission.id).where(Submission.county == county, Submission.state.not_in(_ENDED)),
        *(
            select(model.submission_id).where(
                model.county == county, model.submission_id.is_not(None), is_open
            )
            for model, is_open in about
        ),
    ).subquery()
    needed = select(begin.c.id).cte("needed", recursive=True)
    taken_up = select(Submission.parent_id).where(
        Submission.county == county,
        Submission.id == needed.c.id,
        Submission.parent_id.is_not(None),
    )
    return needed.union(taken_up)


def _unexplained(county: str) -> Select[Any]:
    return select(Explanation.union_code).where(
        Explanation.county == county, Explanation.state.not_in(_EXPLAINED)
    )


def _mark(session: Session, found: Due) -> None:
    at = now()
    for model, rows in ((Submission, found.submissions), (Bundle, found.bundles)):
        session.execute(
            update(model)
            .where(model.county == found.county, model.id.in_([row.id for row in rows]))
            .values(original_removed_at=at)
        )
    record(
        session,
        ACTION,
        actor=None,
        actor_name="worker",
        county=found.county,
        place=found.county,
        detail={"count": found.number, "bytes": found.size, "digest": _digest(found)},
    )


def _digest(found: Due) -> str:
    """Return the SHA-256 over the numbers and hashes of what was removed, a line each."""
    lines = [f"submission {row.id} {row.file_sha256}\n" for row in found.submissions]
    lines += [f"bundle {row.id} {row.file_sha256}\n" for row in found.bundles]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _delete_marked() -> None:
    marked = {
        model: db.session.execute(
            select(model.county, model.id, model.original).where(
                model.original.is_not(None), model.original_removed_at.is_not(None)
            )
        ).all()
        for model in _KEPT_BY
    }
    for name in {row.original for rows in marked.values() for row in rows}:
        originals.drop(name)
    with transaction() as session:
        for model, rows in marked.items():
            _forget(session, model, rows)


def _forget(session: Session, model: Any, rows: Iterable[Row[Any]]) -> None:
    keys = [(row.county, row.id) for row in rows]
    session.execute(
        update(model).where(tuple_(model.county, model.id).in_(keys)).values(original=None)
    )
