"""Members whom a roster of everybody leaves out, and what the clerk has said of each.

What was said stands as rows of a submission of its own (`source` ABSENCE), which names the roster
as its parent: a leaving, a retaining, or nothing at all for who was overlooked. It is a draft as
long as the roster is one, and is sent, withdrawn and superseded with it (decision 0020).
Of a member who is retained already only a roster to verify asks.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.identity.mask import Sight
from registry.members.lifecycle import LEAVING, RETAINING
from registry.members.models import LIVE, Member, Membership, MembershipState
from registry.members.restricting import of_membership
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SUBMISSIONS, SubmissionView, find, view_of
from registry.submissions.states import Kind, RowState, State
from registry.submissions.whereabouts import (
    AskedMember,
    Reason,
    asked_members,
    reason_of,
    row_of,
)

ABSENCE = "ABSENCE"
_OVER = (State.WITHDRAWN, State.SUPERSEDED)


class Account(NamedTuple):
    """Of how many members that a roster leaves out it is asked, and of how many what was said.

    `number` is the submission that holds what was said, None where nothing was. `kept` are those
    retained already, of whom a draft does not ask; what was sent counts them in `total`.
    """

    total: int
    said: dict[Reason, int]
    number: int | None = None
    kept: int = 0

    @property
    def open(self) -> int:
        """Members of whom nothing was said."""
        return max(self.total - sum(self.said.values()), 0)

    @property
    def rest_words(self) -> str:
        """The button that says of all the rest that they were only overlooked."""
        who = "其余" if self.said else "这"
        return f"{who} {self.open:,} 人全部：{Reason.OVERLOOKED.label}"


class Gone(NamedTuple):
    """What a roster does to those it leaves out: how many there are, how many of the active ones
    leave, because it was said or because nothing was, and how many of them are retained from now.
    """

    total: int
    leaving: int
    retaining: int


_submission = table_of(Submission).c
_LINKED = (
    SUBMISSIONS.where(
        _submission.county == bindparam("county"),
        _submission.union_code == bindparam("union_code"),
        _submission.parent_id == bindparam("roster"),
        _submission.source == ABSENCE,
        _submission.state.not_in(_OVER),
    )
    .order_by(_submission.id.desc())
    .limit(1)
)


def linked(session: Session, roster: SubmissionView) -> SubmissionView | None:
    """Return the submission that holds what was said of the members missing in a roster."""
    session.flush()  # an operation sees what it has changed
    asked = {"county": roster.county, "union_code": roster.union_code, "roster": roster.id}
    found = session.execute(_LINKED, asked).one_or_none()
    return view_of(found) if found is not None else None


def roster_of(session: Session, submission: SubmissionView) -> SubmissionView | None:
    """Return the roster beside which a submission says who is missing; None for all others."""
    if submission.source != ABSENCE or submission.parent_id is None:
        return None
    return find(session, submission.parent_id)


def account(session: Session, roster: SubmissionView) -> Account:
    """Return what was said of the missing: of a draft as things are now, else as it was sent."""
    if not roster.lists_everybody:
        return Account(0, {})
    known = linked(session, roster)
    number = known.id if known else None
    if roster.state is not State.DRAFT:
        return Account(roster.missing_count, _said(session, roster.county, number), number)
    counts: dict[Reason, int] = {}
    total = kept = 0
    for state, change, why, count in _counted(session, roster, number):
        if state == MembershipState.RETAINED and not _asks_of_retained(roster):
            kept += count
            continue
        total += count
        if change is not None:
            reason = reason_of(change, why)
            counts[reason] = counts.get(reason, 0) + count
    return Account(total, _in_order(counts), number, kept)


def gone(session: Session, roster: SubmissionView) -> Gone:
    """Return what a roster does to those it leaves out, as things are now.

    Whoever is retained already neither leaves nor is retained again.
    """
    known = linked(session, roster)
    total = leaving = retaining = 0
    for state, change, _, count in _counted(session, roster, known.id if known else None):
        total += count
        if state != MembershipState.RETAINED:
            leaving += count if change is None or change in LEAVING else 0
            retaining += count if change == RETAINING else 0
    return Gone(total, leaving, retaining)


def missing_members(
    session: Session,
    roster: SubmissionView,
    sight: Sight,
    *,
    only_open: bool = False,
    member_id: int | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[AskedMember]:
    """Return the members of whom a draft asks why, masked, in the order of admission.

    `only_open` leaves out those of whom something was said; `after` is a membership number.
    """
    known = linked(session, roster)
    asked = [*is_asked(roster), Membership.id > after]
    if only_open:
        asked.append(SubmissionRow.row.is_(None))
    if member_id is not None:
        asked.append(Member.id == member_id)
    number = known.id if known else None
    return asked_members(session, roster.county, number, asked, sight, limit=limit)


def is_asked(roster: SubmissionView) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions by which it is asked why a membership is missing in a roster.

    That somebody is retained was approved before, and a full roster lists who works here: it asks
    of nobody again. A roster to verify asks each member to be confirmed, and starts from all.
    """
    if _asks_of_retained(roster):
        return _is_missing(roster)
    return (*_is_missing(roster), Membership.state != MembershipState.RETAINED)


def _asks_of_retained(roster: SubmissionView) -> bool:
    return roster.kind is Kind.REVERIFY


def _is_missing(roster: SubmissionView) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions by which a membership is missing in a roster.

    A row that the clerk left out names nobody; a faulty row does, as far as its number is sound.
    """
    named = (
        select(SubmissionRow.row)
        .where(
            SubmissionRow.county == roster.county,
            SubmissionRow.submission_id == roster.id,
            SubmissionRow.person_key == Membership.person_key,
            SubmissionRow.state != RowState.EXCLUDED,
        )
        .correlate(Membership)
    )
    return (
        Membership.county == roster.county,
        Membership.union_code == roster.union_code,
        Membership.state.in_(LIVE),
        # The blank roster that lists everybody leaves them out.
        of_membership(roster.county),
        ~named.exists(),
    )


def _counted(
    session: Session, roster: SubmissionView, number: int | None
) -> Iterator[tuple[MembershipState, str | None, str | None, int]]:
    """Yield those left out by their state, the change that was said and its reason."""
    groups = (Membership.state, SubmissionRow.change, SubmissionRow.change_reason)
    query: Any = (
        select(*groups, func.count())
        .select_from(Membership)
        .outerjoin(SubmissionRow, row_of(roster.county, number))
        .where(*_is_missing(roster))
        .group_by(*groups)
    )
    yield from session.execute(query).tuples()


def _said(session: Session, county: str, number: int | None) -> dict[Reason, int]:
    if number is None:
        return {}
    query: Any = (
        select(SubmissionRow.change, SubmissionRow.change_reason, func.count())
        .where(SubmissionRow.county == county, SubmissionRow.submission_id == number)
        .group_by(SubmissionRow.change, SubmissionRow.change_reason)
    )
    counts: dict[Reason, int] = {}
    for change, why, count in session.execute(query):
        reason = reason_of(change, why)
        counts[reason] = counts.get(reason, 0) + count
    return _in_order(counts)


def _in_order(counts: dict[Reason, int]) -> dict[Reason, int]:
    return {reason: counts[reason] for reason in Reason if reason in counts}
