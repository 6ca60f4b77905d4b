"""CHANGED rows: particulars of members brought up to date, and retained members who are back."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Subquery, case, literal, null, select
from sqlalchemy.orm import Session

from registry.db import update_many
from registry.members import checked
from registry.members.closing import write_events
from registry.members.match import Match
from registry.members.matching import changed_fields, merged
from registry.members.models import (
    EventType,
    Member,
    Membership,
    MembershipState,
    Person,
)
from registry.members.place import Counts, Place


class Former(msgspec.Struct):
    """What a member's changed particulars were before, None where there was nothing, and how many
    cells were filled. The mobile is not kept.
    """

    fields: dict[str, str | None]
    filled: int


def change(session: Session, place: Place, rows: Subquery) -> Counts:
    """Write what CHANGED rows change; a retained member reported as in work is active again."""
    found = _changed(session, place, rows)
    if not found:
        return Counts()
    overlay(session, place, found)
    resumed = [row for row in found if row.state == MembershipState.RETAINED]
    update_many(
        session,
        Membership,
        ("county", "id"),
        [
            {"county": place.county, "id": row.membership_id, "state": MembershipState.ACTIVE.value}
            for row in resumed
        ],
    )
    write_events(session, place.county, [_event(place, row) for row in found])
    filled = sum(max(row.row_filled - row.filled, 0) for row in found)
    checked.count(
        session, place.county, place.union_code, place.at, come=checked.checks_of(resumed)
    )
    return Counts(active=len(resumed), retained=-len(resumed), filled=filled)


def given_by(rows: Subquery) -> tuple[ColumnElement[Any], ...]:
    """Return what rows give a `Member`, for `overlay`: clean, row_filled, mobile_sealed and
    mobile_key. A restricted member is given nothing.
    """
    is_open = Member.restricted_at.is_(None)
    return (
        case((is_open, rows.c.clean), else_=literal("{}")).label("clean"),
        case((is_open, rows.c.filled), else_=literal(0)).label("row_filled"),
        case((is_open, rows.c.mobile_sealed), else_=null()).label("mobile_sealed"),
        case((is_open, rows.c.mobile_key), else_=null()).label("mobile_key"),
    )


def overlay(session: Session, place: Place, found: Sequence[Any]) -> None:
    """Overlay members with what their rows give: a blank never erases what is known.

    Each of `found` has id, particulars, filled, clean, row_filled, mobile_sealed, mobile_key.
    """
    common = [
        {
            "county": place.county,
            "id": row.id,
            "particulars": merged(row.particulars, row.clean),
            "filled": max(row.filled, row.row_filled),
            "changed_at": place.at,
        }
        for row in found
    ]
    update_many(session, Member, ("county", "id"), common)
    mobiles = [
        {
            "county": place.county,
            "id": row.id,
            "mobile_sealed": row.mobile_sealed,
            "mobile_key": row.mobile_key,
        }
        for row in found
        if row.mobile_key is not None
    ]
    update_many(session, Member, ("county", "id"), mobiles)


def _changed(session: Session, place: Place, rows: Subquery) -> list[Any]:
    changed = select(rows).where(rows.c.match == Match.CHANGED).subquery()
    query = (
        select(
            changed.c.row,
            Member.id,
            Member.particulars,
            Member.filled,
            Member.mobile_key.label("old_mobile_key"),
            *given_by(changed),
            changed.c.changed_on,
            Membership.id.label("membership_id"),
            Membership.state,
            Membership.verified_at,
            Membership.admitted_at,
        )
        .join(Member, (Member.county == place.county) & (Member.person_key == changed.c.person_key))
        .join(Person, Person.key == changed.c.person_key)
        .join(
            Membership,
            (Membership.county == place.county) & (Membership.id == Person.live_membership),
        )
    )
    return list(session.execute(query))


def _event(place: Place, row: Any) -> dict[str, Any]:
    fields = list(changed_fields(row.particulars, row.clean))
    if row.mobile_key is not None and row.mobile_key != row.old_mobile_key:
        fields.append("mobile")
    resumes = row.state == MembershipState.RETAINED
    return {
        "member_id": row.id,
        "membership_id": row.membership_id,
        "type": EventType.RESUME if resumes else EventType.CORRECT,
        "happened_on": row.changed_on if resumes else None,
        "recorded_at": place.at,
        "to_union": place.union_code,
        "submission_id": place.submission_id,
        "row": row.row,
        "changed": msgspec.json.encode(fields).decode(),
        "former": msgspec.json.encode(_former(row)).decode(),
    }


def _former(row: Any) -> Former:
    known = msgspec.json.decode(row.particulars, type=dict[str, str])
    changed = changed_fields(row.particulars, row.clean)
    return Former({field: known.get(field) for field in changed}, row.filled)
