"""The rows of one xlsx sheet, a piece at a time and never all of it in memory.

Rows as the usual programs write them are read with one regular expression for a whole row; where
some differ, with one for a cell; a row that is written in yet another way goes to an XML parser,
which is some times slower and knows everything. All give the same values
(`registry.roster.cells`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from registry.roster.cells import Value, unescaped, value_of
from registry.roster.look import column_letters, column_number
from registry.roster.refusal import damaged, too_many_cells
from registry.roster.searching import holds
from registry.roster.shared_strings import SharedStrings
from registry.roster.sheet_parser import MOST_COLUMNS, MOST_ROWS, Row, SheetParser, checked, placed

_MOST_SHAPES = 4096
_LONGEST_ROW = 16 << 20
# From so many cells a value on, each value of a column is looked up once.
_OFTEN = 4

# A cell behind its place, as Excel, WPS, LibreOffice, openpyxl and XlsxWriter write it: its
# attributes, and its raw text if any.
_REST = (
    rb"([^>/]*+)(?:/>|>(?:<f(?:\s[^>]*+)?(?:/>|>[^<]*+</f>))?"
    rb"(?:<(?:v|is><t)>([^<]*+)</(?:v|t></is)>|<v/>)?</c>)"
)
# The same where no cell of a block has a formula or a text of its own.
_PLAIN_REST = rb"([^>/]*+)(?:/>|>(?:<v>([^<]*+)</v>)?+</c>)"
_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"' + _REST)
# Cells in an expression for whole rows: a wider row is read cell by cell.
_WIDEST = 128
_ATTRIBUTE = re.compile(rb"""([\w:]+)=["']([^"']*)["']""")
_NUMBER = re.compile(rb"""[^>]*?\sr=["']([0-9]{1,7})["']""")
_BEGIN = re.compile(rb"<sheetData(\s*/|\s[^>]*)?>")
_PREFIX = re.compile(rb"<([A-Za-z_][\w.-]*:)worksheet[\s>]")
_STARTS = re.compile(rb"\s*<row")
_OPENED = b"<worksheet><sheetData>"
_CLOSED = b"</sheetData></worksheet>"


# The numbers of some rows, and the rows; one without content is [].
Block = tuple[list[int], list[Row]]


class Kinds(dict[bytes, Value]):
    """{attributes of a cell as they stand in the file: function for its raw text}.

    `styles` are the kinds of format by the number in a cell's `s`, `strings` the shared strings.
    """

    def __init__(self, styles: Sequence[str], is_1904: bool, strings: SharedStrings) -> None:
        super().__init__()
        self._styles = styles
        self._is_1904 = is_1904
        self._strings = strings
        self._shared: Value = strings.__getitem__

    def column(self, attributes: Sequence[bytes], raws: Sequence[bytes]) -> list[object]:
        """Return the values of a column, "" where the raw text is empty, which means no cell."""
        said = set(attributes)
        if len(said) > 1:
            pairs = zip(attributes, raws, strict=True)
            return [self[one](raw) if raw else "" for one, raw in pairs]
        value = self[said.pop()]
        if value == self._shared:
            return [*self._strings.many(raws)]
        distinct = set(raws)
        if len(distinct) * _OFTEN > len(raws):
            return [value(raw) if raw else "" for raw in raws]
        values = {raw: value(raw) if raw else "" for raw in distinct}
        return list(map(values.__getitem__, raws))

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


def stream_rows(pieces: Iterable[bytes], kinds: Kinds, most_cells: int) -> Iterator[Row]:
    """Yield a sheet's rows from Excel row 1 to the last with content, each from column A at least
    to its last content.

    Raises Refusal: file.damaged, also where two rows or two cells claim one place, which would
    lose one of them; file.too_large past `most_cells`.
    """
    reached = cells = 0
    for numbers, rows in _numbered(pieces, kinds):
        cells += sum(map(len, rows))
        if cells > most_cells:
            raise too_many_cells(most_cells)
        if all(rows) and numbers == list(range(reached + 1, reached + 1 + len(rows))):
            yield from rows
            reached += len(rows)
            continue
        for number, row in zip(numbers, rows, strict=True):
            if row:
                yield from ([] for _ in range(number - reached - 1))
                yield row
                reached = number


def _numbered(pieces: Iterable[bytes], kinds: Kinds) -> Iterator[Block]:
    quick = _QuickReader(kinds)
    parser: SheetParser | None = None
    for is_odd, block in _blocks(_without_prefix(iter(pieces))):
        if not is_odd:
            yield quick.rows(block)
            continue
        parser = parser or SheetParser(kinds.of, quick.reached)
        yield _apart(parser.feed(block))
    if parser is not None:
        yield _apart(parser.feed(b"", last=True))


def _apart(rows: Iterable[tuple[int, Row]]) -> Block:
    numbers, found = [], []
    for number, row in rows:
        numbers.append(number)
        found.append(row)
    return numbers, found


def _blocks(pieces: Iterator[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield (False, whole rows), or from the first comment or other oddity on (True, piece), which
    together are one document: a comment may hold whatever looks like a row."""
    is_odd, data = _begin(pieces)
    while not is_odd:
        is_odd = holds(data, b"<!", b"!") or holds(data, b"<?", b"?")
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
    """Rows by regular expressions where those cover every cell, else by the parser."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._shapes: dict[tuple[tuple[bytes, ...], tuple[bytes, ...]], _Shape] = {}
        self._width = 0
        self.reached = 0

    def rows(self, block: bytes) -> Block:
        """Return the rows of a block of whole rows."""
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return self._all_alike(block) or _apart(self._one_by_one(block))

    def _one_by_one(self, block: bytes) -> Iterator[tuple[int, Row]]:
        for text in block.split(b"<row")[1:]:
            row = self._row(text)
            if row is None:
                parser = SheetParser(self._kinds.of, self.reached)
                parsed = parser.feed(_OPENED + b"<row" + text + _CLOSED, last=True)
                self.reached = parser.reached
                yield from parsed
            else:
                yield self.reached, row

    def _all_alike(self, block: bytes) -> Block | None:
        """Return the rows where one expression covers them all, and nothing stands between them;
        it looks for cells in all the columns seen until now."""
        if not self._width:
            return None
        is_plain = not (holds(block, b"<f", b"f") or holds(block, b"<is", b"i"))
        found = _row_expression(self._width, is_plain).findall(block)
        if not found or len(found) != block.count(b"<row") or not _STARTS.match(block):
            return None
        said, *cells = zip(*found, strict=True)
        numbers = list(map(int, said))
        if numbers[0] <= self.reached or numbers != sorted(set(numbers)) or numbers[-1] > MOST_ROWS:
            return None
        columns: list[Sequence[bytes]] = list(cells)
        if b"&" in block:
            columns = [[unescaped(raw) if b"&" in raw else raw for raw in one] for one in cells]
        values = map(self._kinds.column, columns[::2], columns[1::2])
        rows = list(map(list, zip(*values, strict=True)))
        self.reached = numbers[-1]
        blank = [""] * self._width
        return numbers, [[] if row[0] == "" and row == blank else row for row in rows]

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
        if places and self._width < places[-1] + 1 <= _WIDEST:
            self._width = places[-1] + 1
        shape = _Shape(
            places,
            [self._kinds[said] for said in attributes],
            places == list(range(len(places))),
        )
        self._shapes[letters, attributes] = shape
        return shape


@cache
def _row_expression(width: int, is_plain: bool) -> re.Pattern[bytes]:
    """Return the expression for a row of up to so many cells and for what is right behind it: its
    number, and attributes and raw text for each place from column A."""
    rest = _PLAIN_REST if is_plain else _REST
    cells = (
        b'(?:<c r="' + column_letters(place).encode() + rb'\1"' + rest + b")?+"
        for place in range(width)
    )
    inside = b"(?:/>|>" + b"".join(cells) + b"</row>)"
    return re.compile(rb'<row r="([0-9]{1,7})"[^<>]*?' + inside + rb"\s*+(?=<row|\Z)")


def _number(text: bytes, reached: int) -> int:
    """Return the number of a row from what stands after `<row`."""
    if text.startswith(b' r="'):
        number = int(text[4 : text.find(b'"', 4)])
    else:
        found = _NUMBER.match(text)
        number = int(found.group(1)) if found else reached + 1
    return checked(number, reached)
