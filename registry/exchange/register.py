"""What the higher federation does not know yet: the register beside what was accepted last.

The register is gone through by member, a few thousand at a time. Whether somebody differs is told
by a digest of what the register keeps, in which numbers stand as keyed hashes: nothing is opened.
Who is restricted is left out; lifting it makes the difference, and the next batch tells it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Integer, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from registry.db import table_of
from registry.exchange.models import ExchangeItem
from registry.exchange.states import Action, Part, Standing
from registry.members.lifecycle import AFTER, EXPELLED, RESIGNED, TRANSFERRED_OUT
from registry.members.models import (
    LIVE,
    EventType,
    Member,
    Membership,
    MembershipEvent,
    MembershipState,
)
from registry.unions.models import TradeUnion

CHUNK = 2000
_OTHER_REASON, _DEATH = "9", "8"  # codes/membership_change_reason.csv
# How a roster says what an event did, where the event itself has no reason.
_ENDINGS: dict[str, tuple[str, str | None]] = {
    EventType.TRANSFER_OUT: (TRANSFERRED_OUT, None),
    EventType.EXPEL: (EXPELLED, None),
    EventType.RESIGN: (RESIGNED, None),
    EventType.DECEASE: (RESIGNED, _DEATH),
    EventType.REVOKE: (RESIGNED, _OTHER_REASON),
    EventType.MERGE: (RESIGNED, _OTHER_REASON),
}

_encode = msgspec.json.Encoder(order="deterministic").encode


class Difference(NamedTuple):
    """A member whom the higher federation does not know as the register does.

    `found` is the member as the register keeps them, sealed. `waits_in` is the open batch that
    tells it already; `refused` the reason for which the same was refused.
    """

    action: Action
    digest: bytes
    found: Any
    waits_in: int | None = None
    refused: str | None = None


class Ending(NamedTuple):
    """How a membership ended, in the roster's codes."""

    change: str
    reason: str | None
    on: str | None


def differences(
    session: Session, county: str, paths: Sequence[str], part: Part, after: int = 0
) -> Iterator[tuple[int, list[Difference]]]:
    """Yield (last member looked at, differences among them) in the order of the members, from the
    one after `after`, for the unions at or below `paths`.
    """
    query = _live(tuple(paths)) if part is Part.LIVE else _ended(tuple(paths))
    while True:
        asked = {"county": county, "after": after, "limit": CHUNK}
        rows = session.connection().execute(query, asked).all()
        if not rows:
            return
        after = rows[-1].member_id
        judge = _of_live if part is Part.LIVE else _of_ended
        yield after, [one for one in map(judge, rows) if one is not None]


def ending_of(found: Any) -> Ending:
    """Return how the last membership of somebody ended."""
    change, reason = _ENDINGS[found.event_type]
    return Ending(change, found.event_reason or reason, found.ended_on)


def _of_live(found: Any) -> Difference | None:
    digest = _digest(
        found.union_code,
        found.full_name,
        found.document_kind,
        msgspec.json.decode(found.particulars),
        found.mobile_key,
        found.person_key,
        found.state == MembershipState.RETAINED,
        found.began_on,
    )
    if digest == found.known_digest:
        return None
    known = found.known_action is not None and found.known_action != Action.ENDED
    return _difference(Action.CHANGED if known else Action.NEW, digest, found)


def _of_ended(found: Any) -> Difference:
    return _difference(Action.ENDED, _digest(found.person_key, *ending_of(found)), found)


def _difference(action: Action, digest: bytes, found: Any) -> Difference:
    refused = found.refused_reason if digest == found.refused_digest else None
    return Difference(action, digest, found, found.open_batch, refused)


def _digest(*said: object) -> bytes:
    return hashlib.sha256(_encode(said)).digest()


# Statements of the plain tables, put together once for each scope.
_member, _membership = table_of(Member).c, table_of(Membership).c
_union, _event = table_of(TradeUnion).c, table_of(MembershipEvent).c
_known, _open, _refused = (aliased(table_of(ExchangeItem)) for _ in range(3))
_COLUMNS = (
    _member.id.label("member_id"),
    _member.person_key,
    _member.full_name,
    _member.document_kind,
    _member.document_sealed,
    _member.mobile_sealed,
    _member.mobile_key,
    _member.particulars,
    _membership.union_code,
    _membership.state,
    _membership.began_on,
    _membership.ended_on,
    _union.name.label("union_name"),
    _union.path.label("union_path"),
    _known.c.action.label("known_action"),
    _known.c.digest.label("known_digest"),
    _open.c.batch_id.label("open_batch"),
    _refused.c.digest.label("refused_digest"),
    _refused.c.reason.label("refused_reason"),
)


def _stands(item: Any, standing: Standing) -> Any:
    return (
        (item.c.county == _member.county)
        & (item.c.member_id == _member.id)
        & (item.c.standing == standing.value)
    )


@cache
def _live(paths: tuple[str, ...]) -> Select[Any]:
    source = (
        table_of(Member)
        .join(
            table_of(Membership),
            (_membership.county == _member.county)
            & (_membership.member_id == _member.id)
            & _membership.state.in_(LIVE),
        )
        .join(table_of(TradeUnion), _union.code == _membership.union_code)
        .outerjoin(_known, _stands(_known, Standing.CURRENT))
        .outerjoin(_open, _stands(_open, Standing.OPEN))
        .outerjoin(_refused, _stands(_refused, Standing.REFUSED))
    )
    return _page(select(*_COLUMNS).select_from(source), paths)


@cache
def _ended(paths: tuple[str, ...]) -> Select[Any]:
    """Members who were accepted, have ended since, and were not told of as ended."""
    other = aliased(table_of(Membership))
    of_member = (other.c.county == _known.c.county) & (other.c.member_id == _known.c.member_id)
    last = select(func.max(other.c.id)).where(of_member).scalar_subquery()
    lives = exists().where(of_member, other.c.state.in_(LIVE))
    happened = aliased(table_of(MembershipEvent))
    ends = [event.value for event, state in AFTER.items() if state is MembershipState.ENDED]
    last_end = (
        select(func.max(happened.c.id))
        .where(
            happened.c.county == _known.c.county,
            happened.c.member_id == _known.c.member_id,
            happened.c.membership_id == _membership.id,
            happened.c.type.in_(ends),
        )
        .scalar_subquery()
    )
    source = (
        _known.join(
            table_of(Member),
            (_member.county == _known.c.county) & (_member.id == _known.c.member_id),
        )
        .join(
            table_of(Membership), (_membership.county == _member.county) & (_membership.id == last)
        )
        .join(
            table_of(MembershipEvent), (_event.county == _member.county) & (_event.id == last_end)
        )
        .join(table_of(TradeUnion), _union.code == _membership.union_code)
        .outerjoin(_open, _stands(_open, Standing.OPEN))
        .outerjoin(_refused, _stands(_refused, Standing.REFUSED))
    )
    columns = (*_COLUMNS, _event.type.label("event_type"), _event.reason.label("event_reason"))
    query = select(*columns).select_from(source)
    accepted = (
        _known.c.county == bindparam("county"),
        _known.c.standing == Standing.CURRENT.value,
        _known.c.action != Action.ENDED.value,
        _known.c.member_id > bindparam("after"),
    )
    return _page(query.where(*accepted, ~lives), paths)


def _page(query: Select[Any], paths: tuple[str, ...]) -> Select[Any]:
    within = or_(*(_union.path.startswith(path, autoescape=True) for path in paths))
    return (
        query.where(_member.county == bindparam("county"), _member.id > bindparam("after"), within)
        .where(_member.restricted_at.is_(None))
        .order_by(_member.id)
        .limit(bindparam("limit", type_=Integer))
    )
