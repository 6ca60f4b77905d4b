"""Writing the trail: always inside the transaction of the act, so that no record means no act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec
from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.clock import now
from registry.db import setting, table_of
from registry.trail.models import TrailEntry, TrailHead, TrailPerson
from registry.vault.suites import SUITES, Suite

START = bytes(32)
# Who acted, where it was somebody at the machine itself.
OPERATOR = "operator"
_encode = msgspec.json.Encoder(order="sorted").encode

# Every act has an entry: put together once, and of the plain tables.
_heads = table_of(TrailHead)
_OF = _heads.c.county == bindparam("of_county")
_HOLD = (
    update(_heads)
    .where(_OF)
    .values(number=_heads.c.number)
    .returning(_heads.c.number, _heads.c.hash)
)
_MOVE = update(_heads).where(_OF)
_START = insert(_heads)
_ADD = insert(table_of(TrailEntry))
_NAME = insert(table_of(TrailPerson))


class Doer(Protocol):
    """Who acts, as far as the trail cares: `registry.access.actor.Actor` is one."""

    @property
    def account_id(self) -> int: ...

    @property
    def name(self) -> str: ...

    @property
    def county(self) -> str: ...

    @property
    def place(self) -> str: ...

    @property
    def deputy_for(self) -> str: ...


def chain_hash(
    suite: Suite,
    previous: bytes,
    *,
    county: str,
    number: int,
    at: datetime,
    actor_id: int | None,
    actor_name: str,
    action: str,
    place: str,
    result: str,
    detail: str,
) -> bytes:
    """Return the set's hash over the previous one and every field of the entry, in a fixed form."""
    stamp = at.isoformat(timespec="microseconds")
    fields = [county, number, stamp, actor_id, actor_name, action, place, result, detail]
    digest: bytes = suite.hash(previous + _encode(fields)).digest()
    return digest


def hold(session: Session, county: str) -> tuple[int, bytes]:
    """Lock the county's chain until the end of the transaction; return its last number and hash.

    Large acts call it first: whoever locks rows of members has locked the chain before, so that
    two acts of one county never wait for each other crosswise.
    """
    held = session.execute(_HOLD, {"of_county": county}).one_or_none()
    if held is not None:
        return held.number, held.hash
    try:
        with session.begin_nested():
            session.execute(_START, {"county": county, "number": 0, "hash": START})
    except IntegrityError:
        return hold(session, county)  # another act was the first of this county
    return 0, START


def record(
    session: Session,
    action: str,
    *,
    actor: Doer | None,
    place: str,
    county: str | None = None,
    result: str = "done",
    actor_name: str = "",
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Append one entry to the county's chain and return its number.

    `actor` is None for acts of nobody signed in (then `county` is given, and `actor_name` as
    claimed); of a deputy the entry says for whom. `detail` holds plain values; numbers of documents
    appear as keyed hashes only. Those under `person`, or `persons`, in hexadecimal, are whom the
    act is about: by them the entry is found.
    """
    if actor is not None and actor.deputy_for:
        detail = {"deputy_for": actor.deputy_for, **(detail or {})}
    where = county or (actor.county if actor else place[:6])
    last, previous = hold(session, where)
    entry: dict[str, Any] = {
        "county": where,
        "number": last + 1,
        "at": now(),
        "actor_id": actor.account_id if actor else None,
        "actor_name": (actor.name if actor else actor_name)[:64],
        "action": action,
        "place": place,
        "result": result,
        "detail": _encode(detail or {}).decode(),
    }
    suite = SUITES[setting("CRYPTOGRAPHY")]
    digest = chain_hash(suite, previous, **entry)
    session.execute(_ADD, {"previous": previous, "hash": digest, "suite": suite.number, **entry})
    named = [
        {"county": where, "person_key": key, "number": entry["number"]}
        for key in persons_of(entry["detail"])
    ]
    if named:
        session.execute(_NAME, named)
    moved = {"of_county": where, "number": entry["number"], "hash": digest}
    session.execute(_MOVE, moved)
    return int(entry["number"])


def persons_of(detail: str) -> set[bytes]:
    """Return the keyed hashes of the people that an entry's detail names."""
    if '"person' not in detail:
        return set()
    said = msgspec.json.decode(detail)
    named = {said.get("person"), *said.get("persons", ())}
    return {bytes.fromhex(person) for person in named if person}
