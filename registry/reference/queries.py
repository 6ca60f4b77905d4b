"""What is asked of the reference register. Everything that leaves here for a screen is masked.

A union sees what the reference register has under its own name and no more: neither that somebody
stands there under another union, nor where.
"""

from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.clock import today
from registry.errors import NotFound
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.counts import UnionCounts, tallied
from registry.members.models import LIVE, Member, Membership
from registry.members.queries import masked_document
from registry.reference import years
from registry.reference.counting import is_member
from registry.reference.models import ReferenceLoad, ReferencePerson
from registry.reference.reading import Fault
from registry.unions.queries import Union
from registry.vault.vault import Vault, vault


class PersonLine(NamedTuple):
    """Somebody in a work list, masked. `id` is the page's key: of the person in the reference
    register, of the membership of a member. `member_id` is set for members only.
    """

    id: int
    name: str
    document: str
    years: str
    member_id: int | None = None


class Counts(NamedTuple):
    """A place's people of the reference register and its members, as the tallies have them."""

    people: int
    matched: int  # of the people: members of any union
    known: int  # of the members: in the reference register
    members: int  # active and retained

    @property
    def missing(self) -> int:
        """People who are no members."""
        return self.people - self.matched

    @property
    def unknown(self) -> int:
        """Members who are not in the reference register."""
        return self.members - self.known


class Load(NamedTuple):
    """A workbook that was loaded, and what became of its rows."""

    id: int
    file_name: str
    loaded_by: int
    loaded_at: datetime
    row_count: int
    new_count: int
    changed_count: int
    same_count: int
    repeated_count: int
    faulty_count: int
    skipped_count: int
    unplaced_count: int

    @property
    def taken_count(self) -> int:
        """How many people the workbook has."""
        return self.new_count + self.changed_count + self.same_count


def counts_of(session: Session, county: str, union_code: str) -> Counts:
    """Return the counts of one union."""
    found = tallied(session, county, today(), [union_code]).get(union_code, UnionCounts())
    return Counts(
        found.reference_people,
        found.reference_matched,
        found.reference_known,
        found.active + found.retained,
    )


def not_members(
    session: Session, union: Union, sight: Sight, *, after: int = 0, limit: int = 50
) -> list[PersonLine]:
    """Return people whom the reference register has under a union and who are members of none, in
    the order in which they were loaded.
    """
    base = ReferencePerson
    query = (
        select(
            base.id,
            base.full_name,
            base.person_key,
            base.document_sealed,
            base.years,
        )
        .where(*missing_of(union), base.id > after)
        .order_by(base.id)
        .limit(limit)
    )
    keeper = vault()
    return [
        PersonLine(
            row.id,
            mask.name(row.full_name, sight),
            masked_document(keeper, row.document_sealed, row.person_key, sight),
            years.shown(row.years),
        )
        for row in session.execute(query)
    ]


def missing_of(union: Union) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for people of a union who are members of no union of the county."""
    return (
        ReferencePerson.county == union.county,
        ReferencePerson.union_code == union.code,
        ~is_member(union.county),
    )


def not_in_base(
    session: Session, union: Union, sight: Sight, *, after: int = 0, limit: int = 50
) -> list[PersonLine]:
    """Return a union's members whom the reference register does not have, in the order of
    admission. Seen from the union itself, only what stands under its own name counts.
    """
    same = [
        ReferencePerson.county == union.county,
        ReferencePerson.member_key == Membership.person_key,
    ]
    if sight is Sight.OWN_UNION:
        same.append(ReferencePerson.union_code == union.code)
    query = (
        select(
            Membership.id,
            Member.id.label("member_id"),
            Member.full_name,
            Member.person_key,
            Member.document_sealed,
            Member.restricted_at,
        )
        .join(Member, (Member.county == union.county) & (Member.id == Membership.member_id))
        .where(
            Membership.county == union.county,
            Membership.union_code == union.code,
            Membership.state.in_(LIVE),
            ~select(ReferencePerson.id).where(*same).exists(),
            Membership.id > after,
        )
        .order_by(Membership.id)
        .limit(limit)
    )
    keeper = vault()
    return [
        PersonLine(
            row.id,
            *_told(keeper, row, sight),
            "",
            row.member_id,
        )
        for row in session.execute(query)
    ]


def _told(keeper: Vault, row: Any, sight: Sight) -> tuple[str, str]:
    """Return name and number of a member, masked."""
    seen = sight.of(row.restricted_at)
    name = mask.name(row.full_name, seen)
    return name, masked_document(keeper, row.document_sealed, row.person_key, seen)


def has_number(county: str | ColumnElement[str], person_key: Any) -> ColumnElement[bool]:
    """Return the condition that the reference register of a county has the person of a column."""
    found = select(ReferencePerson.id).where(ReferencePerson.county == county)
    own = found.where(ReferencePerson.person_key == person_key)
    other = found.where(ReferencePerson.member_key == person_key)
    return own.exists() | other.exists()


def has_person(county: str, full_name: Any, mobile_key: Any) -> ColumnElement[bool]:
    """Return the condition that it has somebody of this name and mobile, whatever the number."""
    found = select(ReferencePerson.id).where(
        ReferencePerson.county == county,
        ReferencePerson.mobile_key == mobile_key,
        ReferencePerson.full_name == full_name,
    )
    return found.exists()


def unplaced(session: Session, county: str, *, limit: int = 50) -> list[tuple[str, int]]:
    """Return the names that are no known union's, as written, and how many people have each; those
    of most people first.
    """
    query = (
        select(ReferencePerson.union_name, func.count().label("people"))
        .where(ReferencePerson.county == county, ReferencePerson.union_code.is_(None))
        .group_by(ReferencePerson.union_name)
        .order_by(func.count().desc(), ReferencePerson.union_name)
        .limit(limit)
    )
    return list(session.execute(query).tuples().all())


_LOADED = [getattr(ReferenceLoad, name) for name in Load._fields]


def loads(
    session: Session, county: str, *, before: int | None = None, limit: int = 50
) -> list[Load]:
    """Return the workbooks that were loaded, the last first."""
    query = select(*_LOADED).where(ReferenceLoad.county == county)
    if before is not None:
        query = query.where(ReferenceLoad.id < before)
    found = session.execute(query.order_by(ReferenceLoad.id.desc()).limit(limit))
    return [Load(*row) for row in found]


def load_of(session: Session, county: str, number: int) -> tuple[Load, list[Fault]]:
    """Return a load and the first of its refused rows. Raises `NotFound`."""
    query = select(*_LOADED, ReferenceLoad.faults).where(
        ReferenceLoad.county == county, ReferenceLoad.id == number
    )
    row: Any = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("reference.load", "没有找到这次载入。")
    *values, faults = row
    return Load(*values), [Fault(*one) for one in msgspec.json.decode(faults)]
