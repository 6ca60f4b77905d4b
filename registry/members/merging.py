"""Two records that are one person's: one goes on, the other leads to it. Nothing is moved.

The merged record keeps its memberships and their history. What is live of it ends, or goes on at
the other record where that has no live membership; parting them again opens what was live then.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.errors import StateRefused
from registry.members import standing
from registry.members.closing import Gone, count_gone, free, write_events
from registry.members.models import (
    LIVE,
    EventType,
    Member,
    Membership,
    MembershipState,
    Person,
)
from registry.members.rekeying import note_in_history
from registry.members.reopening import Ended, reopen
from registry.unions.queries import demand_formed

# In the history beside the fields that were put right.
SAME_PERSON, PARTED = "same_person", "parted"


class Merged(NamedTuple):
    """What a merger did to memberships, by number: which ended, and which went on for it."""

    ended: int | None = None
    opened: int | None = None


def merge(session: Session, kept: Member, gone: Member, at: datetime) -> Merged:
    """Let `gone` lead to `kept`, who is the same person. Raises `StateRefused` where one of them
    leads elsewhere already.
    """
    persons = _persons(session, kept, gone)
    if any(person.same_as is not None for person in persons):
        raise StateRefused("identity.merged", "其中一条登记已经并入别的登记，请刷新后重试。")
    lasting, passing = _live(session, kept), _live(session, gone)
    opened = None
    if passing is not None:
        _close(session, gone, passing, at)
        if lasting is None:
            opened = _open(session, kept, passing, at)
    session.get_one(Person, gone.person_key).same_as = kept.person_key
    session.flush()
    note_in_history(session, kept, [SAME_PERSON], at)
    return Merged(passing.id if passing else None, opened)


def part(session: Session, kept: Member, gone: Member, merged: Merged, at: datetime) -> None:
    """Take a merger back: what it ended is open again, what it opened has ended.

    Raises `StateRefused` (identity.moved_on) where something has happened since to the membership
    that went on, and (union.not_formed) where the union to return to is no more.
    """
    person = _persons(session, kept, gone)[1]
    if person.same_as != kept.person_key:
        raise StateRefused("identity.moved_on", "这两条登记已经不是合并时的样子，不能再拆开。")
    if merged.opened is not None:
        live = _live(session, kept)
        if live is None or live.id != merged.opened:
            raise StateRefused(
                "identity.moved_on", "合并以后这个人的会籍又有变动，不能再拆开；请分别办理。"
            )
        _close(session, kept, live, at)
    person.same_as = None
    session.flush()
    if merged.ended is not None:
        ended = session.get_one(Membership, (gone.county, merged.ended))
        demand_formed(session, ended.union_code)
        _open(session, gone, ended, at)
    note_in_history(session, kept, [PARTED], at)


def _persons(session: Session, *members: Member) -> list[Person]:
    # In the order of their keys: no two mergers wait for each other crosswise.
    keys = sorted(one.person_key for one in members)
    found = {key: session.get_one(Person, key, with_for_update=True) for key in keys}
    return [found[one.person_key] for one in members]


def _live(session: Session, member: Member) -> Membership | None:
    return session.scalars(
        select(Membership).where(
            Membership.county == member.county,
            Membership.member_id == member.id,
            Membership.state.in_(LIVE),
        )
    ).one_or_none()


def _close(session: Session, member: Member, one: Membership, at: datetime) -> None:
    gone = Gone(one.state, member.filled, one.verified_at, one.admitted_at)
    count_gone(session, one.county, one.union_code, at, [gone])
    one.state, one.ended_at = MembershipState.ENDED, at
    session.flush()
    event = {
        "member_id": one.member_id,
        "membership_id": one.id,
        "type": EventType.MERGE,
        "recorded_at": at,
        "from_union": one.union_code,
    }
    write_events(session, one.county, [event])
    free(session, [member.person_key])
    standing.follow(session, one.county, [one.member_id], at)
    session.expire_all()


def _open(session: Session, member: Member, like: Membership, at: datetime) -> int:
    """Open a membership for a member in the union of another one, with what is known of that."""
    ended = Ended(
        like.id,
        member.id,
        member.person_key,
        like.union_code,
        like.began_on,
        like.verified_at,
        member.filled,
    )
    return reopen(session, member.county, [ended], at)[0]
