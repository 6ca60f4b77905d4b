"""Who looked at whom, for the union to read: what the trail says of one member or of a union."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.accounts.queries import Badge, badges
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.models import Member, Membership
from registry.members.records import former_keys
from registry.members.seeing import Field
from registry.trail.models import TrailEntry
from registry.trail.queries import Entry

# Acts in which somebody saw, or had the register use, a person's full number.
ACTS: dict[str, str] = {
    "member.open": "查看完整{}",
    "row.open": "审核时查看完整{}",
    "identity.open": "核对身份时查看完整{}",
    "draft.by_hand": "手工办理",
    "request.document": "按本人请求打开全部内容",
}
_BOTH = "证件号码和手机号"  # before one field was shown at a time


class Look(NamedTuple):
    """One look: when, who (display name, account, place of work), what, why, at which member if
    known. `is_file`: many at once, told by the entry's `number`.
    """

    number: int
    at: datetime
    who: str
    account: str
    unit: str
    what: str
    reason: str
    person: str
    member_id: int | None = None
    member_name: str = ""
    is_file: bool = False


def at_member(
    session: Session, county: str, union_code: str, person_key: bytes, *, limit: int = 20
) -> list[Look]:
    """Return who looked at a person as a member of this union, newest first; under a former number
    too.
    """
    keys = [person_key, *former_keys(session, person_key)]
    named = [TrailEntry.detail.contains(f'"person":"{key.hex()}"', autoescape=True) for key in keys]
    query = _entries(county, union_code).where(or_(*named))
    return _looks(session, session.scalars(query.limit(limit)))


def in_union(
    session: Session,
    county: str,
    union_code: str,
    sight: Sight,
    *,
    before: int | None = None,
    limit: int = 50,
) -> list[Look]:
    """Return who looked at whom in a union, newest first, older than entry `before`."""
    query = _entries(county, union_code)
    if before is not None:
        query = query.where(TrailEntry.number < before)
    looks = _looks(session, session.scalars(query.limit(limit)))
    keys = {bytes.fromhex(look.person) for look in looks if look.person}
    known = session.execute(
        select(Member.person_key, Member.id, Member.full_name, Member.restricted_at)
        .join(Membership, (Membership.county == county) & (Membership.member_id == Member.id))
        .where(
            Member.county == county,
            Member.person_key.in_(keys),
            Membership.union_code == union_code,
        )
    )
    members = {
        key.hex(): {
            "member_id": member_id,
            "member_name": mask.name(name, sight.of(restricted_at)),
        }
        for key, member_id, name, restricted_at in known
    }
    return [look._replace(**members.get(look.person, {})) for look in looks]


def _entries(county: str, union_code: str) -> Any:
    return (
        select(TrailEntry)
        .where(
            TrailEntry.county == county,
            TrailEntry.place == union_code,
            TrailEntry.action.in_(ACTS),
            TrailEntry.result == "done",
        )
        .order_by(TrailEntry.number.desc())
    )


def _looks(session: Session, entries: Iterable[TrailEntry]) -> list[Look]:
    found = list(entries)
    people = badges(session, (entry.actor_id for entry in found))
    return [_look(entry, people) for entry in found]


def _look(entry: TrailEntry, people: Mapping[int, Badge]) -> Look:
    detail = msgspec.json.decode(entry.detail)
    return told(entry, detail, people, ACTS[entry.action].format(_field(detail)))


def told(
    entry: TrailEntry | Entry, detail: Mapping[str, Any], people: Mapping[int, Badge], what: str
) -> Look:
    """Return what an entry says of who saw somebody; `people` by account, `what` was done."""
    who = people.get(entry.actor_id or 0, Badge(entry.actor_name, ""))
    return Look(
        number=entry.number,
        at=entry.at,
        who=who.name,
        account=entry.actor_name,
        unit=who.unit,
        what=what,
        reason=detail.get("reason", ""),
        person=detail.get("person", ""),
    )


def _field(detail: dict[str, Any]) -> str:
    return Field(detail["field"]).label if "field" in detail else _BOTH
