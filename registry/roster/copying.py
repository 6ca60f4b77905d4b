"""A roster's cells written into a new workbook, at the same places; runs only in the sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from registry.roster.look import Look
from registry.roster.saving import put, put_text
from registry.roster.source import Row
from registry.roster.stamp import ORIGIN_LABEL

_DAY, _MONTH, _INSTANT = "yyyy-mm-dd", "yyyy-mm", "yyyy-mm-dd hh:mm:ss"
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
# Rows whose texts tell how wide a column must be.
_MEASURED_ROWS = 300
_NARROWEST, _WIDEST = 8.0, 40.0


def sheet_name(name: str) -> str:
    """Return a name as a sheet may bear it in Excel."""
    return _NO_SHEET_NAME.sub(" ", name)[:31].strip("' ") or "花名册"


class _Copy:
    """A sheet being filled: `width` is that of the header and what stands above it."""

    def __init__(self, sheet: Worksheet, header_row: int) -> None:
        self.sheet = sheet
        self.header_row = header_row
        self.width = 0
        self._widths: dict[int, float] = {}

    def row(self, number: int, at: int, row: Row, months: Sequence[int]) -> None:
        """Write row `number` of the source into row `at`."""
        measured = self.header_row <= number <= self.header_row + _MEASURED_ROWS
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            cell = self.sheet.cell(at, column + 1)
            put(cell, value)
            cell.number_format = _format(value, column in months)
            if measured:
                self._widths[column] = max(self._widths.get(column, 0), _width(value))

    def finish(self) -> None:
        """Make columns as wide as their texts, and the header one that stays in sight."""
        sheet = self.sheet
        for column in range(self.width):
            needed = min(max(self._widths.get(column, 0) + 2, _NARROWEST), _WIDEST)
            sheet.column_dimensions[get_column_letter(column + 1)].width = needed
        for column in range(1, self.width + 2):
            head = sheet.cell(self.header_row, column)
            if head.value is not None:
                head.font = Font(bold=True)
                head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.freeze_panes = f"A{self.header_row + 1}"


def copy_rows(
    rows: Iterator[Row],
    look: Look,
    sheet: Worksheet,
    header_row: int,
    places: dict[int, int] | None,
) -> None:
    """Write rows where they stood; with `places` {row: new row} only these below the header, and
    beside them a column 原行号."""
    copy = _Copy(sheet, header_row)
    last = None if places is None else max(places, default=header_row)
    for number, row in enumerate(rows, start=1):
        if last is not None and number > max(last, header_row):
            break
        at: int | None = number
        if number <= header_row:
            copy.width = max(copy.width, len(row))
        elif places is not None:
            at = places.get(number)
        if at is None:
            continue
        copy.row(number, at, row, look.months.get(number, ()))
        if places is not None and number > header_row:
            sheet.cell(at, copy.width + 1).value = number
    if places is not None:
        put_text(sheet.cell(header_row, copy.width + 1), ORIGIN_LABEL)
    copy.finish()
    if places is None:
        _hide(sheet, look, copy.width)


def _hide(sheet: Worksheet, look: Look, width: int) -> None:
    """Hide the rows and columns that were hidden."""
    for row in look.hidden_rows:
        if row <= sheet.max_row:
            sheet.row_dimensions[row].hidden = True
    for first, last in look.hidden_columns:
        for column in range(first, min(last, width - 1) + 1):
            sheet.column_dimensions[get_column_letter(column + 1)].hidden = True


def _format(value: object, only_month: bool) -> str:
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        return _INSTANT
    if isinstance(value, date):
        return _MONTH if only_month else _DAY
    # Long numbers stay text when they are edited.
    return "@" if isinstance(value, str) and len(value) > 10 else "General"


def _width(value: object) -> float:
    if isinstance(value, date):
        return 10
    longest = max(str(value).split("\n"), key=len)
    return sum(1.9 if char > "\u2000" else 1.1 for char in longest)
