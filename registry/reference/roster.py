"""People of the reference register who are no members yet, as roster rows for their union.

Numbers are masked, as in any pre-filled roster, and a row key lets them come back. It is made as
those of members are (`members.row_keys`), for another place, so that neither can be taken for the
other; it opens nothing by itself, and nothing at all once the person is a member of any union.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import one_of, transaction
from registry.identity.mask import Sight
from registry.members import row_keys
from registry.members.queries import masked_document
from registry.members.recalled import CHUNK, Recalled
from registry.reference.models import ReferencePerson
from registry.reference.queries import missing_of
from registry.roster.columns import ROW_KEY
from registry.roster.labels import labels_of
from registry.trail.operations import record
from registry.unions import queries as union_queries
from registry.unions.queries import Union
from registry.vault.vault import Vault, of_person, vault

_base = ReferencePerson


def rows_of(union_code: str, *, actor: Actor) -> list[dict[str, str]]:
    """Return the people as labels by field, in the order in which they were loaded; the download is
    on the trail with its count.
    """
    with transaction() as session:
        union = union_queries.find(session, union_code)
        demand(actor, Permission.WORK_ROSTER, union.path)
        demand(actor, Permission.VIEW_REFERENCE, union.path)
        keeper = vault()
        found = session.execute(_missing(union).order_by(_base.id))
        rows = [_row(keeper, union, one) for one in found]
        detail = {"people": len(rows)}
        record(session, "reference.roster", actor=actor, place=union.code, detail=detail)
    return rows


def recall(
    session: Session, keeper: Vault, union: Union, keys: Iterable[str]
) -> dict[str, Recalled]:
    """Return the people of the union that these row keys name, numbers in full; for the server
    alone. Who is a member by now, and any other text, is left out.
    """
    people = {
        key: person
        for key in keys
        if (person := row_keys.member_of(keeper, union.county, _place(union), key)) is not None
    }
    numbers = sorted(set(people.values()))
    found: dict[int, Recalled] = {}
    for start in range(0, len(numbers), CHUNK):
        query = _missing(union).where(one_of(_base.id, numbers[start : start + CHUNK]))
        for one in session.execute(query):
            context = of_person("document_number", one.person_key)
            number = keeper.open(one.document_sealed, context).decode()
            found[one.id] = Recalled(one.id, one.full_name, number, None)
    return {key: found[person] for key, person in people.items() if person in found}


def _missing(union: Union) -> Any:
    return select(
        _base.id, _base.full_name, _base.person_key, _base.document_kind, _base.document_sealed
    ).where(*missing_of(union))


def _row(keeper: Vault, union: Union, one: Any) -> dict[str, str]:
    return {
        **labels_of({"document_kind": one.document_kind}),
        "full_name": one.full_name,
        "document_number": masked_document(
            keeper, one.document_sealed, one.person_key, Sight.OWN_UNION
        ),
        ROW_KEY: row_keys.make(keeper, union.county, _place(union), one.id),
    }


def _place(union: Union) -> str:
    return f"reference|{union.code}"
