"""The register of unions as a workbook: all that is known of each, a row a union."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.codes import code_list
from registry.db import table_of, transaction
from registry.roster import watermark
from registry.roster.columns import Column, read_columns
from registry.roster.lists import write_list
from registry.trail.operations import record
from registry.unions import queries
from registry.unions.models import TradeUnion, UnionEmployer
from registry.unions.queries import is_grassroots

COLUMNS = read_columns(Path(__file__).resolve().parents[2] / "seeds" / "union-columns.csv")
COLUMN = {column.field: column for column in COLUMNS}
TITLE = "工会组织"

_union, _employer = table_of(TradeUnion).c, table_of(UnionEmployer).c
# Columns that stand elsewhere than in the union's row.
_APART = ("unit", "employers")
_KEPT = tuple(field for field in COLUMN if field not in _APART)


class Exported(NamedTuple):
    """A workbook of unions, and how many these are."""

    content: bytes
    unions: int


def export(code: str, *, actor: Actor) -> Exported:
    """Return the grassroots unions at or below a place, whatever their state, as a workbook.

    Raises `NotFound` and `Forbidden` without the permission there.
    """
    with transaction() as session:
        place = queries.find(session, code)
        demand(actor, Permission.VIEW_UNIONS, place.path)
        rows = [[row[field] for field in COLUMN] for row in _known(session, place.path)]
        record(session, "union.export", actor=actor, place=code, detail={"unions": len(rows)})
    said = watermark.words(actor.name, now())
    return Exported(write_list(TITLE, COLUMNS, rows, said=said), len(rows))


def _known(session: Session, path: str) -> Iterator[dict[str, str]]:
    """Yield the unions below a path as the list says them, by field; "" for what is not known."""
    columns = [*(_union[field] for field in _KEPT), _union.parent_code]
    found = session.execute(select(*columns).where(*is_grassroots(path)).order_by(_union.code))
    rows = found.mappings().all()
    units = queries.names_of(session, (row["parent_code"] for row in rows))
    covered = _employers(session, path)
    for row in rows:
        told = {field: _in_words(COLUMN[field], row[field]) for field in _KEPT}
        apart = {"unit": units[row["parent_code"]], "employers": covered.get(row["code"], "")}
        yield told | apart


def joined(employers: Iterable[tuple[str, str | None]]) -> str:
    """Return employers (name, credit code) as one cell says them."""
    return "；".join(f"{name}（{code}）" if code else name for name, code in employers)


def _in_words(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.codes is not None and value in code_list(column.codes):
        return code_list(column.codes).label(value)
    return value.isoformat() if column.kind == "date" else str(value)


def _employers(session: Session, path: str) -> dict[str, str]:
    query = (
        select(_employer.union_code, _employer.name, _employer.credit_code)
        .join(
            table_of(TradeUnion),
            (_union.code == _employer.union_code) & (_union.county == _employer.county),
        )
        .where(*is_grassroots(path))
        .order_by(_employer.union_code, _employer.number)
    )
    found: dict[str, list[tuple[str, str | None]]] = {}
    for code, name, credit_code in session.execute(query):
        found.setdefault(code, []).append((name, credit_code))
    return {code: joined(some) for code, some in found.items()}
