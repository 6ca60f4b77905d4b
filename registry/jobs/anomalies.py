"""Searches for anomalies, as long work: begun by a person, done by a worker."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import StateRefused
from registry.jobs.models import ANOMALIES, Batch, BatchState
from registry.jobs.operations import queue
from registry.trail import queries as trail
from registry.trail.operations import hold, record
from registry.trail.queries import Entry
from registry.unions import queries as unions

_COUNTY_ITSELF = 0  # a county is searched as a whole: there is no other subject
_UNDER_WAY = (BatchState.WAITING, BatchState.RUNNING)


def start(county: str, *, actor: Actor) -> int:
    """Queue a search over a county; returns the batch's number, to wake a worker with.

    Raises `StateRefused` (anomaly.searching) while one is under way, `NotFound` / `Forbidden`
    without the permission.
    """
    with transaction() as session:
        demand(actor, Permission.AUDIT_REVIEW, unions.find(session, county).path)
        hold(session, county)
        going = select(Batch.id).where(
            Batch.county == county, Batch.kind == ANOMALIES, Batch.state.in_(_UNDER_WAY)
        )
        if session.scalar(going.limit(1)) is not None:
            raise StateRefused("anomaly.searching", "正在查找，不用再点；页面上有进度。")
        record(session, "anomaly.search", actor=actor, place=county)
        return queue(session, ANOMALIES, county, _COUNTY_ITSELF, actor.account_id)


def last_found(session: Session, county: str) -> Entry | None:
    """Return what the last search of a county came to as the trail has it: `count`, `new`, `gone`;
    None where there was none.
    """
    found = trail.entries(session, county, action="anomaly.found", limit=1)
    return found[0] if found else None
