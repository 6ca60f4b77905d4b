"""Verifying members on the page: who is still here, who left, who moved; one by one or the rest.

The answers of a union stand as rows of one draft (`source` ANSWERS) of kind REVERIFY, which is kept
until it is submitted, and then goes the way of every roster: nothing is written past the reviewer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import table_of, transaction
from registry.errors import InputRefused, StateRefused
from registry.identity.mask import Sight
from registry.members.checked import is_due
from registry.members.models import Member, Membership, MembershipState
from registry.submissions import answers
from registry.submissions.absences import ABSENCE
from registry.submissions.known import live_members
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.queries import SUBMISSIONS, SubmissionView, view_of
from registry.submissions.states import ANSWERS, REVIEWABLE, Kind, RowState, State
from registry.submissions.whereabouts import AskedMember, Reason, Said, asked_members, row_of
from registry.trail.operations import hold, record
from registry.unions import queries as union_queries
from registry.unions.queries import Union

FILE_NAME = "在线复核"
_NAMED_ON_TRAIL = 200
# Of a retained member it may be said that the person is back: nothing else is asked of them here.
_BACK = Reason.OVERLOOKED


class Standing(NamedTuple):
    """How a union stands that verifies its members checked before an instant: of how many nothing
    was said, what the draft says, how many wait for review, how many are retained.
    """

    open: int
    said: int
    waiting: int
    retained: int


def say(
    union_code: str, before: datetime, said: Mapping[int, Said], *, actor: Actor
) -> SubmissionView | None:
    """Write what the clerk says of members last checked before an instant, or retained; returns the
    draft, None where there is none.

    Raises `InputRefused` for nobody, for an impossible date or answer, `StateRefused` when one of
    them is not asked for (any more); then nothing is written.
    """
    if not said:
        raise InputRefused("answers.nobody", "请先选择会员。")
    with transaction() as session:
        union = _union(session, union_code, actor)
        draft = draft_of(session, union)
        asked = or_(_is_open(session, union, before), _is_retained())
        query = live_members(union.county, union.code, list(said)).where(asked)
        found = [one for one in session.execute(query) if one.id in said]
        if len(found) < len(said):
            raise StateRefused(
                "answers.not_asked",
                "其中有人已经复核过、正在待审，或会籍有了变化；这次没有保存，请看最新情况再办。",
            )
        _check(found, said)
        return _write(session, union, draft, [(one, said[one.id]) for one in found], actor)


def say_rest(union_code: str, before: datetime, *, actor: Actor) -> int:
    """Say of all members of whom it is asked and nothing was said that they are still here; returns
    of how many.
    """
    with transaction() as session:
        union = _union(session, union_code, actor)
        draft = draft_of(session, union)
        query = live_members(union.county, union.code).where(_is_open(session, union, before))
        query = query.outerjoin(SubmissionRow, row_of(union.county, draft.id if draft else None))
        rest = list(session.execute(query.where(SubmissionRow.row.is_(None))))
        here = Said(Reason.OVERLOOKED)
        if rest:
            _write(session, union, draft, [(one, here) for one in rest], actor)
        return len(rest)


_submission = table_of(Submission).c


def draft_of(session: Session, union: Union) -> SubmissionView | None:
    """Return the draft that holds a union's answers."""
    session.flush()
    query = SUBMISSIONS.where(
        _submission.county == union.county,
        _submission.union_code == union.code,
        _submission.source == ANSWERS,
        _submission.state == State.DRAFT,
    )
    found = session.execute(query.order_by(_submission.id.desc()).limit(1)).one_or_none()
    return view_of(found) if found is not None else None


def standing(
    session: Session, union: Union, befores: Sequence[datetime]
) -> dict[datetime, Standing]:
    """Return how a union stands for members checked before each of these instants."""
    draft = draft_of(session, union)
    waits = _waits(session, union)
    is_said = SubmissionRow.row.is_not(None)
    parts: list[Any] = [func.count().filter(_is_retained())]
    for before in befores:
        due = is_due(before)
        parts += [
            func.count().filter(due, ~is_said, ~waits),
            func.count().filter(due, ~is_said, waits),
        ]
    query = (
        select(*parts)
        .select_from(Membership)
        .outerjoin(SubmissionRow, row_of(union.county, draft.id if draft else None))
        .where(
            *_of(union), Membership.state.in_((MembershipState.ACTIVE, MembershipState.RETAINED))
        )
    )
    retained, *counts = session.execute(query).one()
    said = draft.ok_count + draft.warning_count + draft.error_count if draft else 0
    return {
        before: Standing(counts[2 * at], said, counts[2 * at + 1], retained)
        for at, before in enumerate(befores)
    }


def asked(
    session: Session,
    union: Union,
    before: datetime,
    sight: Sight,
    *,
    retained: bool = False,
    said: bool = False,
    member_id: int | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[AskedMember]:
    """Return members, masked, in the order of admission: those checked before an instant of whom
    nothing was said and nothing waits for review; with `retained` those who are retained, with
    `said` those in the draft, with `member_id` this one. `after` is a membership number.
    """
    draft = draft_of(session, union)
    conditions = [*_of(union), Membership.id > after]
    if member_id is not None:
        conditions.append(Member.id == member_id)
    elif said:
        conditions.append(SubmissionRow.row.is_not(None))
    elif retained:
        conditions.append(_is_retained())
    else:
        conditions += [_is_open(session, union, before), SubmissionRow.row.is_(None)]
    number = draft.id if draft else None
    return asked_members(session, union.county, number, conditions, sight, limit=limit)


def is_verification() -> ColumnElement[bool]:
    """Return the condition for submissions that say of members whether they are still here: what is
    said of those whom a roster leaves out is one of them.
    """
    return (_submission.kind == Kind.REVERIFY) | (_submission.source == ABSENCE)


def _union(session: Session, union_code: str, actor: Actor) -> Union:
    union = union_queries.find(session, union_code)
    demand(actor, Permission.WORK_ROSTER, union.path)
    if not union.is_grassroots:
        raise StateRefused("union.no_members", "只有基层工会有会员，请到基层工会中办理。")
    hold(session, union.county)  # before any sequence: see `submissions.locking`
    union_queries.demand_formed(session, union.code)
    return union


def _check(found: Sequence[Any], said: Mapping[int, Said]) -> None:
    for one in found:
        reason = said[one.id].reason
        if one.state == MembershipState.RETAINED and reason not in (_BACK, None):
            raise InputRefused(
                "answers.retained", "保留会籍的人在这里只能说明已回来；其他变化请到会员页面办理。"
            )


def _write(
    session: Session,
    union: Union,
    draft: SubmissionView | None,
    said: Sequence[tuple[Any, Said]],
    actor: Actor,
) -> SubmissionView | None:
    into = draft or answers.opened(
        session,
        union,
        Kind.REVERIFY,
        account_id=actor.account_id,
        source=ANSWERS,
        file_name=FILE_NAME,
    )
    left = answers.write(session, into, said)
    reasons: dict[str, int] = {}
    for _, answer in said:
        name = answer.reason.value if answer.reason else "TAKEN_BACK"
        reasons[name] = reasons.get(name, 0) + 1
    detail = {
        "submission": into.id,
        "rows": len(said),
        "reasons": reasons,
        "members": [one.id for one, _ in said][:_NAMED_ON_TRAIL],
    }
    record(session, "draft.answers", actor=actor, place=union.code, detail=detail)
    if left:
        return draft_of(session, union)
    empty = session.get_one(Submission, (into.county, into.id))
    empty.state, empty.is_current = State.WITHDRAWN, False
    return None


def _of(union: Union) -> tuple[ColumnElement[bool], ...]:
    return (Membership.county == union.county, Membership.union_code == union.code)


def _is_retained() -> ColumnElement[bool]:
    return Membership.state == MembershipState.RETAINED


def _is_open(session: Session, union: Union, before: datetime) -> ColumnElement[bool]:
    return is_due(before) & ~_waits(session, union)


def _waits(session: Session, union: Union) -> ColumnElement[bool]:
    """Return the condition that a row of a verification about the member waits for review."""
    sent = select(_submission.id).where(
        _submission.county == union.county,
        _submission.union_code == union.code,
        _submission.state.in_(tuple(REVIEWABLE)),
        is_verification(),
    )
    numbers = list(session.scalars(sent))
    row = table_of(SubmissionRow).alias().c
    return (
        select(row.row)
        .where(
            row.county == union.county,
            row.submission_id.in_(numbers),
            row.person_key == Membership.person_key,
            row.state == RowState.PENDING,
        )
        .correlate(Membership)
        .exists()
    )
