"""Unions put together and parted: members, and all that is open, go over in one transaction.

A union goes into another one (which is also how one with members is dissolved), or lets some of its
members go to one that exists. Nothing of it is half done, and nothing is lost.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.accounts.managing import lock_all_at
from registry.clock import now
from registry.db import transaction
from registry.errors import InputRefused, StateRefused
from registry.members.going_over import GoneOver, Way, go_over
from registry.members.models import MembershipState
from registry.reference.counting import follow_members, follow_union
from registry.reorganising.carrying import (
    carry_cases,
    carry_cases_of,
    carry_questions,
    carry_transfers_in,
    carry_transfers_out,
    compare_anew,
)
from registry.reorganising.open_work import OpenWork, open_work
from registry.submissions.handing_over import Handed, hand_over
from registry.unions import queries
from registry.unions.models import TradeUnion
from registry.unions.recording import checked_day, checked_note, taken, tell
from registry.unions.states import UnionAct

MOST_CHOSEN = 50_000


class Joined(NamedTuple):
    """What went over: members in work and retained, rosters, transfers; accounts that were locked.

    `members` are the numbers of all who went.
    """

    active: int
    retained: int
    handed: Handed = Handed()
    transfers: int = 0
    accounts: int = 0
    members: Sequence[int] = ()

    @property
    def told(self) -> dict[str, str]:
        """What is said of it in both unions' histories; what there was none of is left out."""
        counts = {
            "active": self.active,
            "retained": self.retained,
            **self.handed._asdict(),
            "transfers": self.transfers,
            "accounts": self.accounts,
        }
        return {name: str(count) for name, count in counts.items() if count}


def merge(
    code: str, into: str, on: date, *, seen: int | None = None, note: str = "", actor: Actor
) -> Joined:
    """Put a union into another one, which takes over its members and all that is open; it is
    dissolved by that, and its accounts are locked.

    `seen` is how many live members whoever decides was told. Raises `InputRefused`, `NotFound` and
    `Forbidden` without the permission at both, `StateRefused` (union.state, .bundle, .reading), and
    (union.moved_on) where there are others by now.
    """
    note = checked_note(note)
    with transaction() as session:
        one, other = _both(session, code, into, UnionAct.MERGE, actor)
        one.dissolved_on = _day(on, one, other)
        gone = go_over(session, Way(one.county, code, into, on, at := now()))
        _demand_as_seen(gone, seen)
        target, former = queries.find(session, into), one.path
        handed = hand_over(session, code, target, actor)
        asked = carry_transfers_out(session, gone, target, actor, at)
        asked += carry_transfers_in(session, code, target, actor, at)
        carry_cases(session, code, target, former)
        carry_questions(session, code, target)
        follow_union(session, one.county, code, into)
        compare_anew(session, target)
        accounts = lock_all_at(session, former, actor)
        done = _counted(gone)._replace(handed=handed, transfers=asked, accounts=accounts)
        _tell(session, one, other, UnionAct.MERGE, done, on, note, actor)
        return done


def split(
    code: str, into: str, on: date, chosen: Collection[int], *, note: str = "", actor: Actor
) -> Joined:
    """Let members of a union, by their numbers, go to another one; both stay, with their rosters.

    Raises as `merge` does, and `StateRefused` (union.moved_on) where one of them is no live member.
    """
    note, wanted = checked_note(note), set(chosen)
    if not wanted:
        raise InputRefused("union.chosen", "请先选择要分出去的会员。")
    if len(wanted) > MOST_CHOSEN:
        raise InputRefused("union.chosen", f"一次最多分出 {MOST_CHOSEN:,} 人，请分几次办理。")
    with transaction() as session:
        one, other = _both(session, code, into, UnionAct.SPLIT, actor)
        _day(on, one, other)
        gone = go_over(session, Way(one.county, code, into, on, at := now()), wanted)
        _demand_as_seen(gone, len(wanted))
        target = queries.find(session, into)
        asked = carry_transfers_out(session, gone, target, actor, at)
        carry_cases_of(session, gone, target, one.path)
        follow_members(session, one.county)
        compare_anew(session, queries.find(session, code), target)
        done = _counted(gone)._replace(transfers=asked)
        _tell(session, one, other, UnionAct.SPLIT, done, on, note, actor)
        return done


def _both(
    session: Session, code: str, into: str, act: UnionAct, actor: Actor
) -> tuple[TradeUnion, TradeUnion]:
    """Lock both unions, if the actor may, and nothing holds the one that gives."""
    if code == into:
        raise InputRefused("union.itself", "请选择另一家工会。")
    one = taken(session, code, act, actor)
    other = taken(session, into, UnionAct.ABSORB, actor)
    if OpenWork.BUNDLES in open_work(session, one.county, code):
        raise StateRefused("union.bundle", "有一份合并名册里有该工会、还没有办完，办完以后再办。")
    return one, other


def _day(on: date, one: TradeUnion, other: TradeUnion) -> date:
    begun = max((day for day in (one.formed_on, other.formed_on) if day), default=None)
    return checked_day(on, begun, "两家工会都已建会的日期")


def _demand_as_seen(gone: Sequence[GoneOver], seen: int | None) -> None:
    if seen is not None and len(gone) != seen:
        raise StateRefused(
            "union.moved_on",
            f"刚才看到的是 {seen:,} 人，现在是 {len(gone):,} 人，中间有人办了别的事。"
            "什么都没有改，请看清最新情况再办。",
        )


def _counted(gone: Sequence[GoneOver]) -> Joined:
    retained = sum(one.state == MembershipState.RETAINED for one in gone)
    return Joined(len(gone) - retained, retained, members=[one.member_id for one in gone])


def _tell(
    session: Session,
    one: TradeUnion,
    other: TradeUnion,
    act: UnionAct,
    done: Joined,
    on: date,
    note: str,
    actor: Actor,
) -> None:
    """Write it as both unions' event."""
    for side, opposite, what in ((one, other, act), (other, one, UnionAct.ABSORB)):
        after = {"other_union": opposite.code, **done.told}
        tell(session, side, what, actor, after=after, on=on, note=note)
