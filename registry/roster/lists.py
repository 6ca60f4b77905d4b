"""Sheets that list something else than persons, written so that no cell can run."""

from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from registry.roster.columns import Column
from registry.roster.saving import TextCell, look_of, put_text, save, text_rows

_FILL = PatternFill("solid", fgColor="E7ECF3")
_WIDTH = 18


def write_list(title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """Return an .xlsx with a header and rows of text."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    for place, column in enumerate(columns, start=1):
        cell = sheet.cell(1, place)
        put_text(cell, column.label)
        cell.font, cell.fill = Font(bold=True), _FILL
        cell.alignment = Alignment(horizontal="center", vertical="center")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTH
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    sample = sheet.cell(1, len(columns) + 1)
    sample.number_format = "@"
    look, quoted = look_of(sample), look_of(sample, quoted=True)
    told = [[TextCell(text, look, quoted) for text in row] for row in rows]
    return save(workbook, sheet, text_rows(2, told))
