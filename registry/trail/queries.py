"""Reading and verifying the trail."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from registry.trail import copies
from registry.trail.models import TrailEntry, TrailHead, TrailPerson
from registry.trail.operations import START, chain_hash, persons_of
from registry.vault.suites import SUITES

_SUITES = {suite.number: suite for suite in SUITES.values()}


class Entry(NamedTuple):
    """One entry as shown to the log keeper."""

    number: int
    at: datetime
    actor_name: str
    action: str
    place: str
    result: str
    detail: dict[str, Any]
    actor_id: int | None = None


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
    return _shown(session.scalars(query.order_by(TrailEntry.number.desc()).limit(limit)))


def naming(
    session: Session, county: str, person_keys: Collection[bytes], *, limit: int
) -> list[Entry]:
    """Return the entries that name a person by one of these keys, newest first, `limit` at most."""
    named = (
        select(TrailPerson.number)
        .where(TrailPerson.county == county, TrailPerson.person_key.in_(person_keys))
        .order_by(TrailPerson.number.desc())
        .limit(limit)
    )
    query = select(TrailEntry).where(TrailEntry.county == county, TrailEntry.number.in_(named))
    return _shown(session.scalars(query.order_by(TrailEntry.number.desc())))


def saying(
    session: Session,
    county: str,
    places: Collection[str],
    actions: Collection[str],
    parts: Iterable[Mapping[str, int]],
    *,
    before: int | None = None,
    limit: int,
) -> list[Entry]:
    """Return the entries of these acts at these places that say one of these things, newest first,
    `limit` at most, older than number `before`: `parts` are details with whole numbers, of names
    that follow each other in the alphabet of the entry's names.
    """
    said = [
        TrailEntry.detail.contains(f"{_written(part)}{end}", autoescape=True)
        for part in parts
        for end in ",}"
    ]
    if not said:
        return []
    query = select(TrailEntry).where(
        TrailEntry.county == county,
        TrailEntry.place.in_(places),
        TrailEntry.action.in_(actions),
        or_(*said),
    )
    if before is not None:
        query = query.where(TrailEntry.number < before)
    return _shown(session.scalars(query.order_by(TrailEntry.number.desc()).limit(limit)))


def _written(part: Mapping[str, int]) -> str:
    return ",".join(f'"{name}":{number}' for name, number in sorted(part.items()))


def _shown(found: Iterable[TrailEntry]) -> list[Entry]:
    return [
        Entry(
            entry.number,
            entry.at,
            entry.actor_name,
            entry.action,
            entry.place,
            entry.result,
            msgspec.json.decode(entry.detail),
            entry.actor_id,
        )
        for entry in found
    ]


def verify(session: Session) -> tuple[int, list[Fault]]:
    """Recompute every chain and compare it with the heads kept at the second place; return the
    number of entries read and the first fault of each county, after those of the copies.
    """
    kept, doubtful = copies.kept()
    faults = [Fault(one.county, one.number, one.what) for one in doubtful]
    heads = {head.county: head for head in session.scalars(select(TrailHead))}
    counties = {*heads, *kept}
    for column in (TrailEntry.county, TrailPerson.county):
        counties |= set(session.scalars(select(column).distinct()))
    checked = 0
    for county in sorted(counties):
        number, last, fault = _verify_chain(session, county, kept.get(county, {}))
        checked += number
        head = heads.get(county)
        if fault is None and (head is None or (head.number, head.hash) != (number, last)):
            fault = Fault(county, number + 1, "链尾与记录不符，末尾的记录可能被删除")
        if fault is None and (cut := max(kept.get(county, {0: START}))) > number:
            fault = Fault(county, number + 1, f"另存的链尾到第 {cut} 条，末尾的记录被删除")
        if fault is not None:
            faults.append(fault)
    return checked, faults


def _verify_chain(
    session: Session, county: str, kept: Mapping[int, bytes]
) -> tuple[int, bytes, Fault | None]:
    expected, previous = 0, START
    named = _named(session, county)
    for entry in _in_order(session, county):
        expected += 1
        if entry is None:
            return expected - 1, previous, Fault(county, expected, "这一条记录已经读不出来")
        what = _wrong(entry, expected, previous, kept.get(expected, entry.hash))
        if what is None and persons_of(entry.detail) != named.pop(expected, set()):
            what = "按人查找的索引与记录不符"
        if what is not None:
            return expected - 1, previous, Fault(county, expected, what)
        previous = entry.hash
    if named:
        return expected, previous, Fault(county, min(named), "按人查找的索引指向不存在的记录")
    return expected, previous, None


def _in_order(
    session: Session, county: str, after: int = 0, at_once: int = 2000
) -> Iterator[TrailEntry | None]:
    """Yield a county's entries; None in place of one that SQLite keeps but cannot be read, last."""
    query = select(TrailEntry).where(TrailEntry.county == county)
    if after:
        query = query.where(TrailEntry.number > after)
    query = query.order_by(TrailEntry.number).execution_options(yield_per=at_once)
    try:
        with session.scalars(query) as found:
            for entry in found:
                yield entry
                after = entry.number
    except (ValueError, OperationalError) as error:
        if not _is_unreadable(error):
            raise
    else:
        return
    if at_once == 1:
        yield None
    else:
        yield from _in_order(session, county, after, 1)  # which of them it is


def _is_unreadable(error: Exception) -> bool:
    """Tell whether an instant is none, or a text is no text; else the database does not answer."""
    return isinstance(error, ValueError) or "Could not decode to UTF-8" in str(error)


def _wrong(entry: TrailEntry, expected: int, previous: bytes, kept: bytes) -> str | None:
    if entry.number != expected:
        return "缺少这一条记录"
    suite = _SUITES.get(entry.suite)
    if suite is None or entry.previous != previous:
        return "记录内容或顺序被改动"
    digest = chain_hash(
        suite,
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
    if entry.hash != digest:
        return "记录内容或顺序被改动"
    return None if kept == digest else "与另存的链尾不符，记录可能被整段重写"


def _named(session: Session, county: str) -> dict[int, set[bytes]]:
    query = select(TrailPerson.number, TrailPerson.person_key).where(TrailPerson.county == county)
    named: dict[int, set[bytes]] = {}
    for number, key in session.execute(query):
        named.setdefault(number, set()).add(key)
    return named
