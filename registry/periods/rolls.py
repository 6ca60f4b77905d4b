"""Who was in each union at the end of a day, as text: a line for each live membership, `membership
member STATE`, in the order of the memberships' numbers.
"""

import zlib
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.members.models import Standing
from registry.periods.canonical import digest

_stood = table_of(Standing).c
_AT_A_TIME = 20_000


class Roll(NamedTuple):
    """A union's roll: how many stand on it, its digest, and the text packed."""

    size: int
    digest: str
    packed: bytes


def stands_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a stretch of `Standing` holds a day."""
    return (_stood.since <= day) & or_(_stood.until.is_(None), _stood.until > day)


def rolls(session: Session, county: str, day: date) -> Iterator[tuple[str, Roll]]:
    """Yield the roll of each union in which anybody stood at the end of a day, by code.

    The county is read once, in one stream; only one union's lines are in memory.
    """
    query = (
        select(_stood.union_code, _stood.membership_id, _stood.member_id, _stood.state)
        .where(_stood.county == county, stands_on(day))
        .order_by(_stood.union_code, _stood.membership_id)
        .execution_options(yield_per=_AT_A_TIME)
    )
    for code, rows in groupby(session.execute(query), key=itemgetter(0)):
        yield code, _roll(rows)


def unpacked(packed: bytes) -> bytes:
    """Return the text of a packed roll; nothing for bytes that are none."""
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""


def _roll(rows: Iterator[Any]) -> Roll:
    lines = [f"{membership} {member} {state}\n" for _, membership, member, state in rows]
    text = "".join(lines).encode()
    return Roll(len(lines), digest(text), zlib.compress(text))
