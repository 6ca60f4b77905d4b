"""Judging roster rows of a union: the file's cells, the clerk's edits, and the register's loan.

A row key (`members.row_keys`) beside a masked number or mobile, or in a number's place, is a
member of this union, or somebody whom the reference register has under it: number and mobile are
laid over the cells before the rules see them. They are looked up anew at every judging and stand
nowhere but in the row's sealed result, so that they never come back to a page; what the file and
the clerk said stays as it was.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from registry.members import row_keys
from registry.members.recalled import Recalled, recall
from registry.reference import roster as reference
from registry.roster.check import CheckedBatch, Checker
from registry.roster.columns import ROW_KEY
from registry.roster.sheet import Cell, SheetBatch
from registry.submissions.storing import SENSITIVE, Ref, StoredRows, effective, store
from registry.unions import queries as union_queries
from registry.vault.vault import Vault

_MASK = "*"


def judged(
    session: Session,
    keeper: Vault,
    ref: Ref,
    checker: Checker,
    raw: SheetBatch,
    edits: Mapping[int, dict[str, Cell]],
) -> StoredRows:
    """Return rows ready for the table; `raw` holds the file's cells, `edits` those that replace
    them, by row and field.
    """
    said = effective(raw, edits)
    complete, lent = lay_over(session, keeper, ref, said)
    checked = checker.judge(complete)
    return store(keeper, ref, raw, _without_numbers(checked, lent), edits)


def lay_over(
    session: Session, keeper: Vault, ref: Ref, batch: SheetBatch
) -> tuple[SheetBatch, set[int]]:
    """Return the batch with masked cells of known members in full and without the keys, and the
    rows in which a cell was laid over.

    What no key of this union explains stays as it stands, for the rules to judge.
    """
    keys = _keys(batch)
    cells: dict[str, list[Cell]] = {f: v for f, v in batch.cells.items() if f != ROW_KEY}
    faults = [fault for fault in batch.faults if fault.field != ROW_KEY]
    lent: set[int] = set()
    found = _recalled(session, keeper, ref, keys.values()) if keys else {}
    if found:
        cells |= {field: list(cells[field]) for field in SENSITIVE if field in cells}
        for index, key in keys.items():
            member = found.get(key)
            if member is not None and _lend(cells, index, member):
                lent.add(batch.rows[index])
    return SheetBatch(batch.rows, cells, faults), lent


def chosen_member(
    session: Session, keeper: Vault, ref: Ref, values: Mapping[str, str]
) -> dict[str, str]:
    """Return a row's edits where a key chosen for its number is told apart from what is shown:
    the masked number, and the key beside it.
    """
    key = values.get("document_number", "")
    if not row_keys.looks_like_one(key):
        return dict(values)
    found = recall(session, keeper, ref.county, ref.union_code, [key]).get(key)
    if found is None:
        return dict(values)
    return {**values, "document_number": found.masked_number, ROW_KEY: key}


def _recalled(
    session: Session, keeper: Vault, ref: Ref, keys: Collection[str]
) -> dict[str, Recalled]:
    """Return whom the keys name: members of the union, or people whom the reference register has
    under it and who are members of none.
    """
    found = recall(session, keeper, ref.county, ref.union_code, keys)
    others = [key for key in keys if key not in found]
    if others:
        union = union_queries.find(session, ref.union_code)
        found |= reference.recall(session, keeper, union, others)
    return found


def _keys(batch: SheetBatch) -> dict[int, str]:
    """Return the keys that matter, by the index of their row."""
    numbers = batch.cells.get("document_number", ())
    keys = row_keys.among(numbers)
    beside = batch.cells.get(ROW_KEY)
    if beside is None:
        return keys
    for field in SENSITIVE & batch.cells.keys():
        for index, cell in enumerate(batch.cells[field]):
            if isinstance(cell, str) and _MASK in cell and index not in keys:
                key = beside[index]
                if isinstance(key, str):
                    keys[index] = key
    return keys


def _lend(cells: dict[str, list[Cell]], index: int, member: Recalled) -> bool:
    lends = False
    number = cells["document_number"][index]
    if row_keys.looks_like_one(number) or _same(number, member.masked_number):
        cells["document_number"][index] = member.number
        lends = True
    mobiles = cells.get("mobile")
    if mobiles is not None and member.mobile and _same(mobiles[index], member.masked_mobile):
        mobiles[index] = member.mobile
        lends = True
    return lends


def _same(cell: Cell, mask: str) -> bool:
    return isinstance(cell, str) and cell.strip() == mask


def _without_numbers(checked: CheckedBatch, lent: set[int]) -> CheckedBatch:
    """A number that was lent is in no suggestion: those are shown in full."""
    if not lent:
        return checked
    findings: list[Any] = [
        one._replace(suggestion=None) if one.row in lent and one.field in SENSITIVE else one
        for one in checked.findings
    ]
    return replace(checked, findings=findings)
