"""Acts on single members: seeing a full number, with a reason, on the trail."""

from typing import NamedTuple

from sqlalchemy import select

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import InputRefused, NotFound
from registry.members.models import Member, Membership
from registry.trail.operations import record
from registry.unions import queries as union_queries
from registry.vault.vault import of_person, vault

REASON_LENGTH = 200


class FullValues(NamedTuple):
    """What was opened."""

    document_number: str
    mobile: str


def open_member(county: str, member_id: int, *, actor: Actor, reason: str) -> FullValues:
    """Return a member's full document number and mobile; who saw them, and why, is on the trail.

    Raises `InputRefused` (reason.missing) without a reason.
    """
    reason = reason.strip()
    if not reason:
        raise InputRefused("reason.missing", "请填写查看完整信息的理由，系统会留痕。")
    if len(reason) > REASON_LENGTH:
        raise InputRefused("reason.too_long", f"理由最多 {REASON_LENGTH} 个字。")
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
