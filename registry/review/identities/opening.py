"""Seeing in full the numbers that a case is about, with a reason, on the trail."""

from typing import NamedTuple

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.operations import checked_reason
from registry.review.models import IdentityCase
from registry.trail.operations import record
from registry.unions import queries as unions
from registry.vault.vault import of_person, vault


class Numbers(NamedTuple):
    """The number that the register has, and the one that is asked for."""

    present: str
    asked: str


def open_numbers(number: int, *, actor: Actor, reason: str) -> Numbers:
    """Return both numbers of a case in full; who saw them, and why, is on the trail.

    Raises `InputRefused` without a reason, `NotFound` where a case asks for no number.
    """
    reason = checked_reason(reason)
    with transaction() as session:
        case = session.get(IdentityCase, (actor.county, number))
        if case is None:
            raise NotFound("identity.unknown", "没有找到这件身份核对，或者它不在您的管理范围内。")
        demand(actor, Permission.REVIEW, case.path)
        demand(actor, Permission.OPEN_MEMBER, unions.find(session, case.union_code).path)
        member = session.get(Member, (case.county, case.member_id))
        if member is None or case.person_key is None or case.document_sealed is None:
            raise NotFound("identity.no_number", "这件身份核对没有要更正的号码。")
        numbers = Numbers(
            _opened(member.document_sealed, member.person_key),
            _opened(case.document_sealed, case.person_key),
        )
        detail = {"case": number, "person": member.person_key.hex(), "reason": reason}
        record(session, "identity.open", actor=actor, place=case.union_code, detail=detail)
    return numbers


def _opened(sealed: bytes, key: bytes) -> str:
    return vault().open(sealed, of_person("document_number", key)).decode()
