"""The second look at an .ods file's content.xml: error cells, hidden rows and columns, months.

Only files that hold such things at all are parsed (OpenDocument 1.3, part 3).
"""

from __future__ import annotations

import re
from xml.parsers.expat import ExpatError, ParserCreate

from registry.roster.container import Container
from registry.roster.look import Look
from registry.roster.refusal import damaged

# Bytes that stand in content.xml when there may be something to tell.
_SIGNS = (
    b'value-type="error"',
    b'visibility="collapse"',
    b'visibility="filter"',
    b'table:display="false"',
    b'value-type="date"',
    b"table:formula=",
)
_MONTH = re.compile(r"\d{4}\s*(?:年\s*\d{1,2}\s*月|[-/.]\s*\d{1,2})")
_MOST_REPEATED = 1 << 20


class ContentLook:
    """Takes the pieces of content.xml; `sheets` has one Look for each table after `finish`."""

    def __init__(self) -> None:
        self.sheets: list[Look] = []
        self._pieces: list[bytes] | None = []
        self._sign = False
        self._parser = ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.buffer_text = True
        self._row = self._column = 0
        self._row_repeat = self._cell_repeat = 1
        self._columns = 0
        self._closed_groups = 0
        self._cell: dict[str, str] | None = None
        self._text = ""
        self._depth = 0

    def see(self, piece: bytes) -> None:
        """Take the next piece; nothing is parsed before the first sign of something to tell."""
        if self._pieces is None:
            self._feed(piece)
            return
        edge = (self._pieces[-1][-32:] if self._pieces else b"") + piece
        self._pieces.append(piece)
        if any(sign in edge for sign in _SIGNS):
            waiting, self._pieces = self._pieces, None
            for one in waiting:
                self._feed(one)

    def finish(self) -> None:
        """End the reading; raises Refusal when the XML has no end."""
        if self._pieces is None:
            self._feed(b"", last=True)
        elif not b"".join(self._pieces[-2:]).rstrip().endswith(b">"):
            raise damaged("content without an end")
        self._pieces = []

    def sheet(self, index: int) -> Look:
        """Return what is to be told of the table with this place in the document."""
        return self.sheets[index] if index < len(self.sheets) else Look()

    def _feed(self, piece: bytes, last: bool = False) -> None:
        try:
            self._parser.Parse(piece, last)
        except ExpatError as error:
            raise damaged("content.xml") from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._depth += 1
            if self._depth == 1:
                self.sheets.append(Look())
                self._row = self._columns = 0
        elif self._depth == 1:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table-row":
            self._row += 1
            self._column = 0
            self._row_repeat = _repeat(attributes, "table:number-rows-repeated")
            self._hide_rows(attributes)
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell, self._text = attributes, ""
            self._cell_repeat = _repeat(attributes, "table:number-columns-repeated")
        elif name == "table:table-column":
            count = _repeat(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility", "visible") != "visible":
                self.sheets[-1].hidden_columns.append((self._columns, self._columns + count - 1))
            self._columns += count
        elif name == "table:table-row-group" and attributes.get("table:display") == "false":
            self._closed_groups += 1

    def _hide_rows(self, attributes: dict[str, str]) -> None:
        visible = attributes.get("table:visibility", "visible") == "visible"
        if not visible or self._closed_groups:
            rows = range(self._row, self._row + self._row_repeat)
            self.sheets[-1].hidden_rows.extend(rows)

    def _end(self, name: str) -> None:
        if name == "table:table":
            self._depth -= 1
        elif self._depth != 1:
            return
        elif name == "table:table-row":
            self._row += self._row_repeat - 1
        elif name == "table:table-row-group":
            self._closed_groups = max(self._closed_groups - 1, 0)
        elif name in ("table:table-cell", "table:covered-table-cell"):
            if self._cell is not None:
                self._judge(self._cell)
            self._cell = None
            self._column += self._cell_repeat

    def _characters(self, text: str) -> None:
        if self._cell is not None and len(self._text) < 64:
            self._text += text

    def _judge(self, cell: dict[str, str]) -> None:
        look = self.sheets[-1]
        text = self._text.strip()
        if cell.get("calcext:value-type") == "error":
            look.fault(self._row, self._column, "cell.error")
        elif cell.get("office:value-type") == "date" and _MONTH.fullmatch(text):
            look.month(self._row, self._column)
        elif "table:formula" in cell and "office:value-type" not in cell and text.startswith("#"):
            look.fault(self._row, self._column, "cell.error")


def _repeat(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1")
    return min(max(int(text), 1), _MOST_REPEATED) if text.isdigit() else 1


def sweep(container: Container) -> list[Look]:
    """Unpack every part once and return one Look for each table, in the document's order."""
    content = ContentLook()
    for name, pieces in container.parts():
        for piece in pieces:
            if name == "content.xml":
                content.see(piece)
    content.finish()
    return content.sheets
