"""What stands sealed beside a row, and how it is packed before it is sealed.

The cells of a file go as a list in a fixed order of fields, which is two thirds shorter than naming
each: `[order, cells, faults, edits, suggestions]` in JSON, without what is empty at the end. Rows
packed before there was an order name their fields, and so do rows that no order covers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from registry.roster.columns import ROW_KEY
from registry.roster.sheet import Cell

# By their numbers: an order that rows were packed in never changes. New fields make a new one.
ORDERS: Mapping[int, tuple[str, ...]] = {
    1: (
        *("sequence", "full_name", "sex", "born_on", "ethnicity", "work_status", "document_kind"),
        *("document_number", "education", "skill_level", "mobile", "household_kind"),
        *("household_region", "change", "changed_on", "change_reason", "political_status"),
        *("employer_name", "native_place", "is_migrant_worker", "is_dispatched", "worker_group"),
        *("post", "in_mutual_aid", "union_name", "remark", ROW_KEY),
    )
}
_CURRENT = max(ORDERS)
_FIELDS = ORDERS[_CURRENT]
_KNOWN = frozenset(_FIELDS)


class SealedRow(msgspec.Struct, omit_defaults=True):
    """A row's cells as the file has them, without blank ones, faults of cells, the clerk's edits,
    and full suggestions: each by field, suggestions by their finding's code.
    """

    raw: dict[str, Cell]
    faults: dict[str, str] = {}
    edits: dict[str, Cell] = {}
    suggestions: dict[str, Any] = {}


class _Packed(msgspec.Struct, array_like=True):
    order: int
    cells: list[Cell]
    faults: dict[str, str] = {}
    edits: dict[str, Cell] = {}
    suggestions: dict[str, Any] = {}


_encode = msgspec.json.encode
_packed = msgspec.json.Decoder(_Packed)
_named = msgspec.json.Decoder(SealedRow)


def pack(content: SealedRow) -> bytes:
    """Return a row as bytes to be sealed."""
    raw = content.raw
    if not raw.keys() <= _KNOWN:
        return _encode(content)
    cells = [raw.get(field) for field in _FIELDS]
    return _encode(_Packed(_CURRENT, cells, content.faults, content.edits, content.suggestions))


def packed_cells(cells: Mapping[str, Sequence[Cell]], count: int) -> Iterator[bytes]:
    """Yield each of `count` rows, of which nothing but cells is known; `cells` are columns by
    field.
    """
    if cells.keys() <= _KNOWN:
        blank: Sequence[Cell] = [None] * count
        columns = [cells.get(field, blank) for field in _FIELDS]
        yield from map(_encode, zip([_CURRENT] * count, zip(*columns, strict=True), strict=True))
        return
    for at in range(count):
        yield pack(SealedRow(row_of(cells, at)))


def row_of(cells: Mapping[str, Sequence[Cell]], at: int) -> dict[str, Cell]:
    """Return the cells of the row at an index of columns, by field, without the blank ones."""
    return {field: column[at] for field, column in cells.items() if column[at] is not None}


def unpack(plain: bytes) -> SealedRow:
    """Return the row that was packed."""
    if plain[:1] == b"{":
        return _named.decode(plain)
    row = _packed.decode(plain)
    fields = zip(ORDERS[row.order], row.cells, strict=True)
    raw: dict[str, Cell] = {field: cell for field, cell in fields if cell is not None}
    return SealedRow(raw, row.faults, row.edits, row.suggestions)
