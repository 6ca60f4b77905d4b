"""What an act that puts unions together or parts them would take along. Nothing is changed."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.accounts.queries import accounts
from registry.clock import today
from registry.db import one_of, table_of
from registry.identity.mask import Sight
from registry.members.counts import UnionCounts, tallied
from registry.members.models import LIVE, Member, Membership
from registry.reorganising.joining import Joined
from registry.reorganising.open_work import OpenWork, open_work
from registry.submissions.handing_over import count_open, open_of
from registry.submissions.whereabouts import AskedMember, asked_members
from registry.unions.queries import Union


class _Employed(msgspec.Struct):
    employer_name: str = ""


_of_member = msgspec.json.Decoder(_Employed)
_membership, _member = table_of(Membership).c, table_of(Member).c
_LIVE = (
    select(_member.id, _member.particulars)
    .join(
        table_of(Membership),
        (_membership.county == _member.county) & (_membership.member_id == _member.id),
    )
    .order_by(_membership.id)
)


def foresee(session: Session, union: Union) -> Joined:
    """Return what a merger would take along; transfers between the two unions are among them."""
    live = tallied(session, union.county, today(), [union.code]).get(union.code, UnionCounts())
    return Joined(
        live.active,
        live.retained,
        count_open(open_of(session, union.county, union.code)),
        open_work(session, union.county, union.code).get(OpenWork.TRANSFERS, 0),
        len(accounts(session, union.path, locked=False, limit=1_000)),
    )


def by_employer(session: Session, union: Union) -> dict[str, list[int]]:
    """Return a union's live members by where they work as their roster says ("" for no word), by
    number, in the order of admission.
    """
    query = _LIVE.where(
        _membership.county == union.county,
        _membership.union_code == union.code,
        _membership.state.in_(LIVE),
    )
    found: dict[str, list[int]] = {}
    for number, particulars in session.execute(query):
        found.setdefault(_of_member.decode(particulars).employer_name, []).append(number)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def listed(
    session: Session,
    union: Union,
    members: Collection[int],
    sight: Sight,
    *,
    after: int = 0,
    limit: int = 50,
) -> list[AskedMember]:
    """Return members of a union, masked, in the order of admission, after a membership."""
    which: list[Any] = [
        Membership.county == union.county,
        Membership.union_code == union.code,
        Membership.state.in_(LIVE),
        Membership.id > after,
        one_of(Membership.member_id, members),
    ]
    return asked_members(session, union.county, None, which, sight, limit=limit)
