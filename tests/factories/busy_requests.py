"""Many requests of a union's members about their own particulars."""

from sqlalchemy import select

from registry.access.actor import Actor
from registry.db import db
from registry.members.models import Membership
from registry.notices.operations import publish
from registry.privacy.requests import ask, refuse
from registry.privacy.states import Checked, RequestKind


def make_requests(clerk: Actor, reviewer: Actor, count: int) -> None:
    """Have a member of the clerk's union ask and be refused, over and over."""
    query = select(Membership.member_id).where(
        Membership.union_code == clerk.place, Membership.state == "ACTIVE"
    )
    member = db.session.scalars(query.limit(1)).one()
    for _ in range(count):
        kind, way = RequestKind.ACCESS, Checked.IN_PERSON
        number = ask(clerk.place, member, kind, way, "想看登记了什么", actor=clerk)
        refuse(number, "请带证件来", actor=reviewer)


def make_notices(auditor: Actor, count: int) -> None:
    """Publish version after version of what people are told."""
    for number in range(count):
        publish(f"目的 {number}", "全文", actor=auditor)
