"""Who a case is about: members with their unions, and who a row or a case says somebody is."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.clock import today
from registry.errors import NotFound
from registry.identity.documents import judge_documents
from registry.members.models import LIVE, Member, Membership
from registry.members.rekeying import Identity
from registry.unions import queries as unions
from registry.unions.queries import Union
from registry.vault.vault import Vault, of_person


class Subject(NamedTuple):
    """A member, the union of the last membership, and whether that is live."""

    member: Member
    union: Union
    is_live: bool


class Told(Protocol):
    """What says who somebody is: a submitted row, a member."""

    @property
    def person_key(self) -> bytes | None: ...

    @property
    def full_name(self) -> str | None: ...

    @property
    def document_kind(self) -> str | None: ...

    @property
    def document_sealed(self) -> bytes | None: ...


def subject(session: Session, county: str, member_id: int) -> Subject:
    """Return a member of the county. Raises `NotFound`."""
    member = session.get(Member, (county, member_id), with_for_update=True)
    last = session.scalars(
        select(Membership)
        .where(Membership.county == county, Membership.member_id == member_id)
        .order_by(Membership.id.desc())
        .limit(1)
    ).one_or_none()
    if member is None or last is None:
        raise NotFound("member.unknown", "没有找到这位会员。")
    return Subject(member, unions.find(session, last.union_code), last.state in LIVE)


def twins_of(session: Session, county: str, told: Told, mobile_key: bytes | None) -> list[int]:
    """Return the members of this name and mobile under another number."""
    if mobile_key is None:
        return []
    query = select(Member.id).where(
        Member.county == county,
        Member.mobile_key == mobile_key,
        Member.full_name == told.full_name,
        Member.person_key != told.person_key,
        Member.restricted_at.is_(None),
    )
    return list(session.scalars(query.order_by(Member.id)))


def identity_of(keeper: Vault, told: Told) -> Identity:
    """Return who is told of, the number opened; only who writes the register calls this."""
    return identity(
        keeper, told.person_key, told.full_name, told.document_kind, told.document_sealed
    )


def identity(
    keeper: Vault, key: bytes | None, name: str | None, kind: str | None, sealed: bytes | None
) -> Identity:
    """Return an identity of its stored parts, with sex and birth date where the number says them.

    Raises `NotFound` where a part is missing: a row with a faulty number is nobody's.
    """
    if key is None or name is None or kind is None or sealed is None:
        raise NotFound("row.no_number", "这一行没有通过校验的证件号码。")
    number = keeper.open(sealed, of_person("document_number", key)).decode()
    judged = judge_documents([number], [kind], today())[0]
    born_on = judged.born_on.isoformat() if judged.born_on else None
    return Identity(key, name, kind, number, judged.sex, born_on)


def nearest_above(paths: Iterable[str]) -> str:
    """Return the path of the nearest federation above all of these unions."""
    parts = [path.strip("/").split("/")[:-1] or path.strip("/").split("/") for path in paths]
    shared = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return f"/{'/'.join(shared)}/"
