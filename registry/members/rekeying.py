"""A member's name or document number put right: the person goes on under the right key.

The former number leads to the right one from then on (`Person.same_as`), so that a roster that
still has it is doubted and not admitted as somebody else.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from registry.errors import StateRefused
from registry.members import standing
from registry.members.closing import write_events
from registry.members.models import EventType, Member, Membership, Person
from registry.members.records import right_key
from registry.vault.vault import of_person, vault

_FROM_NUMBER = ("sex", "born_on")


class Identity(NamedTuple):
    """Who somebody is. `key` is the keyed hash of kind and number, `number` in full; `sex` and
    `born_on` as the number says them, None where it says nothing.
    """

    key: bytes
    full_name: str
    document_kind: str
    number: str
    sex: str | None = None
    born_on: str | None = None


def identify(session: Session, member: Member, to: Identity, at: datetime) -> list[str]:
    """Make a member the person named by `to`; returns the fields that changed, in the history too.

    Raises `StateRefused` (identity.taken) where somebody else is known by that number: then the two
    records are one person's, or the number is wrong.
    """
    changed = _changes(member, to)
    if not changed:
        return []
    if to.key != member.person_key:
        _hand_on(session, member, to)
    particulars = msgspec.json.decode(member.particulars, type=dict[str, str])
    said = {name: value for name in _FROM_NUMBER if (value := getattr(to, name))}
    member.full_name, member.document_kind = to.full_name, to.document_kind
    member.particulars = msgspec.json.encode(particulars | said).decode()
    member.changed_at = at
    session.flush()
    note_in_history(session, member, changed, at)
    standing.follow(session, member.county, [member.id], at)
    return changed


def note_in_history(session: Session, member: Member, changed: list[str], at: datetime) -> None:
    """Write into a member's history what was put right, at the last membership."""
    last = session.scalars(
        select(Membership)
        .where(Membership.county == member.county, Membership.member_id == member.id)
        .order_by(Membership.id.desc())
        .limit(1)
    ).one()
    event = {
        "member_id": member.id,
        "membership_id": last.id,
        "type": EventType.CORRECT,
        "recorded_at": at,
        "to_union": last.union_code,
        "changed": msgspec.json.encode(changed).decode(),
    }
    write_events(session, member.county, [event])


def _changes(member: Member, to: Identity) -> list[str]:
    known = msgspec.json.decode(member.particulars, type=dict[str, str])
    of_number = [name for name in _FROM_NUMBER if getattr(to, name) not in (None, known.get(name))]
    told = {
        "full_name": to.full_name != member.full_name,
        "document_kind": to.document_kind != member.document_kind,
        "document_number": to.key != member.person_key,
    }
    return [*(name for name, differs in told.items() if differs), *of_number]


def _hand_on(session: Session, member: Member, to: Identity) -> None:
    """Move a member, its memberships and what is live of them from its key to the right one."""
    former = session.get_one(Person, member.person_key, with_for_update=True)
    _demand_free(session, member, to.key)
    live = (former.live_county, former.live_union, former.live_membership)
    former.live_county = former.live_union = former.live_membership = None
    former.same_as = to.key
    session.flush()
    right = session.get(Person, to.key, with_for_update=True)
    if right is None:
        right = Person(key=to.key)
        session.add(right)
    right.same_as = None
    right.live_county, right.live_union, right.live_membership = live
    keeper, context = vault(), of_person("document_number", to.key)
    if member.mobile_sealed is not None:
        mobile = keeper.open(member.mobile_sealed, of_person("mobile", former.key))
        member.mobile_sealed = keeper.seal(mobile, of_person("mobile", to.key))
    member.document_sealed = keeper.seal(to.number.encode(), context)
    member.person_key = to.key
    session.execute(
        update(Membership)
        .where(Membership.county == member.county, Membership.member_id == member.id)
        .values(person_key=to.key),
        execution_options={"synchronize_session": "fetch"},
    )


def _demand_free(session: Session, member: Member, key: bytes) -> None:
    """A number is free that nobody was ever admitted by, or that was this member's before."""
    known = session.get(Person, key)
    if known is None:
        return
    is_merged = select(Member.id).where(Member.county == member.county, Member.person_key == key)
    led_here = known.same_as is not None and right_key(session, key) == member.person_key
    if led_here and session.scalar(is_merged) is None:
        return
    raise StateRefused(
        "identity.taken",
        "会员库中另有人用这个号码。是同一个人的，请按重复登记合并；不是的，请再核对号码。",
    )
