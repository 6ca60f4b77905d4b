"""Verifying closed months as an act: within one snapshot, and on the trail."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import db, transaction
from registry.periods.checks import Finding, Verified, check
from registry.periods.months import Month
from registry.totals.operations import one_snapshot
from registry.trail import queries as trail
from registry.trail.operations import record
from registry.unions import queries as unions

_LOOKED_BACK = 50  # verifications
SHOWN = 100  # findings that the trail keeps by name; their number is kept in any case


def run_verify(county: str, month: Month | None, *, actor: Actor) -> Verified:
    """Verify a month of a county, or all, and write the outcome on the trail.

    Raises `NotFound` / `Forbidden` without the permission at the county.
    """
    demand(actor, Permission.CLOSE_PERIODS, unions.find(db.session(), county).path)
    found = verify(county, month)
    with transaction() as session:
        record(
            session,
            "period.verify",
            actor=actor,
            place=county,
            result="faulty" if found.faults else "done",
            detail={
                "month": str(month or ""),
                "closings": found.closings,
                "faults": len(found.faults),
                "first": [list(one) for one in found.faults[:SHOWN]],
                "later": [list(one) for one in found.later[:SHOWN]],
            },
        )
    return found


class LastVerified(NamedTuple):
    """What the last verification found, as the trail has it; the findings are the first of them."""

    at: datetime
    fault_count: int
    faults: list[Finding]
    later: list[Finding]


def last_verified(session: Session, county: str, month: Month | None = None) -> LastVerified | None:
    """Return the last verification of all months, or of this one; with a month what was found of
    it.
    """
    entries = trail.entries(session, county, action="period.verify", limit=_LOOKED_BACK)
    for entry in entries:
        detail = entry.detail
        if detail["month"] in ("", str(month or "")):
            faults, later = (
                [one for one in map(_finding, detail[name]) if not month or one.month == str(month)]
                for name in ("first", "later")
            )
            count = len(faults) if month else detail["faults"]
            return LastVerified(entry.at, count, faults, later)
    return None


def _finding(told: list[Any]) -> Finding:
    return Finding(*told)


def verify(county: str, month: Month | None = None) -> Verified:
    """Verify the closings of a month of a county, or all of them, in one snapshot."""
    session: Session = db.session()
    with one_snapshot(session):
        return check(session, county, month)
