"""NEW rows: people who enter, for the first time or again."""

from typing import Any

from sqlalchemy import ColumnElement, Subquery, case, literal, null, select, true
from sqlalchemy.orm import Session

from registry.db import Instant, allocate, insert_select
from registry.members import checked
from registry.members.changing import given_by, overlay
from registry.members.lifecycle import TRANSFERRED_IN
from registry.members.match import Match
from registry.members.models import (
    EventType,
    Member,
    Membership,
    MembershipEvent,
    MembershipState,
)
from registry.members.place import Claim, Counts, Place


def enter(
    session: Session,
    place: Place,
    rows: Subquery,
    highest_row: int,
    claim: Claim,
    count: int,
    filled: int,
) -> Counts:
    """Write member, membership and event of every NEW row; the persons are claimed already.

    `count` and `filled` are the number of these rows and of their cells filled.
    """
    fresh = select(rows).where(rows.c.match == Match.NEW).subquery()
    member_id: ColumnElement[int] = (
        allocate(session, f"member:{place.county}", highest_row + 1) + fresh.c.row
    )
    known = select(Member.id).where(
        Member.county == place.county, Member.person_key == fresh.c.person_key
    )
    if claim.some_return:
        filled += _renew_former(session, place, fresh)
        _members(session, place, fresh, member_id, ~known.exists())
        member_id = known.scalar_subquery()
    else:
        _members(session, place, fresh, member_id, true())
    membership_id = claim.base + fresh.c.row
    _memberships(session, place, fresh, member_id, membership_id)
    _events(session, place, fresh, member_id, membership_id, highest_row)
    checked.count(
        session,
        place.county,
        place.union_code,
        place.at,
        come={checked.last_check(None, place.at): count},
    )
    return Counts(active=count, filled=filled)


def _renew_former(session: Session, place: Place, fresh: Subquery) -> int:
    """Bring returning members up to date; they keep their member and its history.

    Returns by how much their cells filled exceed what their rows say.
    """
    query = select(
        Member.id,
        Member.particulars,
        Member.filled,
        fresh.c.filled.label("said"),
        *given_by(fresh),
    ).join(fresh, (Member.county == place.county) & (Member.person_key == fresh.c.person_key))
    found = list(session.execute(query))
    overlay(session, place, found)
    return sum(max(row.filled, row.row_filled) - row.said for row in found)


def _members(
    session: Session,
    place: Place,
    fresh: Subquery,
    member_id: ColumnElement[int],
    which: ColumnElement[bool],
) -> None:
    at = literal(place.at, Instant())
    columns: dict[str, Any] = {
        "county": literal(place.county),
        "id": member_id,
        "person_key": fresh.c.person_key,
        "full_name": fresh.c.full_name,
        "document_kind": fresh.c.document_kind,
        "document_sealed": fresh.c.document_sealed,
        "mobile_sealed": fresh.c.mobile_sealed,
        "mobile_key": fresh.c.mobile_key,
        "particulars": fresh.c.clean,
        "filled": fresh.c.filled,
        "created_at": at,
        "changed_at": at,
    }
    insert_select(session, Member, columns, select(*columns.values()).where(which))


def _memberships(
    session: Session,
    place: Place,
    fresh: Subquery,
    member_id: ColumnElement[int],
    membership_id: ColumnElement[int],
) -> None:
    columns: dict[str, Any] = {
        "county": literal(place.county),
        "id": membership_id,
        "member_id": member_id,
        "person_key": fresh.c.person_key,
        "union_code": literal(place.union_code),
        "state": literal(MembershipState.ACTIVE.value),
        "began_on": fresh.c.changed_on,
        "admitted_at": literal(place.at, Instant()),
    }
    insert_select(session, Membership, columns)


def _events(
    session: Session,
    place: Place,
    fresh: Subquery,
    member_id: ColumnElement[int],
    membership_id: ColumnElement[int],
    highest_row: int,
) -> None:
    base = allocate(session, f"event:{place.county}", highest_row + 1)
    entry: ColumnElement[str] = case(
        (fresh.c.change == TRANSFERRED_IN, EventType.TRANSFER_IN.value),
        else_=EventType.ENTER.value,
    )
    if place.origin is not None:
        entry = literal(EventType.TRANSFER_IN.value)
    columns: dict[str, Any] = {
        "county": literal(place.county),
        "id": base + fresh.c.row,
        "member_id": member_id,
        "membership_id": membership_id,
        "type": entry,
        "happened_on": fresh.c.changed_on,
        "reason": fresh.c.change_reason,
        "recorded_at": literal(place.at, Instant()),
        "from_union": null() if place.origin is None else literal(place.origin),
        "to_union": literal(place.union_code),
        "submission_id": literal(place.submission_id),
        "row": fresh.c.row,
    }
    insert_select(session, MembershipEvent, columns)
