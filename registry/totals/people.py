"""The members behind a number: who they were on the day, masked, and who approved them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from registry.db import one_of, table_of
from registry.identity.mask import Sight
from registry.members.facts import Facts
from registry.members.models import EventType, MembershipEvent, MembershipState, Standing
from registry.members.queries import MemberLine, lines_of
from registry.review.models import Decision
from registry.submissions.models import SubmissionRow
from registry.totals.dimensions import MEMBER_FACTS, NOT_KNOWN, values, years_of
from registry.totals.scope import Below
from registry.totals.structure import Count, by_union
from registry.unions.queries import Union

_standing, _event = table_of(Standing).c, table_of(MembershipEvent).c
_row, _decision = table_of(SubmissionRow).c, table_of(Decision).c
# What begins a membership; one that was opened again began by what it says of itself.
_ENTRIES = (EventType.ENTER, EventType.TRANSFER_IN)
_APPROVER = case((_decision.by_transfer, None), else_=_decision.decided_by)
TRACED = 50_000  # members whose approvals are looked up at once


class Approval(NamedTuple):
    """What let a member in: the roster and its row, the decision, by whom and when. Nobody is named
    for a transfer, which the other union released; empty where the membership goes on from another.
    """

    submission_id: int | None = None
    row: int | None = None
    decision_id: int | None = None
    decided_by: int | None = None
    decided_at: datetime | None = None


class Someone(NamedTuple):
    """A member as on the day: union, state and facts of then, what is masked as it is now."""

    line: MemberLine
    union: Below
    state: MembershipState
    facts: Facts
    approval: Approval


class People(NamedTuple):
    """A page of members and how many there are in all."""

    in_all: int
    shown: list[Someone]


def people(
    session: Session,
    place: Union,
    on: date,
    chosen: Mapping[str, str],
    state: MembershipState | None,
    sight: Sight,
    *,
    offset: int = 0,
    limit: int = 50,
) -> People:
    """Return members of a place at the end of a day with the chosen facts and state, by union and
    entry. How many they are is what is kept in the transactions: only unions that have some of the
    page are looked into.
    """
    counted = [(one, _of(count, state)) for one, count in by_union(session, place, on, chosen)]
    on_page, skip = _on_page(counted, offset, limit)
    query = _listed(place.county, list(on_page), on, chosen, state)
    query = query.order_by(_standing.union_code, _standing.membership_id)
    found = session.execute(query.offset(skip).limit(limit)).all() if on_page else []
    in_all = sum(number for _, number in counted)
    return People(in_all, _shown(session, place, found, on_page, sight))


def approvers(
    session: Session,
    place: Union,
    on: date,
    chosen: Mapping[str, str],
    state: MembershipState | None,
) -> list[tuple[int | None, int]] | None:
    """Return by whom the members of a list were let in, and how many by each, the most first; None
    stands for those whom nobody is named for. None at all where they are more than `TRACED`.
    """
    counted = [(one, _of(count, state)) for one, count in by_union(session, place, on, chosen)]
    if sum(number for _, number in counted) > TRACED:
        return None
    codes = [one.code for one, number in counted if number]
    listed = _listed(place.county, codes, on, chosen, state).subquery()
    query = (
        select(_APPROVER, func.count())
        .select_from(listed)
        .outerjoin(table_of(MembershipEvent), _entry_of(place.county, listed.c))
        .outerjoin(table_of(SubmissionRow), _row_of(place.county))
        .outerjoin(table_of(Decision), _decision_of(place.county))
        .group_by(_APPROVER)
        .order_by(func.count().desc())
    )
    return [(account, number) for account, number in session.execute(query)]


def _on_page(
    counted: Iterable[tuple[Below, int]], offset: int, limit: int
) -> tuple[dict[str, Below], int]:
    """Return the unions, by code, that have members of a page, and how many of the first of them
    are on pages before.
    """
    unions: dict[str, Below] = {}
    before, skip = 0, 0
    for one, number in counted:
        if before + number > offset and before < offset + limit and number:
            if not unions:
                skip = offset - before
            unions[one.code] = one
        before += number
    return unions, skip


def _of(count: Count, state: MembershipState | None) -> int:
    if state is None:
        return count.active + count.retained
    return count.retained if state is MembershipState.RETAINED else count.active


def _listed(
    county: str,
    codes: Sequence[str],
    on: date,
    chosen: Mapping[str, str],
    state: MembershipState | None,
) -> Select[Any]:
    conditions = [
        _condition(name, chosen[name], on.year) for name in MEMBER_FACTS if name in chosen
    ]
    if state is not None:
        is_retained = _standing.state == MembershipState.RETAINED
        conditions.append(is_retained if state is MembershipState.RETAINED else ~is_retained)
    return select(table_of(Standing)).where(
        _standing.county == county,
        one_of(Standing.union_code, codes),
        _standing.since <= on,
        or_(_standing.until.is_(None), _standing.until > on),
        *conditions,
    )


def _condition(name: str, value: str, year: int) -> ColumnElement[bool]:
    if name == "age":
        if value == NOT_KNOWN:
            return _standing.born_in == 0
        return _standing.born_in.between(*years_of(value, year))
    column = _standing[name]
    if value == NOT_KNOWN:
        return column.not_in([one.key for one in values(name) if one.key != NOT_KNOWN])
    return column == value


def _entry_of(county: str, standing: Any) -> ColumnElement[bool]:
    return and_(
        _event.county == county,
        _event.member_id == standing.member_id,
        _event.membership_id == standing.membership_id,
        _event.type.in_(_ENTRIES),
    )


def _row_of(county: str) -> ColumnElement[bool]:
    return (
        (_row.county == county)
        & (_row.submission_id == _event.submission_id)
        & (_row.row == _event.row)
    )


def _decision_of(county: str) -> ColumnElement[bool]:
    return (_decision.county == county) & (_decision.id == _row.decision_id)


def _shown(
    session: Session,
    place: Union,
    found: Sequence[Any],
    unions: Mapping[str, Below],
    sight: Sight,
) -> list[Someone]:
    numbers = [one.membership_id for one in found]
    lines = lines_of(session, place.county, numbers, sight)
    approvals = _approvals(session, place.county, found)
    return [
        Someone(
            lines[one.membership_id],
            unions[one.union_code],
            MembershipState(one.state),
            Facts(*(getattr(one, name) for name in Facts._fields)),
            approvals.get(one.membership_id, Approval()),
        )
        for one in found
    ]


def _approvals(session: Session, county: str, found: Sequence[Any]) -> dict[int, Approval]:
    query = (
        select(
            _event.membership_id,
            _event.submission_id,
            _event.row,
            _decision.id,
            _APPROVER,
            _decision.decided_at,
        )
        .select_from(table_of(MembershipEvent))
        .outerjoin(table_of(SubmissionRow), _row_of(county))
        .outerjoin(table_of(Decision), _decision_of(county))
        .where(
            _event.county == county,
            one_of(MembershipEvent.member_id, [one.member_id for one in found]),
            one_of(MembershipEvent.membership_id, [one.membership_id for one in found]),
            _event.type.in_(_ENTRIES),
        )
    )
    return {number: Approval(*rest) for number, *rest in session.execute(query)}
