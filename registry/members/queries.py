"""What is asked of the register. Everything that leaves here for a screen is masked.

How much is masked follows from the place, and is one level: `registry.identity.mask.Sight`.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Integer, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from registry.clock import end_of_day, today
from registry.db import Instant, begins_with, one_of, table_of
from registry.errors import NotFound
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members import checked
from registry.members.history import HistoryLine, history
from registry.members.models import (
    LIVE,
    Member,
    Membership,
    MembershipState,
    Person,
    Standing,
)
from registry.members.records import right_key
from registry.unions.models import TradeUnion
from registry.vault.vault import Vault, of_person, vault


def state_named(text: str) -> MembershipState | None:
    """Return the state with this value, None for any other text."""
    return MembershipState(text) if text in STATES else None


def sight_of(path: str) -> Sight:
    """Return the sight from a place: `/331083/` county, one more township, two more the union."""
    depth = len([part for part in path.split("/") if part])
    return Sight(min(max(depth, Sight.COUNTY), Sight.OWN_UNION))


# Of the plain tables: a page lists fifty members. `_LINES` is put together once.
_member, _membership = table_of(Member).c, table_of(Membership).c
_LINES = (
    select(
        _membership.id.label("membership_id"),
        _membership.state,
        _membership.began_on,
        _membership.union_code,
        _membership.admitted_at,
        _membership.verified_at,
        _member.id.label("member_id"),
        _member.full_name,
        _member.person_key,
        _member.document_kind,
        _member.document_sealed,
        _member.mobile_sealed,
        _member.particulars,
        _member.changed_at,
        _member.restricted_at,
    )
    .join(
        table_of(Member),
        (_member.county == _membership.county) & (_member.id == _membership.member_id),
    )
    .where(_membership.county == bindparam("county"))
)
STATES: dict[str, str] = {state.value: state.label for state in MembershipState}


class MemberLine(NamedTuple):
    """A member in a list, masked. Of who has left only name, sex and number are told.

    `valid_until` is the last day for which the membership of a member in work counts as checked.
    """

    membership_id: int
    member_id: int
    name: str
    sex: str
    document: str
    mobile: str
    state: MembershipState
    began_on: str | None
    union_code: str
    particulars: dict[str, str]
    valid_until: date | None = None
    is_restricted: bool = False

    @property
    def is_overdue(self) -> bool:
        """Whether the membership should have been verified by now."""
        return self.valid_until is not None and self.valid_until < today()


class MemberRecord(NamedTuple):
    """A member with history, masked."""

    line: MemberLine
    county: str
    person_key: bytes
    document_kind: str
    history: list[HistoryLine]
    admitted_at: datetime
    changed_at: datetime


def members_of(
    session: Session,
    county: str,
    union_code: str,
    sight: Sight,
    *,
    search: str = "",
    state: MembershipState | None = None,
    on: date | None = None,
    overdue: bool = False,
    after: int = 0,
    limit: int = 50,
) -> list[MemberLine]:
    """Return a union's live members (or those in `state`) in the order of admission.

    `search` is the beginning of the name, from the county the surname only: asking must not tell
    what the mask hides. `on` asks who was a live member at the end of a past day, then with the
    state of that day (`state` is left aside); `overdue` keeps those who should have been verified
    by now; `after` is the membership that the page before this one ended with.
    """
    query = _page(state=state, is_past=on is not None, by_name=bool(search), overdue=overdue)
    asked = {**_asked(county, union_code, sight, search, on), "after": after, "limit": limit}
    keeper = vault()
    lines = [_line(keeper, row, sight) for row in session.execute(query, asked).all()]
    return lines if on is None else _as_of(session, county, lines, on)


def lines_of(
    session: Session, county: str, numbers: Collection[int], sight: Sight
) -> dict[int, MemberLine]:
    """Return the members of these memberships, masked, by the number of the membership."""
    query = _LINES.where(one_of(Membership.id, numbers))
    keeper = vault()
    found = session.execute(query, {"county": county})
    return {row.membership_id: _line(keeper, row, sight) for row in found}


def lines_within(
    session: Session, county: str, members: Collection[int], path: str, sight: Sight
) -> list[MemberLine]:
    """Return the live memberships of these members at or below a path, by union."""
    within = select(TradeUnion.code).where(TradeUnion.path.startswith(path, autoescape=True))
    query = _LINES.where(
        _member.id.in_(list(members)),
        _membership.state.in_(LIVE),
        _membership.union_code.in_(within),
    ).order_by(_membership.union_code, _membership.id)
    keeper = vault()
    return [_line(keeper, row, sight) for row in session.execute(query, {"county": county})]


def names_of_members(
    session: Session, county: str, members: Collection[int], sight: Sight
) -> dict[int, str]:
    """Return the names of members as a list shows them."""
    query = select(_member.id, _member.full_name, _member.restricted_at).where(
        _member.county == county, one_of(Member.id, list(members))
    )
    return {
        number: mask.name(name, sight.of(restricted_at))
        for number, name, restricted_at in session.execute(query)
    }


def page_before(
    session: Session,
    county: str,
    union_code: str,
    sight: Sight,
    *,
    search: str = "",
    state: MembershipState | None = None,
    on: date | None = None,
    overdue: bool = False,
    after: int,
    limit: int = 50,
) -> int:
    """Return what the page before the one that starts after `after` starts after; filters as for
    `members_of`.
    """
    query = _chosen(state=state, is_past=on is not None, by_name=bool(search), overdue=overdue)
    query = query.where(_membership.id <= after).with_only_columns(_membership.id)
    query = query.order_by(_membership.id.desc()).limit(limit + 1)
    asked = _asked(county, union_code, sight, search, on)
    earlier = session.scalars(query, asked).all()
    return earlier[limit] if len(earlier) > limit else 0


def record_of(
    session: Session, county: str, member_id: int, sight: Sight, *, union_code: str = ""
) -> MemberRecord:
    """Return a member with the whole history; with `union_code` as (last) member of that union.

    Raises `NotFound`, also for who never was a member of that union.
    """
    query = _LINES.where(_member.id == member_id)
    if union_code:
        query = query.where(_membership.union_code == union_code)
    query = query.order_by(_membership.id.desc()).limit(1)
    found = session.execute(query, {"county": county}).one_or_none()
    if found is None:
        raise NotFound("member.unknown", "没有找到这位会员。")
    return MemberRecord(
        _line(vault(), found, sight),
        county,
        found.person_key,
        found.document_kind,
        history(session, county, member_id),
        found.admitted_at,
        found.changed_at,
    )


def by_person(session: Session, county: str, person_key: bytes) -> int | None:
    """Return the member that a county keeps for a person, None when it knows none; by a number
    that was corrected too.
    """
    key = right_key(session, person_key)
    return session.scalar(
        select(_member.id).where(_member.county == county, _member.person_key == key)
    )


def live_unions(session: Session, keys: Sequence[bytes]) -> dict[bytes, str]:
    """Return the unions of persons' live memberships, by person; those without are left out."""
    query = select(Person.key, Person.live_union).where(
        Person.key.in_(keys), Person.live_union.is_not(None)
    )
    return {key: union for key, union in session.execute(query) if union is not None}


_of_keys = (
    _member.county == bindparam("county"),
    _member.person_key.in_(bindparam("keys", expanding=True)),
)
_PARTICULARS = select(_member.person_key, _member.full_name, _member.particulars).where(*_of_keys)
_MOBILES = select(_member.person_key, _member.mobile_sealed).where(
    *_of_keys, _member.mobile_sealed.is_not(None)
)


def particulars_by_key(
    session: Session, county: str, keys: Sequence[bytes]
) -> dict[bytes, tuple[str, dict[str, str]]]:
    """Return name and particulars of members by person, to show what a row would change."""
    found = session.execute(_PARTICULARS, {"county": county, "keys": list(keys)})
    return {key: (name, msgspec.json.decode(particulars)) for key, name, particulars in found}


def mobiles_by_key(
    session: Session, county: str, keys: Sequence[bytes], sight: Sight
) -> dict[bytes, str]:
    """Return the masked mobiles of members by person, to show what a row would change."""
    found = session.execute(_MOBILES, {"county": county, "keys": list(keys)})
    keeper = vault()
    return {key: masked_mobile(keeper, sealed, key, sight) for key, sealed in found}


@cache
def _page(
    *, state: MembershipState | None, is_past: bool, by_name: bool, overdue: bool
) -> Select[Any]:
    query = _chosen(state=state, is_past=is_past, by_name=by_name, overdue=overdue)
    query = query.where(_membership.id > bindparam("after")).order_by(_membership.id)
    return query.limit(bindparam("limit", type_=Integer))


@cache
def _chosen(
    *, state: MembershipState | None, is_past: bool, by_name: bool, overdue: bool
) -> Select[Any]:
    query = _LINES.where(_membership.union_code == bindparam("union_code"))
    if by_name:
        # What a list does not tell must not be found by asking.
        query = query.where(begins_with(_member.full_name, "name"), _member.restricted_at.is_(None))
    if overdue:
        query = query.where(checked.is_due(bindparam("valid_from", type_=Instant())))
    if is_past:
        end = bindparam("end", type_=Instant())
        still = or_(_membership.ended_at.is_(None), _membership.ended_at >= end)
        return query.where(_membership.admitted_at < end, still)
    return query.where(_membership.state == state if state else _membership.state.in_(LIVE))


def _asked(
    county: str, union_code: str, sight: Sight, search: str, on: date | None
) -> dict[str, Any]:
    """Return the parameters of `_chosen`."""
    asked: dict[str, Any] = {
        "county": county,
        "union_code": union_code,
        "valid_from": checked.begin_of(checked.period_of(today())),
    }
    if search:
        asked["name"] = mask.name(search, sight).rstrip("*")
    return asked if on is None else {**asked, "end": end_of_day(on)}


def _as_of(
    session: Session, county: str, lines: Sequence[MemberLine], day: date
) -> list[MemberLine]:
    """Return the lines with the state that their memberships had at the end of a day."""
    query = select(Standing.membership_id, Standing.state).where(
        Standing.county == county,
        Standing.member_id.in_([line.member_id for line in lines]),
        Standing.since <= day,
        or_(Standing.until.is_(None), Standing.until > day),
    )
    stood = dict(session.execute(query).tuples().all())
    return [
        line._replace(
            state=MembershipState(stood.get(line.membership_id, line.state)), valid_until=None
        )
        for line in lines
    ]


def _line(keeper: Vault, row: Any, sight: Sight) -> MemberLine:
    particulars = msgspec.json.decode(row.particulars, type=dict[str, str])
    state, sight = MembershipState(row.state), sight.of(row.restricted_at)
    # What came to be known later, in another union perhaps, is not told to the former one.
    has_left = state is MembershipState.ENDED
    line = MemberLine(
        membership_id=row.membership_id,
        member_id=row.member_id,
        name=mask.name(row.full_name, sight),
        sex=particulars.get("sex", ""),
        document=masked_document(keeper, row.document_sealed, row.person_key, sight),
        mobile="" if has_left else masked_mobile(keeper, row.mobile_sealed, row.person_key, sight),
        state=state,
        began_on=row.began_on,
        union_code=row.union_code,
        particulars={} if has_left else particulars,
        valid_until=checked.valid_until(row.verified_at, row.admitted_at)
        if state is MembershipState.ACTIVE
        else None,
    )
    if sight is not Sight.NOTHING:
        return line
    return line._replace(sex="", began_on=None, particulars={}, is_restricted=True)


def masked_document(keeper: Vault, sealed: bytes | None, key: bytes | None, sight: Sight) -> str:
    """Return the masked form of a sealed number; empty where there is none."""
    if sealed is None or key is None or sight is Sight.NOTHING:
        return ""
    return mask.document(keeper.open(sealed, of_person("document_number", key)).decode(), sight)


def masked_mobile(keeper: Vault, sealed: bytes | None, key: bytes | None, sight: Sight) -> str:
    """Return the masked form of a sealed mobile; empty where there is none."""
    if sealed is None or key is None or sight is Sight.NOTHING:
        return ""
    return mask.mobile(keeper.open(sealed, of_person("mobile", key)).decode(), sight)
