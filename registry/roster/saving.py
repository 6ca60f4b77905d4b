"""Writing workbooks with openpyxl so that no cell can run, and without any file on disk."""

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, datetime, time, timedelta
from io import BytesIO
from math import isfinite
from typing import Any, NamedTuple
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

LONGEST_TEXT = 32_767
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class _MemoryWriter(ExcelWriter):
    """openpyxl's writer puts each sheet into a temporary file first; here it stays in memory, for
    the sandbox process may write no files.

    `more_rows` is XML that ends the rows of one sheet.
    """

    more_rows: tuple[Worksheet, bytes] | None = None

    def write_worksheet(self, ws: Any) -> None:
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts = ws._charts
        ws._drawing.images = ws._images
        buffer = BytesIO()
        writer: Any = WorksheetWriter(ws, out=buffer)
        writer.write()
        ws._rels = writer._rels
        archive: Any = vars(self)["_archive"]
        archive.writestr(ws.path[1:], self._completed(ws, buffer.getvalue()))
        self.manifest.append(ws)

    def _completed(self, ws: Any, xml: bytes) -> bytes:
        if self.more_rows is None or self.more_rows[0] is not ws:
            return xml
        before, end, after = xml.rpartition(b"</sheetData>")
        return b"".join((before, self.more_rows[1], end, after))


def save(
    workbook: Workbook, sheet: Worksheet | None = None, more_rows: bytes = b"", said: str = ""
) -> bytes:
    """Return the workbook as the bytes of an .xlsx file; `more_rows` (from `text_rows`) follow the
    rows of `sheet`. `said` tells who takes it (`watermark.words`), "" where nobody is in it.
    """
    if said:
        _say(workbook, said)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        writer = _MemoryWriter(workbook, archive)
        if sheet is not None:
            writer.more_rows = (sheet, more_rows)
        writer.write_data()
    return out.getvalue()


def _say(workbook: Workbook, said: str) -> None:
    """Write the words on every printed page and into the properties; no cell holds them, so that a
    roster which is taken out comes back as it was.
    """
    workbook.properties.description = said
    for sheet in workbook.worksheets:
        footer: Any = sheet.oddFooter
        # "&" begins a code in a footer.
        footer.left.text = said.replace("&", "&&")


class TextCell(NamedTuple):
    """A cell of a row that is written as it stands; `look` and `quoted` are numbers of formats."""

    text: str
    look: int
    quoted: int


def look_of(cell: Cell | MergedCell, *, quoted: bool = False) -> int:
    """Return the number of a cell's format in its workbook; `quoted` with a leading apostrophe."""
    inner: Any = cell
    style = copy(inner._style)
    style.quotePrefix = int(quoted)
    return int(inner.parent.parent._cell_styles.add(style))


def text_rows(first: int, rows: Iterable[Sequence[TextCell]]) -> bytes:
    """Return rows of text as the XML of a sheet: openpyxl takes a minute for 20,000 of them."""
    letters: list[str] = []
    parts: list[str] = []
    for number, row in enumerate(rows, start=first):
        if not letters:
            letters = [get_column_letter(place) for place in range(1, len(row) + 1)]
        cells = "".join(map(_text_cell, row, (f"{letter}{number}" for letter in letters)))
        parts.append(f'<row r="{number}">{cells}</row>')
    return "".join(parts).encode()


def _text_cell(cell: TextCell, place: str) -> str:
    text = _writable(cell.text)
    if not text:
        return f'<c r="{place}" s="{cell.look}"/>'
    look = cell.quoted if text.startswith(_FORMULA_SIGNS) else cell.look
    return (
        f'<c r="{place}" s="{look}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(text)}</t></is></c>"
    )


def _writable(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_TEXT]


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Write text as text, whatever it begins with; characters that no workbook can hold go."""
    if not isinstance(cell, Cell):
        return
    cell.value = _writable(text)
    # openpyxl takes "=…" for a formula and "#N/A" for an error.
    cell.data_type = "s"
    if text.startswith(_FORMULA_SIGNS):
        # Without it the text would become a formula when the cell is edited.
        cell.quotePrefix = True


def put(cell: Cell | MergedCell, value: object) -> None:
    """Write a value with its own type; text stays text, and what cannot be said is left out."""
    if value is None or value == "":
        return
    if isinstance(value, float) and not isfinite(value):
        return
    if isinstance(value, bool | int | float | datetime | date | time | timedelta):
        if isinstance(cell, Cell):
            cell.value = value
    else:
        put_text(cell, str(value))
