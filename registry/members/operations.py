"""Acts on single members: seeing one value in full, finding somebody by number."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand, within
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import InputRefused, NotFound
from registry.identity.documents import key_form, kind_by_form, normalise
from registry.identity.mask import Sight
from registry.members import harvest, queries
from registry.members.models import Member, Membership
from registry.members.queries import MemberRecord
from registry.members.restricting import demand_open
from registry.members.seeing import Field, Shown, Subject, Why, show, values_of
from registry.trail.operations import hold, record
from registry.unions import queries as union_queries
from registry.vault.vault import PERSON, vault

NUMBER_LENGTH = 40
# Digits of a resident number, but fewer or more than there are (15 and 18 are whole).
_CUT_OFF = re.compile(r"\d{11,14}|\d{16,17}|\d{19,}")
OTHER_KIND = "99"  # codes/document_kind.csv


def open_member(county: str, member_id: int, field: Field, *, actor: Actor, why: Why) -> Shown:
    """Return a member's full document number or mobile: see `seeing.show`.

    Raises `NotFound` for who is no member, `StateRefused` (member.restricted).
    """

    def find(session: Session) -> Subject:
        member = session.get(Member, (county, member_id))
        code = session.scalar(
            select(Membership.union_code)
            .where(Membership.county == county, Membership.member_id == member_id)
            .order_by(Membership.id.desc())
            .limit(1)
        )
        if member is None or code is None:
            raise NotFound("member.unknown", "没有找到这位会员。")
        path = union_queries.find(session, code).path
        demand(actor, Permission.OPEN_MEMBER, path)  # to others a restriction is not told
        demand_open(member)
        return Subject(
            "member.open",
            code,
            path,
            member.person_key,
            values_of(member.person_key, member.document_sealed, member.mobile_sealed),
            {"member": member_id},
        )

    return show(find, field, actor=actor, why=why)


def look_up(number: str, *, actor: Actor) -> MemberRecord:
    """Find a person by document number, by keyed hash alone; masked, and on the trail.

    Raises `NotFound` when nobody with this number is in the actor's part of the tree: whether the
    person is somewhere else is not told; `Forbidden` without the permission, whoever it is about,
    for else the answer would tell who is a member; `Busy` (look.too_many) for who asks too often.
    """
    demand(actor, Permission.VIEW_MEMBERS, actor.path)
    key = key_of_number(number)
    with transaction() as session:
        hold(session, actor.county)
        refused = harvest.refusal(session, harvest.LOOK_UPS, actor)
        found = None if refused else _visible(session, key, actor)
        missed = f"refused:{refused.code}" if refused else "member.unknown"
        record(
            session,
            "member.look_up",
            actor=actor,
            place=found.line.union_code if found else actor.place,
            result="done" if found else missed,
            detail={"person": key.hex()},
        )
    if refused:
        raise refused
    if found is None:
        raise NotFound("member.unknown", "管理范围内没有该证件号码的会员。")
    return found


def key_of_number(number: str) -> bytes:
    """Return the keyed hash of the person with a document number as somebody types it.

    Raises `InputRefused` (number.missing, .cut_off).
    """
    clean, _ = normalise(number)
    if not clean or len(clean) > NUMBER_LENGTH:
        raise InputRefused("number.missing", "请填写要查询的证件号码。")
    if _CUT_OFF.fullmatch(clean):
        raise InputRefused(
            "number.cut_off", f"号码只有 {len(clean)} 位，居民身份证应为 18 位，请核对后再查。"
        )
    return vault().keyed_hash(PERSON, key_form(kind_by_form(clean) or OTHER_KIND, clean))


def _visible(session: Session, key: bytes, actor: Actor) -> MemberRecord | None:
    member_id = queries.by_person(session, actor.county, key)
    if member_id is None:
        return None
    found = queries.record_of(session, actor.county, member_id, Sight.COUNTY)
    union = union_queries.find(session, found.line.union_code)
    return found if within(union.path, actor.path) else None
