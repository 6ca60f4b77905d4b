"""A number that lost its tail in a spreadsheet, and the one member of the union it may be.

The suggestion of `document.numeric` is the member's row key: nothing of the number leaves the
server, and nothing is applied until the clerk says so.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.recalled import KEPT_DIGITS, Recalled, beginning_with, recall
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
        beginnings = leading(content.raw.get("document_number"))
        asked.append((columns["full_name"][index], beginnings))
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
    return {key: _words(one) for key, one in found.items() if not one.is_restricted}


def _words(one: Recalled) -> str:
    name = mask.name(one.name, Sight.COUNTY)
    return f"是本会会员 {name}（{one.masked_number}），使用会员库中的号码"


def leading(cell: Cell) -> set[str]:
    """Return the 15 digits that a spreadsheet may have kept of an 18-digit number; else nothing.

    Excel cuts to 15 digits and then stores the nearest binary fraction, which may lie just below:
    rounded they are right. Other programs store the fraction nearest to all 18: cut they are right.
    """
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return set()
    whole, rounded = str(int(cell)), f"{float(cell):.{KEPT_DIGITS - 1}e}"
    if len(whole) != _RESIDENT_DIGITS:
        return set()
    return {whole[:KEPT_DIGITS], rounded[: KEPT_DIGITS + 1].replace(".", "")}
