"""The rows of an .ods file by an XML parser, where the cell reader cannot open it.

The cell reader takes no content.xml that is laid out with line breaks between its elements, which
is how LibreOffice writes one when told to and how other programs do without being told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from xml.parsers.expat import ExpatError, ParserCreate

from registry.roster.refusal import damaged, too_many_cells
from registry.roster.sheet_parser import MOST_COLUMNS, MOST_ROWS, Row

_CELLS = ("table:table-cell", "table:covered-table-cell")
# What stands in a cell and is no part of its value.
_FOREIGN = ("office:annotation", "draw:frame", "draw:custom-shape", "draw:g", "draw:control")


class Table:
    """A sheet of the document: name, style, and its rows up to the last with content."""

    def __init__(self, name: str, style: str) -> None:
        self.name = name
        self.style = style
        self.rows: list[Row] = []


def read_tables(pieces: Iterable[bytes], most_cells: int) -> tuple[list[Table], set[str]]:
    """Return the document's tables and the names of the styles that hide one.

    Raises Refusal: file.damaged, file.too_large past `most_cells`.
    """
    reader = _Reader(most_cells)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except ExpatError as error:
        raise damaged("content.xml") from error
    return reader.tables, reader.hiding


class _Reader:
    def __init__(self, most_cells: int) -> None:
        self._most_cells = most_cells
        self.tables: list[Table] = []
        self.hiding: set[str] = set()
        self._depth = self._foreign = self._cells = 0
        self._style = ""
        self._row: Row = []
        self._blank_rows = self._blank_cells = 0
        self._row_times = 1
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._is_in_paragraph = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self._begin_table(attributes)
        elif self._depth == 0:
            self._read_style(name, attributes)
        elif self._depth == 1:
            self._inside(name, attributes)

    def _begin_table(self, attributes: dict[str, str]) -> None:
        style = attributes.get("table:style-name", "")
        self.tables.append(Table(attributes.get("table:name", ""), style))
        self._blank_rows = 0

    def _read_style(self, name: str, attributes: dict[str, str]) -> None:
        if name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties" and attributes.get("table:display") == "false":
            self.hiding.add(self._style)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table-row":
            self._row, self._blank_cells = [], 0
            self._row_times = _times(attributes, "table:number-rows-repeated", MOST_ROWS)
        elif name in _CELLS:
            self._cell, self._paragraphs = attributes, []
        elif name in _FOREIGN:
            self._foreign += 1
        elif self._cell is not None and not self._foreign:
            if name == "text:p":
                self._paragraphs.append("")
                self._is_in_paragraph = True
            elif name in ("text:s", "text:tab", "text:line-break"):
                self._write({"text:s": " ", "text:tab": "\t"}.get(name, "\n"))

    def characters(self, text: str) -> None:
        if self._cell is not None and not self._foreign:
            self._write(text)

    def _write(self, text: str) -> None:
        # Text stands in paragraphs; between them are only the line breaks of the layout.
        if self._is_in_paragraph:
            self._paragraphs[-1] += text

    def end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1
        elif self._depth != 1:
            return
        elif name in _FOREIGN:
            self._foreign -= 1
        elif name == "text:p" and not self._foreign:
            self._is_in_paragraph = False
        elif name in _CELLS and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif name == "table:table-row":
            self._end_row()

    def _end_cell(self, attributes: dict[str, str]) -> None:
        times = _times(attributes, "table:number-columns-repeated", MOST_COLUMNS)
        value = _value(attributes, "\n".join(self._paragraphs))
        if value == "":
            self._blank_cells += times
            return
        self._row += [""] * self._blank_cells + [value] * times
        self._blank_cells = 0
        if len(self._row) > MOST_COLUMNS:
            raise damaged("a row without an end")

    def _end_row(self) -> None:
        if not self._row:
            self._blank_rows += self._row_times
            return
        rows = self.tables[-1].rows
        self._cells += len(self._row) * self._row_times
        if self._cells > self._most_cells:
            raise too_many_cells(self._most_cells)
        if len(rows) + self._blank_rows + self._row_times > MOST_ROWS:
            raise damaged("row number")
        rows += [[]] * self._blank_rows + [self._row] * self._row_times
        self._blank_rows = 0


def _times(attributes: dict[str, str], name: str, most: int) -> int:
    text = attributes.get(name, "1")
    return min(max(int(text), 1), most) if text.isdecimal() and len(text) < 12 else 1


def _value(attributes: dict[str, str], text: str) -> object:
    kind = attributes.get("office:value-type", "")
    if attributes.get("calcext:value-type") == "error":
        return ""
    try:
        if kind in ("float", "currency", "percentage"):
            return float(attributes["office:value"])
        if kind == "boolean":
            return attributes["office:boolean-value"] == "true"
        if kind == "date":
            return _date(attributes["office:date-value"])
    except (KeyError, ValueError):
        return text
    return attributes.get("office:string-value", text) if kind else text


def _date(text: str) -> object:
    moment = dt.datetime.fromisoformat(text)
    return moment.date() if len(text) == 10 else moment
