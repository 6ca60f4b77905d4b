"""The report as .xlsx: values in their own formats and real charts; no formula, no macro."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from registry.roster.saving import put, save
from registry.totals.metrics import Ratio
from registry.totals.report.charts import Placed, draw
from registry.totals.report.tables import Cell, Report, Sheet, Table

_A4 = "9"
_WIDEST, _NARROWEST = 44, 9
_LINE_HEIGHT = 16  # points
_HEAD_ROW = 3
_FONT = "宋体"
_LINE = Side(style="thin", color="8A94A3")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD_FILL = PatternFill("solid", fgColor="DCE6F1")
_NOTHING = "—"


def write_report(report: Report) -> bytes:
    """Return the report as the bytes of an .xlsx file: a sheet for each of its own, and one of
    charts.
    """
    workbook = Workbook()
    workbook.properties.creator = "同心册"
    workbook.properties.title = report.title
    first = workbook.active
    assert isinstance(first, Worksheet)  # noqa: S101 - a new workbook has one
    placed: list[Placed] = []
    for number, one in enumerate(report.sheets):
        sheet = first if number == 0 else workbook.create_sheet()
        sheet.title = one.title
        placed += _fill(sheet, report, one)
    if placed:
        sheet = workbook.create_sheet("图", len(report.sheets) - 1)
        _head(sheet, report)
        draw(sheet, placed, _HEAD_ROW)
        _page(sheet, report, fit=False)
    return save(workbook)


def _fill(sheet: Worksheet, report: Report, one: Sheet) -> list[Placed]:
    """Write the tables of a sheet; return them with the rows in which they stand."""
    _head(sheet, report)
    placed, row = [], _HEAD_ROW
    for table in one.tables:
        if len(one.tables) > 1:
            _text(sheet, row, table.title, Font(name=_FONT, size=12, bold=True))
            row += 1
        placed.append(Placed(sheet, table, row))
        row = _table(sheet, table, row)
    _widen(sheet, placed)
    _page(sheet, report, is_wide=one.is_wide)
    # The head of the only table is said again on every page; of several that of the sheet.
    repeated = _HEAD_ROW if len(one.tables) == 1 else _HEAD_ROW - 1
    sheet.print_title_rows = f"1:{repeated}"
    if len(one.tables) == 1:
        sheet.freeze_panes = f"B{_HEAD_ROW + 1}"
    return placed


def _head(sheet: Worksheet, report: Report) -> None:
    _text(sheet, 1, report.title, Font(name=_FONT, size=15, bold=True))
    _text(sheet, 2, report.subtitle, Font(name=_FONT, size=10, color="555555"))
    sheet.row_dimensions[1].height = 26


def _text(sheet: Worksheet, row: int, text: str, font: Font) -> None:
    cell = sheet.cell(row, 1)
    put(cell, text)
    cell.font = font


def _table(sheet: Worksheet, table: Table, row: int) -> int:
    """Write a table from a row on; returns the row where the next may begin."""
    for column, head in enumerate(table.heads, start=1):
        cell = _cell(sheet, row, column, head, is_strong=True)
        cell.fill = _HEAD_FILL
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for line in table.rows:
        row += 1
        is_total = table.has_total and line is table.rows[-1]
        for column, value in enumerate(line, start=1):
            _cell(sheet, row, column, value, is_strong=is_total)
    if table.note:
        row += 1
        _text(sheet, row, table.note, Font(name=_FONT, size=9, color="555555"))
    return row + 2


def _cell(sheet: Worksheet, row: int, column: int, value: Cell, *, is_strong: bool) -> SheetCell:
    cell: Any = sheet.cell(row, column)
    written, look = _written(value)
    put(cell, written)
    cell.number_format = look
    cell.font = Font(name=_FONT, size=11, bold=is_strong)
    cell.border = _BORDER
    is_text = isinstance(value, str)
    cell.alignment = Alignment(
        horizontal="left" if is_text else "right",
        vertical="center",
        wrap_text=is_text,
        indent=int(is_text and column > 1),
    )
    return cell  # type: ignore[no-any-return]


def _written(value: Cell) -> tuple[object, str]:
    """Return what a cell holds, and its number format. A share holds just what it shows: rounded
    down before, there is nothing left to round.
    """
    if isinstance(value, Ratio):
        return (value.hundredths / 10_000, "0.00%") if value.denominator else (_NOTHING, "@")
    if isinstance(value, int):
        return value, "#,##0"
    if isinstance(value, date):
        return value, "yyyy-mm-dd"
    return (_NOTHING, "@") if value is None else (value, "@")


def _widen(sheet: Worksheet, placed: Sequence[Placed]) -> None:
    """Make every column as wide as the longest that stands in it, in any of the tables, and rows as
    high as what they wrap: not every program does that by itself.
    """
    widths: dict[int, int] = {}
    for one in placed:
        for line in (one.table.heads, *one.table.rows):
            for column, value in enumerate(line, start=1):
                widths[column] = max(widths.get(column, _NARROWEST), _length(value) + 3)
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = min(width, _WIDEST)
    for one in placed:
        for row, line in enumerate((one.table.heads, *one.table.rows), start=one.row):
            lines = max(ceil((_length(value) + 3) / _WIDEST) for value in line)
            sheet.row_dimensions[row].height = lines * _LINE_HEIGHT


def _length(value: Cell) -> int:
    """Return how many half-width characters a value takes."""
    if not isinstance(value, str):
        return 10 if isinstance(value, date) else len(f"{value:,}") if isinstance(value, int) else 7
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in value)


def _page(sheet: Any, report: Report, *, is_wide: bool = False, fit: bool = True) -> None:
    """Set a sheet up for A4: as wide as the page, numbered."""
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape" if is_wide else "portrait"
    if fit:
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.5
    margins.top, margins.bottom = 0.7, 0.8
    sheet.print_options.horizontalCentered = fit
    # "&" begins a code in a footer.
    sheet.oddFooter.left.text = report.subtitle.replace("&", "&&")
    sheet.oddFooter.right.text = "第 &P 页，共 &N 页"
