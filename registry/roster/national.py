"""The roster in the national column order, with numbers in full, as it goes to another system.

One header line and nothing but text below it: no help, no lists, nothing merged. It is read again
as every other roster is.
"""

from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from registry.roster.columns import COLUMNS
from registry.roster.saving import TextCell, look_of, put_text, save, text_rows

_WIDTHS = {"sequence": 7, "document_number": 22, "employer_name": 24, "union_name": 30,
           "remark": 22, "mobile": 16}  # fmt: skip


def write_national(rows: Sequence[Mapping[str, str]], watermark: str) -> bytes:
    """Return rows (labels by field) as .xlsx. `watermark` says for what and by whom it was made; it
    stands in the file's properties and under every printed page.
    """
    workbook = Workbook()
    workbook.properties.creator = "同心册"
    sheet = workbook.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one
    sheet.title = "会员花名册"
    for number, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(number)
        cell = sheet.cell(1, number)
        put_text(cell, column.label)
        cell.font = Font(bold=True)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column.field, 14)
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "C2"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = "9"
    cell = sheet.cell(2, 1)
    cell.number_format = "@"
    look, quoted = look_of(cell), look_of(cell, quoted=True)
    sheet.delete_rows(2)
    lines = (
        [TextCell(row.get(column.field, ""), look, quoted) for column in COLUMNS] for row in rows
    )
    return save(workbook, sheet, text_rows(2, lines), watermark)
