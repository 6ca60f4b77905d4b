"""Where numbers lead that were corrected or merged: the several records of one person."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import one_of, table_of
from registry.members.models import Member, Membership, Person
from registry.unions.queries import names_within

_member, _membership = table_of(Member).c, table_of(Membership).c


def right_key(session: Session, person_key: bytes) -> bytes:
    """Return the key under which a person is known by now: where corrections and mergers lead."""
    right = session.scalar(select(Person.same_as).where(Person.key == person_key))
    return person_key if right is None else right_key(session, right)


def former_keys(session: Session, person_key: bytes) -> list[bytes]:
    """Return the keys that lead to a person: of numbers corrected, of records merged."""
    keys = [person_key]
    for key in keys:
        keys += session.scalars(select(Person.key).where(Person.same_as == key))
    return keys[1:]


def members_by_key(session: Session, county: str, keys: Collection[bytes]) -> dict[bytes, int]:
    """Return the members that a county knows by these keys; those known by another one by now are
    left out.
    """
    query = select(_member.person_key, _member.id).where(
        _member.county == county, one_of(Member.person_key, keys)
    )
    return dict(session.execute(query).tuples().all())


class OtherRecord(NamedTuple):
    """Another record of the same person: one merged into this (`is_former`), or the one that this
    was merged into. `union_code` is "" outside the reader's part of the tree.
    """

    member_id: int
    union_code: str
    is_former: bool


def records_of(session: Session, county: str, key: bytes, path: str) -> list[OtherRecord]:
    """Return the other records of a person, for a reader placed at `path`."""
    right, former = right_key(session, key), former_keys(session, key)
    keys = [*former, *([right] if right != key else [])]
    if not keys:
        return []
    found = session.execute(
        select(_member.person_key, _member.id, _membership.union_code)
        .join(
            table_of(Membership),
            (_membership.county == _member.county) & (_membership.member_id == _member.id),
        )
        .where(_member.county == county, _member.person_key.in_(keys))
        .order_by(_membership.id)
    )
    last = {key: (number, code) for key, number, code in found}
    names = names_within(session, [code for _, code in last.values()], path)
    return [
        OtherRecord(number, code if code in names else "", key in former)
        for key, (number, code) in last.items()
    ]
