"""A number that lost its tail in a spreadsheet, and the one member of the union it may be.

The suggestion of `document.numeric` is the member's row key: nothing of the number leaves the
server, and nothing is applied until the clerk says so.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from registry.identity import mask
from registry.members.recalled import KEPT_DIGITS, beginning_with, recall
from registry.members.row_keys import looks_like_one
from registry.roster.sheet import Cell
from registry.submissions.storing import (
    Ref,
    StoredFinding,
    StoredRows,
    decode_findings,
    encode_findings,
    open_row,
)
from registry.vault.vault import vault

_CODE = "document.numeric"
_RESIDENT_DIGITS = 18


def offer_members(session: Session, ref: Ref, chunk: StoredRows) -> None:
    """Write the suggestions of a chunk's cut numbers; a chunk without any costs nothing."""
    columns, sign = chunk.columns, f'"{_CODE}"'
    at = [index for index, text in enumerate(columns["findings"]) if text and sign in text]
    if not at:
        return
    keeper = vault()
    asked = []
    for index in at:
        content = open_row(keeper, ref, columns["row"][index], columns["sealed"][index])
        digits = _leading(content.raw.get("document_number"))
        asked.append((columns["full_name"][index], digits))
    keys = beginning_with(session, keeper, ref.county, ref.union_code, asked)
    for index, key in zip(at, keys, strict=True):
        findings = decode_findings(columns["findings"][index])
        for one in findings:
            if one.code == _CODE:
                one.suggestion = key
        columns["findings"][index] = encode_findings(findings)


def words_for(
    session: Session, ref: Ref, rows: Iterable[Sequence[StoredFinding]]
) -> dict[str, str]:
    """Return what the page says of each offered member, masked, by key."""
    keys = {
        one.suggestion
        for findings in rows
        for one in findings
        if one.code == _CODE and looks_like_one(one.suggestion)
    }
    if not keys:
        return {}
    found = recall(session, vault(), ref.county, ref.union_code, sorted(keys))
    return {
        key: f"是本会会员 {mask.name(one.name)}（{one.masked_number}），使用会员库中的号码"
        for key, one in found.items()
    }


def _leading(cell: Cell) -> str:
    """Return the digits that a spreadsheet has kept of an 18-digit number; else nothing."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return ""
    digits = str(int(cell))
    return digits[:KEPT_DIGITS] if len(digits) == _RESIDENT_DIGITS else ""
