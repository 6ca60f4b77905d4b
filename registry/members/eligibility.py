"""Whether somebody is a member in work, yes or no: for who gives benefits to those in the register.

Who asks learns nothing but the one bit: somebody unknown, somebody of another name, and somebody
who left are one answer, reached by the same statements.
"""

import hmac

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.accounts.tokens import count_question
from registry.codes import code_list
from registry.db import table_of, transaction
from registry.errors import InputRefused
from registry.identity import names
from registry.identity.documents import key_form, normalise
from registry.members.models import Member, Membership, MembershipState, Person
from registry.members.operations import NUMBER_LENGTH
from registry.trail.operations import record
from registry.vault.vault import PERSON, vault

LONGEST_NAME = 50

_person, _membership, _member = (table_of(model) for model in (Person, Membership, Member))
# The person, and whoever corrections and mergers lead to: the last of them has the membership.
_chain = (
    select(_person.c.key, _person.c.same_as)
    .where(_person.c.key == bindparam("key"))
    .cte("chain", recursive=True)
)
_chain = _chain.union(
    select(_person.c.key, _person.c.same_as).join(_chain, _person.c.key == _chain.c.same_as)
)
_NAME = (
    select(_member.c.full_name)
    .select_from(_chain)
    .join(_person, _person.c.key == _chain.c.key)
    .join(
        _membership,
        (_membership.c.county == _person.c.live_county)
        & (_membership.c.id == _person.c.live_membership),
    )
    .join(
        _member,
        (_member.c.county == _membership.c.county) & (_member.c.id == _membership.c.member_id),
    )
    .where(
        _person.c.live_county == bindparam("county"),
        _membership.c.state == MembershipState.ACTIVE,
    )
)


def ask(kind: str, number: str, name: str, *, actor: Actor, token_id: int) -> bool:
    """Return whether the actor's county has a member in work with this document and name.

    `kind` is a code or a label of `seeds/codes/document_kind.csv`. Each question counts for the
    token and is on the trail, by keyed hash. Raises `InputRefused` (eligibility.kind, .number,
    .name), `Forbidden` without the permission, `Busy` (eligibility.quota).
    """
    demand(actor, Permission.ASK_ELIGIBILITY, actor.path)
    key = vault().keyed_hash(PERSON, _document(kind, number))
    wanted = _name(name)
    with transaction() as session:
        count_question(session, actor.county, token_id)
        found = active_name(session, actor.county, key)
        record(
            session,
            "member.eligibility",
            actor=actor,
            place=actor.place,
            detail={"person": key.hex(), "token": token_id},
        )
    return hmac.compare_digest(found.encode(), wanted.encode())


def active_name(session: Session, county: str, key: bytes) -> str:
    """Return the name of a county's member in work, by a number that was corrected too; "" where
    there is none.
    """
    return session.scalar(_NAME, {"county": county, "key": key}) or ""


def _document(kind: str, number: str) -> str:
    known = code_list("document_kind").find(kind)
    if known is None:
        raise InputRefused("eligibility.kind", "证件类别不正确，请填写代码或名称，如 居民身份证。")
    clean, _ = normalise(number)
    if not clean or len(clean) > NUMBER_LENGTH:
        raise InputRefused("eligibility.number", f"请填写证件号码，不超过 {NUMBER_LENGTH} 位。")
    return key_form(known.code, clean)


def _name(name: str) -> str:
    clean, _ = names.normalise(name)
    if not clean or len(clean) > LONGEST_NAME:
        raise InputRefused("eligibility.name", f"请填写姓名，不超过 {LONGEST_NAME} 个字。")
    return clean
