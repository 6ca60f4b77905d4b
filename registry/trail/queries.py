"""Reading and verifying the trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.trail.models import TrailEntry, TrailHead
from registry.trail.operations import START, chain_hash


class Entry(NamedTuple):
    """One entry as shown to the log keeper."""

    number: int
    at: datetime
    actor_name: str
    action: str
    place: str
    result: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a chain does not hold: `number` is the first entry that is wrong, `what` says how."""

    county: str
    number: int
    what: str


def entries(
    session: Session,
    county: str,
    *,
    actor_name: str = "",
    action: str = "",
    place: str = "",
    refused_only: bool = False,
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Return entries of a county, newest first, `limit` at most, older than number `before`, made
    at `since` or later.
    """
    query = select(TrailEntry).where(TrailEntry.county == county)
    if actor_name:
        query = query.where(TrailEntry.actor_name == actor_name)
    if action:
        query = query.where(TrailEntry.action.startswith(action, autoescape=True))
    if place:
        query = query.where(TrailEntry.place == place)
    if refused_only:
        query = query.where(TrailEntry.result.startswith("refused"))
    if since is not None:
        query = query.where(TrailEntry.at >= since)
    if before is not None:
        query = query.where(TrailEntry.number < before)
    found = session.scalars(query.order_by(TrailEntry.number.desc()).limit(limit))
    return [
        Entry(
            entry.number,
            entry.at,
            entry.actor_name,
            entry.action,
            entry.place,
            entry.result,
            msgspec.json.decode(entry.detail),
        )
        for entry in found
    ]


def verify(session: Session) -> tuple[int, list[Fault]]:
    """Recompute every chain; return the number of entries read and the first fault of each
    county.
    """
    heads = {head.county: head for head in session.scalars(select(TrailHead))}
    counties = set(session.scalars(select(TrailEntry.county).distinct())) | set(heads)
    checked, faults = 0, []
    for county in sorted(counties):
        number, last, fault = _verify_chain(session, county)
        checked += number
        head = heads.get(county)
        if fault is None and (head is None or (head.number, head.hash) != (number, last)):
            fault = Fault(county, number + 1, "链尾与记录不符，末尾的记录可能被删除")
        if fault is not None:
            faults.append(fault)
    return checked, faults


def _verify_chain(session: Session, county: str) -> tuple[int, bytes, Fault | None]:
    expected, previous = 0, START
    query = select(TrailEntry).where(TrailEntry.county == county).order_by(TrailEntry.number)
    for entry in session.scalars(query.execution_options(yield_per=2000)):
        expected += 1
        if entry.number != expected:
            return expected - 1, previous, Fault(county, expected, "缺少这一条记录")
        digest = chain_hash(
            previous,
            county=entry.county,
            number=entry.number,
            at=entry.at,
            actor_id=entry.actor_id,
            actor_name=entry.actor_name,
            action=entry.action,
            place=entry.place,
            result=entry.result,
            detail=entry.detail,
        )
        if entry.previous != previous or entry.hash != digest:
            return expected - 1, previous, Fault(county, expected, "记录内容或顺序被改动")
        previous = digest
    return expected, previous, None
