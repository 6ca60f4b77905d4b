"""Seeing in full the numbers that a case is about."""

from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.errors import NotFound
from registry.members.models import Member
from registry.members.restricting import demand_open
from registry.members.seeing import Field, Shown, Subject, Why, show
from registry.review.models import IdentityCase
from registry.unions import queries as unions


def open_numbers(number: int, *, actor: Actor, why: Why) -> Shown:
    """Return the number that the register has and the one that a case asks for, in full: see
    `seeing.show`.

    Raises `NotFound` where a case asks for no number, `StateRefused` (member.restricted).
    """

    def find(session: Session) -> Subject:
        case = session.get(IdentityCase, (actor.county, number))
        if case is None:
            raise NotFound("identity.unknown", "没有找到这件身份核对，或者它不在您的管理范围内。")
        demand(actor, Permission.REVIEW, case.path)
        member = session.get(Member, (case.county, case.member_id))
        if member is None or case.person_key is None or case.document_sealed is None:
            raise NotFound("identity.no_number", "这件身份核对没有要更正的号码。")
        demand_open(member)
        present = (member.document_sealed, member.person_key)
        return Subject(
            "identity.open",
            case.union_code,
            unions.find(session, case.union_code).path,
            member.person_key,
            {Field.DOCUMENT: [present, (case.document_sealed, case.person_key)]},
            {"case": number},
        )

    return show(find, Field.DOCUMENT, actor=actor, why=why)
