"""Writing workbooks with openpyxl so that no cell can run, and without any file on disk."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from math import isfinite
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

LONGEST_TEXT = 32_767
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class _MemoryWriter(ExcelWriter):
    """openpyxl's writer puts each sheet into a temporary file first; here it stays in memory, for
    the sandbox process may write no files."""

    def write_worksheet(self, ws: Any) -> None:
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts = ws._charts
        ws._drawing.images = ws._images
        buffer = BytesIO()
        writer: Any = WorksheetWriter(ws, out=buffer)
        writer.write()
        ws._rels = writer._rels
        archive: Any = vars(self)["_archive"]
        archive.writestr(ws.path[1:], buffer.getvalue())
        self.manifest.append(ws)


def save(workbook: Workbook) -> bytes:
    """Return the workbook as the bytes of an .xlsx file."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, allowZip64=True) as archive:
        _MemoryWriter(workbook, archive).write_data()
    return out.getvalue()


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Write text as text, whatever it begins with; characters that no workbook can hold go."""
    if not isinstance(cell, Cell):
        return
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_TEXT]
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
