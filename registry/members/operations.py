"""Acts on single members: seeing a full number, with a reason, on the trail."""

import re
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand, within
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import InputRefused, NotFound
from registry.identity.documents import key_form, kind_by_form, normalise
from registry.members import queries
from registry.members.models import Member, Membership
from registry.members.queries import MemberRecord
from registry.members.restricting import demand_open
from registry.trail.operations import record
from registry.unions import queries as union_queries
from registry.vault.vault import PERSON, of_person, vault

REASON_LENGTH = 200
NUMBER_LENGTH = 40
# Digits of a resident number, but fewer or more than there are (15 and 18 are whole).
_CUT_OFF = re.compile(r"\d{11,14}|\d{16,17}|\d{19,}")
OTHER_KIND = "99"  # codes/document_kind.csv
_LONG_NUMBER = re.compile(r"\d{11,}")


class FullValues(NamedTuple):
    """What was opened."""

    document_number: str
    mobile: str


def open_member(county: str, member_id: int, *, actor: Actor, reason: str) -> FullValues:
    """Return a member's full document number and mobile; who saw them, and why, is on the trail.

    Raises `InputRefused` (reason.missing, .too_long, .number) without a reason that can stand on
    the trail, `StateRefused` (member.restricted).
    """
    reason = checked_reason(reason)
    with transaction() as session:
        member = session.get(Member, (county, member_id))
        code = session.scalar(
            select(Membership.union_code)
            .where(Membership.county == county, Membership.member_id == member_id)
            .order_by(Membership.id.desc())
            .limit(1)
        )
        if member is None or code is None:
            raise NotFound("member.unknown", "没有找到这位会员。")
        demand(actor, Permission.OPEN_MEMBER, union_queries.find(session, code).path)
        demand_open(member)
        keeper, key = vault(), member.person_key
        mobile = member.mobile_sealed
        values = FullValues(
            keeper.open(member.document_sealed, of_person("document_number", key)).decode(),
            keeper.open(mobile, of_person("mobile", key)).decode() if mobile else "",
        )
        record(
            session,
            "member.open",
            actor=actor,
            place=code,
            detail={"member": member_id, "person": key.hex(), "reason": reason},
        )
    return values


def checked_reason(reason: str) -> str:
    """Return the reason for a full view as it goes on the trail, where no full number may stand.

    Raises `InputRefused`.
    """
    reason = reason.strip()
    if not reason:
        raise InputRefused("reason.missing", "请填写查看完整信息的理由，系统会留痕。")
    if len(reason) > REASON_LENGTH:
        raise InputRefused("reason.too_long", f"理由最多 {REASON_LENGTH} 个字。")
    if _LONG_NUMBER.search(reason):
        raise InputRefused("reason.number", "理由里请不要写完整的证件号码或手机号。")
    return reason


def look_up(number: str, *, actor: Actor) -> MemberRecord:
    """Find a person by document number, by keyed hash alone; masked, and on the trail.

    Raises `NotFound` when nobody with this number is in the actor's part of the tree: whether the
    person is somewhere else is not told.
    """
    clean, _ = normalise(number)
    if not clean or len(clean) > NUMBER_LENGTH:
        raise InputRefused("number.missing", "请填写要查询的证件号码。")
    if _CUT_OFF.fullmatch(clean):
        raise InputRefused(
            "number.cut_off", f"号码只有 {len(clean)} 位，居民身份证应为 18 位，请核对后再查。"
        )
    with transaction() as session:
        key = vault().keyed_hash(PERSON, key_form(kind_by_form(clean) or OTHER_KIND, clean))
        found = _visible(session, key, actor)
        record(
            session,
            "member.look_up",
            actor=actor,
            place=found.line.union_code if found else actor.place,
            result="done" if found else "member.unknown",
            detail={"person": key.hex()},
        )
    if found is None:
        raise NotFound("member.unknown", "管理范围内没有该证件号码的会员。")
    return found


def _visible(session: Session, key: bytes, actor: Actor) -> MemberRecord | None:
    member_id = queries.by_person(session, actor.county, key)
    if member_id is None:
        return None
    found = queries.record_of(session, actor.county, member_id, queries.Sight.COUNTY)
    union = union_queries.find(session, found.line.union_code)
    if not within(union.path, actor.path):
        return None
    demand(actor, Permission.VIEW_MEMBERS, union.path)
    return found
