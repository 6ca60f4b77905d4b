"""What the trail says of one person, for the log keeper: found by the number, which is hashed and
forgotten, and telling nothing of the register.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.identity import resident_id
from registry.identity.forms import normalise
from registry.members.models import Member, Membership, MembershipEvent
from registry.members.operations import key_of_number
from registry.members.records import former_keys
from registry.trail import queries
from registry.trail.operations import record
from registry.trail.queries import Entry

LIMIT = 200
# What is done with a roster as a whole, of which the trail has the count and a digest.
BULK = (
    "roster.upload",
    "roster.read",
    "roster.report",
    "draft.mark",
    "submission.submit",
    "submission.withdraw",
    "submission.supersede",
    "review.approve",
    "review.send_back",
    "review.reject",
    "review.revoke",
)


class Trailed(NamedTuple):
    """Entries that name a person, and those of rosters by which the person came into the register;
    the newest `LIMIT` of each. Nothing found of a number that `is_mistyped` says nothing.
    """

    naming: list[Entry]
    bulk: list[Entry]
    is_mistyped: bool


def search(number: str, *, actor: Actor) -> Trailed:
    """Return what the trail of the actor's county says of the person with a document number, and
    record that it was asked.

    Raises `Forbidden` without the permission, `InputRefused` for what cannot be a number.
    """
    demand(actor, Permission.VIEW_TRAIL, actor.path)
    key = key_of_number(number)
    with transaction() as session:
        keys = [key, *former_keys(session, key)]
        found = Trailed(
            queries.naming(session, actor.county, keys, limit=LIMIT),
            _of_rosters(session, actor.county, keys),
            _is_mistyped(number),
        )
        record(
            session,
            "trail.search",
            actor=actor,
            place=actor.place,
            detail={"person": key.hex(), "count": len(found.naming) + len(found.bulk)},
        )
    return found


def _is_mistyped(number: str) -> bool:
    clean, _ = normalise(number)
    return resident_id.is_number18(clean) and not resident_id.checks(clean)


def _of_rosters(session: Session, county: str, keys: Sequence[bytes]) -> list[Entry]:
    events = (
        select(MembershipEvent.submission_id)
        .join(Member, (Member.county == county) & (Member.id == MembershipEvent.member_id))
        .where(
            MembershipEvent.county == county,
            Member.person_key.in_(keys),
            MembershipEvent.submission_id.is_not(None),
        )
        .distinct()
        .order_by(MembershipEvent.submission_id)
    )
    places = (
        select(Membership.union_code)
        .where(Membership.county == county, Membership.person_key.in_(keys))
        .distinct()
    )
    submissions = [number for number in session.scalars(events) if number is not None]
    unions = list(session.scalars(places))
    return queries.of_submissions(session, county, unions, submissions, BULK, limit=LIMIT)
