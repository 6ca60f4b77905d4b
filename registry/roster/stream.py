"""The rows of one xlsx sheet without the sheet in memory: for registers of a million rows.

A part is taken in pieces. Rows as the usual programs write them are read with one regular
expression; a row that is written in another way goes to an XML parser, which is some times slower
and knows everything. Both give the same values (`registry.roster.cells`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from registry.roster.cells import Value, unescaped, value_of
from registry.roster.look import column_number
from registry.roster.refusal import Refusal, damaged
from registry.roster.sheet_parser import MOST_COLUMNS, Row, SheetParser, checked, placed

MOST_CELLS = 30_000_000
_MOST_SHAPES = 4096
_LONGEST_ROW = 16 << 20

# One cell as Excel, WPS, LibreOffice, openpyxl and XlsxWriter write it.
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^>/]*)(?:/>|>(?:<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?'
    rb"(?:<(?:v|is><t)>([^<]*)</(?:v|t></is)>|<v/>)?</c>)"
)
_ATTRIBUTE = re.compile(rb"""([\w:]+)=["']([^"']*)["']""")
_NUMBER = re.compile(rb"""[^>]*?\sr=["']([0-9]{1,7})["']""")
_BEGIN = re.compile(rb"<sheetData(\s*/|\s[^>]*)?>")
_PREFIX = re.compile(rb"<([A-Za-z_][\w.-]*:)worksheet[\s>]")
_OPENED = b"<worksheet><sheetData>"
_CLOSED = b"</sheetData></worksheet>"


class Kinds(dict[bytes, Value]):
    """{attributes of a cell as they stand in the file: function for its raw text}.

    `styles` are the kinds of format by the number in a cell's `s`.
    """

    def __init__(self, styles: Sequence[str], is_1904: bool, shared: Value) -> None:
        super().__init__()
        self._styles = styles
        self._is_1904 = is_1904
        self._shared = shared

    def __missing__(self, attributes: bytes) -> Value:
        said = dict(_ATTRIBUTE.findall(attributes))
        value = self.of(said.get(b"t", b"").decode(), said.get(b"s", b"").decode())
        if len(self) < _MOST_SHAPES:
            self[attributes] = value
        return value

    def of(self, kind: str, style: str) -> Value:
        """Return the function for a type and a style number."""
        index = int(style) if style.isdecimal() else len(self._styles)
        shown = self._styles[index] if index < len(self._styles) else "number"
        return value_of(kind, shown, self._is_1904, self._shared)


def stream_rows(pieces: Iterable[bytes], kinds: Kinds) -> Iterator[Row]:
    """Yield a sheet's rows from Excel row 1 to the last with content, each from column A to its
    last content.

    Raises Refusal: file.damaged, also where two rows or two cells claim one place, which would
    lose one of them; file.too_large past 30 million cells.
    """
    reached = cells = 0
    for number, row in _numbered(pieces, kinds):
        if not row:
            continue
        cells += len(row)
        if cells > MOST_CELLS:
            raise Refusal("file.too_large", what="的单元格数", limit="3000 万个")
        for _ in range(number - reached - 1):
            yield []
        yield row
        reached = number


def _numbered(pieces: Iterable[bytes], kinds: Kinds) -> Iterator[tuple[int, Row]]:
    quick = _QuickReader(kinds)
    parser: SheetParser | None = None
    for is_odd, block in _blocks(_without_prefix(iter(pieces))):
        if not is_odd:
            yield from quick.rows(block)
            continue
        parser = parser or SheetParser(kinds.of, quick.reached)
        yield from parser.feed(block)
    if parser is not None:
        yield from parser.feed(b"", last=True)


def _blocks(pieces: Iterator[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield (False, whole rows), or from the first comment or other oddity on (True, piece), which
    together are one document: a comment may hold whatever looks like a row."""
    is_odd, data = _begin(pieces)
    while not is_odd:
        is_odd = b"<!" in data or b"<?" in data
        if is_odd:
            data = _OPENED + data
            break
        end = data.find(b"</sheetData>")
        if end >= 0:
            yield False, data[:end]
            return
        cut = data.rfind(b"<row")
        if cut > 0:
            yield False, data[:cut]
            data = data[cut:]
        elif len(data) > _LONGEST_ROW:
            raise damaged("a row without an end")
        data += _next(pieces)
    yield True, data
    for piece in pieces:
        yield True, piece


def _begin(pieces: Iterator[bytes]) -> tuple[bool, bytes]:
    """Return (False, what follows <sheetData>), or (True, all so far) where a comment stands
    before it."""
    data = _next(pieces)
    while (found := _BEGIN.search(data)) is None and b"<!" not in data:
        data += _next(pieces)
    if b"<!" in data[: found.start() if found else None]:
        return True, data
    assert found is not None  # noqa: S101 - else the loop goes on
    if (found.group(1) or b"").endswith(b"/"):
        return False, b"</sheetData>"
    return False, data[found.end() :]


def _next(pieces: Iterator[bytes]) -> bytes:
    piece = next(pieces, b"")
    if not piece:
        raise damaged("sheet without an end")
    return piece


def _without_prefix(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces with <x:row> as <row>; a tag cut in two waits for its other half."""
    half = next(pieces, b"")
    found = _PREFIX.search(half[:4096])
    if found is None:
        yield half
        yield from pieces
        return
    opening, closing = b"<" + found.group(1), b"</" + found.group(1)
    for piece in pieces:
        half += piece
        cut = half.rfind(b"<")
        yield half[:cut].replace(opening, b"<").replace(closing, b"</")
        half = half[cut:]
    yield half.replace(opening, b"<").replace(closing, b"</")


class _Shape(NamedTuple):
    """Rows that differ in nothing but their values: the columns of the cells (none where they do
    not ascend), the functions for their texts, and whether no column is left out."""

    places: list[int]
    values: list[Value]
    is_dense: bool


class _QuickReader:
    """Rows by one regular expression where that covers every cell, else by the parser."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._shapes: dict[tuple[tuple[bytes, ...], tuple[bytes, ...]], _Shape] = {}
        self.reached = 0

    def rows(self, block: bytes) -> Iterator[tuple[int, Row]]:
        """Yield (number, row) of a block of whole rows."""
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        for text in block.split(b"<row")[1:]:
            row = self._row(text)
            if row is None:
                parser = SheetParser(self._kinds.of, self.reached)
                parsed = parser.feed(_OPENED + b"<row" + text + _CLOSED, last=True)
                self.reached = parser.reached
                yield from parsed
            else:
                yield self.reached, row

    def _row(self, text: bytes) -> Row | None:
        cells = _CELL.findall(text)
        if len(cells) != text.count(b"<c"):
            return None
        number = _number(text, self.reached)
        if not cells:
            self.reached = number
            return []
        letters, digits, attributes, found = zip(*cells, strict=True)
        raws: Sequence[bytes] = found
        shape = self._shapes.get((letters, attributes)) or self._shape(letters, attributes)
        if not shape.places or digits.count(b"%d" % number) != len(digits):
            return None
        self.reached = number
        if b"&" in text:
            raws = [unescaped(raw) if b"&" in raw else raw for raw in raws]
        values = [value(raw) if raw else "" for value, raw in zip(shape.values, raws, strict=True)]
        if shape.is_dense and values[-1] != "":
            return values
        return placed(shape.places, values)

    def _shape(self, letters: tuple[bytes, ...], attributes: tuple[bytes, ...]) -> _Shape:
        places = [column_number(one.decode()) for one in letters]
        if places != sorted(set(places)) or places[-1] >= MOST_COLUMNS:
            places = []
        if len(self._shapes) >= _MOST_SHAPES:
            self._shapes.clear()
        shape = _Shape(
            places,
            [self._kinds[said] for said in attributes],
            places == list(range(len(places))),
        )
        self._shapes[letters, attributes] = shape
        return shape


def _number(text: bytes, reached: int) -> int:
    """Return the number of a row from what stands after `<row`."""
    if text.startswith(b' r="'):
        number = int(text[4 : text.find(b'"', 4)])
    else:
        found = _NUMBER.match(text)
        number = int(found.group(1)) if found else reached + 1
    return checked(number, reached)
