"""The log keeper's verification: itself an act on the trail."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.db import db, transaction
from registry.trail import operations, queries
from registry.trail.models import TrailEntry, TrailHead

# Enough entries to look back over a day without reading the whole chain.
_RECENT = 20_000


class Verification(NamedTuple):
    """What a verification found."""

    checked: int
    faults: list[queries.Fault]


class Summary(NamedTuple):
    """How a county's trail stands."""

    total: int
    refused: int  # refusals since the asked instant
    last_verified: queries.Entry | None


def verify(actor: operations.Doer) -> Verification:
    """Recompute all chains and write the outcome on the trail."""
    checked, faults = queries.verify(db.session())
    with transaction() as session:
        operations.record(
            session,
            "trail.verify",
            actor=actor,
            place=actor.place,
            result="faulty" if faults else "done",
            detail={"checked": checked, "faults": len(faults)},
        )
    return Verification(checked, faults)


def summary(session: Session, county: str, since: datetime) -> Summary:
    """Return how many entries there are, the refusals since an instant, the last verification."""
    head = session.get(TrailHead, county)
    last = 0 if head is None else head.number
    refused = session.scalar(
        select(func.count()).where(
            TrailEntry.county == county,
            TrailEntry.number > last - _RECENT,
            TrailEntry.at >= since,
            TrailEntry.result.startswith("refused"),
        )
    )
    verified = queries.entries(session, county, action="trail.verify", limit=1)
    return Summary(last, refused or 0, verified[0] if verified else None)
