"""A union's live members as roster rows, for the pre-filled blank.

Numbers and mobiles are masked; a row key beside them lets them come back (`row_keys`).
"""

from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import table_of, transaction
from registry.identity.mask import Sight
from registry.members import row_keys
from registry.members.lifecycle import RETAINING
from registry.members.models import LIVE, Member, Membership, MembershipState
from registry.members.queries import masked_document, masked_mobile
from registry.members.restricting import of_membership
from registry.roster.columns import ROW_KEY
from registry.roster.labels import labels_of
from registry.trail.operations import record
from registry.unions import queries as union_queries
from registry.unions.queries import Union
from registry.vault.vault import Vault, vault

_decode = msgspec.json.Decoder(dict[str, str]).decode


def rows_of(union_code: str, *, actor: Actor) -> list[dict[str, str]]:
    """Return the members as labels by field, in the order of admission; the download is on the
    trail with its count.

    Sent back untouched every row is a member unchanged: who is retained asks to stay so.
    """
    with transaction() as session:
        union = union_queries.find(session, union_code)
        demand(actor, Permission.WORK_ROSTER, union.path)
        demand(actor, Permission.VIEW_MEMBERS, union.path)
        keeper = vault()
        rows = [_row(keeper, union, found) for found in session.execute(_members(union))]
        record(
            session,
            "roster.blank",
            actor=actor,
            place=union.code,
            detail={"members": len(rows)},
        )
    return rows


_membership = table_of(Membership).c
_LIVE_COUNT = select(func.count()).where(
    _membership.county == bindparam("county"),
    _membership.union_code == bindparam("code"),
    _membership.state.in_(LIVE),
    of_membership(bindparam("county")),
)


def live_count(session: Session, union: Union) -> int:
    """Return how many rows `rows_of` would give."""
    return session.scalar(_LIVE_COUNT, {"county": union.county, "code": union.code}) or 0


def _live_in(union: Union) -> tuple[Any, ...]:
    return (
        Membership.county == union.county,
        Membership.union_code == union.code,
        Membership.state.in_(LIVE),
        of_membership(union.county),
    )


def _members(union: Union) -> Any:
    return (
        select(
            Membership.state,
            Membership.began_on,
            Member.id,
            Member.full_name,
            Member.person_key,
            Member.document_kind,
            Member.document_sealed,
            Member.mobile_sealed,
            Member.particulars,
        )
        .join(Member, (Member.county == Membership.county) & (Member.id == Membership.member_id))
        .where(*_live_in(union))
        .order_by(Membership.id)
    )


def _row(keeper: Vault, union: Union, found: Any) -> dict[str, str]:
    key = found.person_key
    is_retained = found.state == MembershipState.RETAINED
    clean = _decode(found.particulars) | {
        "document_kind": found.document_kind,
        "change": RETAINING if is_retained else "",
    }
    return {
        **labels_of(clean),
        "full_name": found.full_name,
        "document_number": masked_document(keeper, found.document_sealed, key, Sight.OWN_UNION),
        "mobile": masked_mobile(keeper, found.mobile_sealed, key, Sight.OWN_UNION),
        # The day of joining says nothing of when somebody came to be retained.
        "changed_on": "" if is_retained else found.began_on or "",
        ROW_KEY: row_keys.make(keeper, union.county, union.code, found.id),
    }
