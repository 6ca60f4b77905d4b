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
from registry.exchange.files import files_with
from registry.identity import resident_id
from registry.identity.forms import normalise
from registry.members.models import Member, Membership, MembershipEvent
from registry.members.operations import key_of_number
from registry.members.records import former_keys
from registry.privacy.looked import taken_files
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
# What is done with a batch for the higher federation as a whole.
HANDED = ("exchange.make", "exchange.send", "exchange.cancel", "exchange.settle")


class Trailed(NamedTuple):
    """Entries that name a person, those of rosters by which the person came into the register, and
    those of files for the higher federation in which the person stood; the newest `LIMIT` of each.
    Nothing found of a number that `is_mistyped` says nothing.
    """

    naming: list[Entry]
    bulk: list[Entry]
    files: list[Entry]
    is_mistyped: bool

    @property
    def total(self) -> int:
        """How many entries were found."""
        return len(self.naming) + len(self.bulk) + len(self.files)


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
            _of_files(session, actor.county, keys),
            _is_mistyped(number),
        )
        record(
            session,
            "trail.search",
            actor=actor,
            place=actor.place,
            detail={"person": key.hex(), "count": found.total},
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
    said = ({"submission": number} for number in submissions)
    return queries.saying(session, county, unions, BULK, said, limit=LIMIT)


def _of_files(session: Session, county: str, keys: Sequence[bytes]) -> list[Entry]:
    """A batch names nobody on the trail: whom it told of, its items say."""
    members = select(Member.id).where(Member.county == county, Member.person_key.in_(keys))
    known = session.scalars(members).all()
    files = files_with(session, county, member_id=known) if known else []
    said = [{"exchange": batch} for batch in {one.batch for one in files}]
    handed = queries.saying(session, county, [county], HANDED, said, limit=LIMIT)
    taken = taken_files(session, county, files, limit=LIMIT)
    newest = sorted([*handed, *taken], key=lambda one: -one.number)
    return newest[:LIMIT]
