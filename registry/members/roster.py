"""A union's live members as roster rows, for the pre-filled blank; numbers and phones are
masked.
"""

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.db import transaction
from registry.members.queries import MemberLine, Sight, last_membership, members_of
from registry.roster.columns import COLUMN
from registry.roster.report import labels_of
from registry.trail.operations import record
from registry.unions import queries as union_queries

PAGE = 2000


def rows_of(union_code: str, *, actor: Actor) -> list[dict[str, str]]:
    """Return the members as labels by field; the download is on the trail with its count."""
    rows: list[dict[str, str]] = []
    with transaction() as session:
        union = union_queries.find(session, union_code)
        demand(actor, Permission.VIEW_MEMBERS, union.path)
        after = 0
        while True:
            lines = members_of(
                session, union.county, union.code, Sight.OWN_UNION, after=after, limit=PAGE
            )
            if not lines:
                break
            rows += [_row(line) for line in lines]
            after = last_membership(session, union.county, lines)
        record(
            session,
            "roster.blank",
            actor=actor,
            place=union.code,
            detail={"members": len(rows)},
        )
    return rows


def _row(line: MemberLine) -> dict[str, str]:
    labels = labels_of(
        {field: value for field, value in line.particulars.items() if field in COLUMN}
    )
    return {
        "full_name": line.name,
        "document_number": line.document,
        "mobile": line.mobile,
        "changed_on": line.began_on or "",
        **labels,
    }
