"""What the frames from the sandbox say, as the types of `registry.roster.sheet`.

The child reads foreign files and may be subverted by one: everything that comes from it is checked
here, and what does not fit is the refusal file.damaged.
"""

from __future__ import annotations

from typing import Any

import msgspec

from registry.roster.columns import COLUMN
from registry.roster.doubts import doubts_of
from registry.roster.layout import Unclear
from registry.roster.packing import LENGTH_BYTES
from registry.roster.sheet import (
    Cell,
    CellFault,
    SheetBatch,
    SheetColumn,
    SheetHead,
    SheetTail,
    Skipped,
)
from registry.roster.stamp import ORIGIN_FIELD
from registry.roster.wording import file_finding, refused

_Findings = list[tuple[str, dict[str, Any]]]


class _Head(msgspec.Struct):
    format: str
    sheet: str
    header_row: int
    columns: list[SheetColumn]
    findings: _Findings
    profile: str | None = None
    unclear: list[Unclear] = []
    stamp: str | None = None
    expected: int = 0


class _Batch(msgspec.Struct):
    rows: list[int]
    texts: dict[str, int]
    cells: dict[str, list[Cell]]
    faults: list[CellFault]


class _Tail(msgspec.Struct):
    total: int
    skipped: list[Skipped]
    findings: _Findings


_HEAD = msgspec.json.Decoder(_Head)
_BATCH = msgspec.json.Decoder(_Batch)
_TAIL = msgspec.json.Decoder(_Tail)


def read_head(payload: bytes) -> SheetHead:
    """Return the head; raises RosterRefused file.damaged."""
    try:
        said = _HEAD.decode(payload)
        findings = [file_finding(code, facts) for code, facts in said.findings]
        fields = {one.field: COLUMN[one.field] for one in said.columns if one.field in COLUMN}
        doubts = doubts_of(fields, said.unclear)
    except (msgspec.MsgspecError, LookupError, TypeError) as error:
        raise refused("file.damaged") from error
    # 原行号 is no field of the roster; its cells come beside those of the fields.
    columns = [
        one._replace(field=None) if one.field == ORIGIN_FIELD else one for one in said.columns
    ]
    return SheetHead(
        said.format,
        said.sheet,
        said.header_row,
        columns,
        findings,
        said.profile,
        doubts,
        said.stamp,
        said.expected,
    )


def read_batch(payload: bytes) -> SheetBatch:
    """Return a batch; raises RosterRefused file.damaged."""
    start = LENGTH_BYTES + int.from_bytes(payload[:LENGTH_BYTES], "big")
    try:
        said = _BATCH.decode(memoryview(payload)[LENGTH_BYTES:start])
        cells = said.cells
        for field, length in said.texts.items():
            cells[field] = _cells(payload[start : start + length].decode())
            start += length
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise refused("file.damaged") from error
    if any(len(values) != len(said.rows) for values in cells.values()):
        raise refused("file.damaged")
    origins = cells.pop(ORIGIN_FIELD, None)
    faults = [fault for fault in said.faults if fault.field != ORIGIN_FIELD]
    return SheetBatch(said.rows, cells, faults, origins)


def _cells(text: str) -> list[Cell]:
    values = text.split("\0")
    return [value or None for value in values] if "" in values else [*values]


def read_tail(payload: bytes) -> SheetTail:
    """Return the tail; raises RosterRefused file.damaged."""
    try:
        said = _TAIL.decode(payload)
        findings = [file_finding(code, facts) for code, facts in said.findings]
    except (msgspec.MsgspecError, LookupError, TypeError) as error:
        raise refused("file.damaged") from error
    return SheetTail(said.total, said.skipped, findings)
