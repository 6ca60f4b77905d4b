"""Whose particulars a file held that somebody took: made from what stands in the register, so that
nothing has to be kept beside the trail.

The entry on the trail says which file it was; each act is resolved in its own way, and the union
learns of its own members alone.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.accounts.queries import Badge, badges
from registry.db import table_of
from registry.errors import NotFound
from registry.exchange.files import FileOf, members_in
from registry.members.models import Membership
from registry.members.queries import MemberLine, lines_of, sight_of
from registry.submissions.models import SubmissionRow
from registry.trail.models import TrailEntry
from registry.unions import queries as unions
from registry.unions.queries import Union

_membership, _row = table_of(Membership).c, table_of(SubmissionRow).c


class FileLine(NamedTuple):
    """A file in a list: its entry, when it was taken, by whom (display name, account, place of
    work), by which act, and the reason that was given.
    """

    entry: int
    at: datetime
    who: str
    account: str
    unit: str
    action: str
    reason: str


class Taken(NamedTuple):
    """A file: its entry, who took it when by which act; and the union's members in it, masked."""

    entry: int
    account: str
    action: str
    at: datetime
    members: list[MemberLine]


def files(session: Session, union: Union, *, limit: int = 50) -> list[FileLine]:
    """Return the files that were made of a union's own lists and rosters, newest first; those for
    the higher federation stand among the looks (`looked.in_union`).
    """
    query = select(TrailEntry).where(
        TrailEntry.county == union.county,
        TrailEntry.place == union.code,
        TrailEntry.action.in_(_BY_ACT),
        TrailEntry.result == "done",
    )
    found = session.scalars(query.order_by(TrailEntry.number.desc()).limit(limit)).all()
    people = badges(session, (one.actor_id for one in found))
    return [_file(one, people) for one in found]


def _file(entry: TrailEntry, people: Mapping[int, Badge]) -> FileLine:
    who = people.get(entry.actor_id or 0, Badge(entry.actor_name, ""))
    reason = str(msgspec.json.decode(entry.detail).get("reason", ""))
    said = (who.name, entry.actor_name, who.unit, entry.action, reason)
    return FileLine(entry.number, entry.at, *said)


def taken(session: Session, union_code: str, number: int, *, actor: Actor) -> Taken:
    """Return the members of a union whom the file of an entry held, `number` as on the trail.

    Raises `NotFound` (file.unknown) for an entry that is no file, or of another place and held
    nobody of this union.
    """
    union = unions.find(session, union_code)
    demand(actor, Permission.VIEW_MEMBERS, union.path)
    entry = session.get(TrailEntry, (union.county, number))
    asked = _BY_ACT.get(entry.action) if entry else None
    if entry is None or asked is None or entry.result != "done":
        raise NotFound("file.unknown", f"留痕第 {number} 条不是可以查到本人的文件。")
    of_union = (_membership.county == union.county, _membership.union_code == union.code)
    detail = msgspec.json.decode(entry.detail)
    query = asked(entry, detail, union.code).where(*of_union).order_by(_membership.id)
    found = list(dict.fromkeys(session.scalars(query)))
    if not found and entry.place != union.code:
        raise NotFound("file.unknown", f"留痕第 {number} 条的文件里没有本会的会员。")
    lines = lines_of(session, union.county, found, sight_of(actor.path))
    members = [lines[one] for one in found]
    return Taken(number, entry.actor_name, entry.action, entry.at, members)


def _members_then(entry: TrailEntry, detail: dict[str, Any], union_code: str) -> Select[Any]:
    """A list of the union's members, as they were at that instant."""
    if "submission" in detail:
        return _rows_of(entry, detail, union_code)
    there = or_(_membership.ended_at.is_(None), _membership.ended_at > entry.at)
    its_own = _membership.union_code == entry.place
    return select(_membership.id).where(_membership.admitted_at <= entry.at, there, its_own)


def _rows_of(entry: TrailEntry, detail: dict[str, Any], union_code: str) -> Select[Any]:
    """A roster: its rows stay as they were sent."""
    named = select(_row.person_key).where(
        _row.county == entry.county, _row.submission_id == detail["submission"]
    )
    return select(_membership.id).where(_membership.person_key.in_(named))


def _items_of(entry: TrailEntry, detail: dict[str, Any], union_code: str) -> Select[Any]:
    """A file for the higher federation: its items stay as they were sent."""
    sent = members_in(entry.county, FileOf(detail["exchange"], detail["file"]), union_code)
    return select(_membership.id).where(_membership.member_id.in_(sent))


_BY_ACT: dict[str, Callable[[TrailEntry, dict[str, Any], str], Select[Any]]] = {
    "roster.blank": _members_then,
    "member.post": _members_then,
    "draft.mark": _rows_of,
    "roster.original": _rows_of,
    "roster.report": _rows_of,
    "exchange.download": _items_of,
}
