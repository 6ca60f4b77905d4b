"""What happened to a member, event by event."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.members.models import EventType, MembershipEvent


class _Former(msgspec.Struct):
    fields: dict[str, str | None]


class HistoryLine(NamedTuple):
    """One event of a member's history."""

    type: EventType
    happened_on: str | None
    recorded_at: datetime
    from_union: str | None
    to_union: str | None
    reason: str | None
    changed: list[str]
    submission_id: int | None
    row: int | None = None
    # what stood there before, where the register keeps it
    former: Mapping[str, str | None] = {}


def history(session: Session, county: str, member_id: int) -> list[HistoryLine]:
    """Return what happened to a member, oldest first."""
    query = select(MembershipEvent).where(
        MembershipEvent.county == county, MembershipEvent.member_id == member_id
    )
    return [
        HistoryLine(
            EventType(event.type),
            event.happened_on,
            event.recorded_at,
            event.from_union,
            event.to_union,
            event.reason,
            msgspec.json.decode(event.changed) if event.changed else [],
            event.submission_id,
            event.row,
            msgspec.json.decode(event.former, type=_Former).fields if event.former else {},
        )
        for event in session.scalars(query.order_by(MembershipEvent.id))
    ]
