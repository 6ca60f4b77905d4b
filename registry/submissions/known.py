"""What the register knows of live members, as the cells of a roster row, the number in full or
masked beside a row key.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, select

from registry.codes import code_list
from registry.identity.mask import Sight
from registry.members import row_keys
from registry.members.models import LIVE, Member, Membership
from registry.members.queries import masked_document, masked_mobile
from registry.roster.columns import ROW_KEY
from registry.roster.labels import labels_of
from registry.submissions.storing import Ref
from registry.vault.vault import Vault, of_person

# A statement can hold only so many parameters; of more members all are read.
_MOST_NAMED = 500


def live_members(county: str, union_code: str, members: Sequence[int] | None = None) -> Select[Any]:
    """Return the query for a union's live members (all, or these) with all that is known."""
    query = (
        select(
            Member.id,
            Member.person_key,
            Member.full_name,
            Member.document_kind,
            Member.document_sealed,
            Member.mobile_sealed,
            Member.mobile_key,
            Member.particulars,
            Member.filled,
            Membership.state,
        )
        .join(Membership, (Membership.county == county) & (Membership.member_id == Member.id))
        .where(
            Member.county == county,
            Membership.union_code == union_code,
            Membership.state.in_(LIVE),
        )
        .order_by(Membership.id)
    )
    if members is not None and len(members) <= _MOST_NAMED:
        query = query.where(Member.id.in_(members))
    return query


def masked_cells_of(keeper: Vault, ref: Ref, found: Any) -> dict[str, str]:
    """Return the cells of a member read with `live_members`, as in a pre-filled roster."""
    key = found.person_key
    own = Sight.OWN_UNION
    cells = _plain_cells(found)
    cells["document_number"] = masked_document(keeper, found.document_sealed, key, own)
    if found.mobile_sealed is not None:
        cells["mobile"] = masked_mobile(keeper, found.mobile_sealed, key, own)
    cells[ROW_KEY] = row_keys.make(keeper, ref.county, ref.union_code, found.id)
    return cells


def _plain_cells(found: Any) -> dict[str, str]:
    cells = labels_of(msgspec.json.decode(found.particulars, type=dict[str, str]))
    cells["full_name"] = found.full_name
    cells["document_kind"] = code_list("document_kind").label(found.document_kind)
    return cells


def cells_of(keeper: Vault, found: Any) -> dict[str, str]:
    """Return the cells of a member read with `live_members`. The caller records why."""
    key = found.person_key
    cells = _plain_cells(found)
    sealed = found.document_sealed
    cells["document_number"] = keeper.open(sealed, of_person("document_number", key)).decode()
    if found.mobile_sealed is not None:
        cells["mobile"] = keeper.open(found.mobile_sealed, of_person("mobile", key)).decode()
    return cells
