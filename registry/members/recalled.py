"""What the register lends to a roster row of the union's own member: number and mobile in full.

For the server alone: what is recalled is judged and sealed, never shown or sent. Asked for by row
key, or by the beginning of a number that a spreadsheet has cut.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.db import one_of
from registry.identity import mask
from registry.identity.forms import RESIDENT
from registry.identity.mask import Sight
from registry.members import row_keys
from registry.members.models import LIVE, Member, Membership
from registry.vault.vault import Vault, of_person

CHUNK = 5000
# A spreadsheet keeps 15 digits of a number.
KEPT_DIGITS = 15


class Recalled(NamedTuple):
    """A live member of the union; `number` and `mobile` in full. Of somebody whom the reference
    register lends (`registry.reference.roster`) the number there.
    """

    member_id: int
    name: str
    number: str
    mobile: str | None
    is_restricted: bool = False

    @property
    def masked_number(self) -> str:
        """The number as it is shown in the member's own union."""
        return mask.document(self.number, Sight.OWN_UNION)

    @property
    def masked_mobile(self) -> str:
        """The mobile as it is shown."""
        return mask.mobile(self.mobile, Sight.OWN_UNION) if self.mobile else ""


def recall(
    session: Session, keeper: Vault, county: str, union_code: str, keys: Iterable[str]
) -> dict[str, Recalled]:
    """Return the live members of the union that these row keys name; other texts are left out."""
    members = {
        key: number
        for key in keys
        if (number := row_keys.member_of(keeper, county, union_code, key)) is not None
    }
    numbers = sorted(set(members.values()))
    found: dict[int, Recalled] = {}
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        query = _members(county, union_code).where(one_of(Member.id, part))
        found |= {row.id: _opened(keeper, row) for row in session.execute(query)}
    return {key: found[number] for key, number in members.items() if number in found}


def beginning_with(
    session: Session,
    keeper: Vault,
    county: str,
    union_code: str,
    asked: Sequence[tuple[str | None, Collection[str]]],
) -> list[str | None]:
    """Return, for each name and possible 15 leading digits, the row key of the one live member of
    the union who has this name and a resident number that begins so; None where there is none or
    several.
    """
    names = sorted({name for name, beginnings in asked if name and beginnings})
    members: dict[tuple[str, str], list[int]] = {}
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        query = _members(county, union_code).where(
            one_of(Member.full_name, part),
            Member.document_kind == RESIDENT,
            Member.restricted_at.is_(None),
        )
        for row in session.execute(query):
            number = _number(keeper, row)
            members.setdefault((row.full_name, number[:KEPT_DIGITS]), []).append(row.id)
    found = (
        [one for digits in set(beginnings) for one in members.get((name or "", digits), ())]
        for name, beginnings in asked
    )
    return [
        row_keys.make(keeper, county, union_code, ones[0]) if len(ones) == 1 else None
        for ones in found
    ]


def _members(county: str, union_code: str) -> Select[Any]:
    return (
        select(
            Member.id,
            Member.full_name,
            Member.person_key,
            Member.document_sealed,
            Member.mobile_sealed,
            Member.restricted_at,
        )
        .join(
            Membership,
            (Membership.county == Member.county) & (Membership.member_id == Member.id),
        )
        .where(
            Member.county == county,
            Membership.union_code == union_code,
            Membership.state.in_(LIVE),
        )
    )


def _opened(keeper: Vault, row: Any) -> Recalled:
    mobile = row.mobile_sealed
    return Recalled(
        row.id,
        row.full_name,
        _number(keeper, row),
        None
        if mobile is None
        else keeper.open(mobile, of_person("mobile", row.person_key)).decode(),
        row.restricted_at is not None,
    )


def _number(keeper: Vault, row: Any) -> str:
    return keeper.open(row.document_sealed, of_person("document_number", row.person_key)).decode()
