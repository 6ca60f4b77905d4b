"""A workbook of unions, read in the sandbox and judged column-wise: what each row says, what is
wrong with its cells. No database.
"""

from collections.abc import Sequence
from typing import NamedTuple

from registry.db import setting
from registry.errors import InputRefused, RosterRefused
from registry.roster.checks.column import column_judge
from registry.roster.checks.dates import read_date
from registry.roster.checks.notes import Note, note
from registry.roster.columns import Column
from registry.roster.limits import ordinary
from registry.roster.lists import Cell, ListRow, read_list
from registry.unions.book import COLUMNS
from registry.unions.intake.lines import SheetFacts
from registry.unions.intake.rules import Fault, fault, fault_of
from registry.unions.particulars import Particulars, checked, checked_credit_code, checked_name

MOST_ROWS = 20_000
# A sheet that has neither does not say which union a row means.
_KEYS = ("code", "name")
# Beyond this many digits a spreadsheet keeps no number.
_EXACT = 10**15


class Told(NamedTuple):
    """A row: its number in Excel, its cells, what they say by field, what is wrong with them."""

    row: int
    cells: dict[str, Cell]
    values: dict[str, str]
    faults: list[Fault]


class Read(NamedTuple):
    """A workbook: its rows, and what is said of it beside them."""

    rows: list[Told]
    about: SheetFacts


def read(content: bytes) -> Read:
    """Read the unions of a workbook of any format.

    Raises RosterRefused (`file.*`) for a file that cannot be read, `InputRefused` (union.no_header,
    union.empty) for one that lists no unions.
    """
    try:
        sheet = read_list(content, COLUMNS, _KEYS, MOST_ROWS, ordinary(setting))
    except RosterRefused as error:
        if error.code in _SAID:
            raise InputRefused(*_SAID[error.code]) from error
        raise
    rows = [_blank(row) for row in sheet.rows]
    for column in COLUMNS:
        if column.field in sheet.letters:
            _judge(rows, column)
    return Read(rows, SheetFacts(sheet.letters, sheet.unknown, sheet.skipped))


_SAID = {
    "file.no_header": (
        "union.no_header",
        "没有找到表头：前 30 行里要有一行列名，其中有“工会名称”或“工会代码”，至少三个认识的列名。"
        "可以先导出，在导出的表上改。",
    ),
    "file.empty": ("union.empty", "表头下面没有工会，请填写以后再上传。"),
}


def _blank(row: ListRow) -> Told:
    faults = [_error(field) for field in row.faulty]
    return Told(row.number, row.cells, {}, faults)


def _error(field: str) -> Fault:
    said = note("cell.error", label=_LABELS[field])
    return Fault(field, said.code, said.message)


_LABELS = {column.field: column.label for column in COLUMNS}


def _judge(rows: Sequence[Told], column: Column) -> None:
    """Judge a column: each row gets its value, or the fault of its cell."""
    field = column.field
    clean, notes = column_judge(column).judge([row.cells.get(field) for row in rows])
    for at, (row, value) in enumerate(zip(rows, clean, strict=True)):
        found = next((one for one in notes.get(at, ()) if one.is_error), None)
        if found is not None:
            row.faults.append(Fault(field, found.code, _with_nearest(found)))
        elif value is not None:
            _take(row, column, value)


def _with_nearest(found: Note) -> str:
    """Return a note's sentence with the values to choose from: a list has no drop-down."""
    if not isinstance(found.suggestion, list):
        return found.message
    return f"{found.message}最接近的是：{'、'.join(found.suggestion)}。"


def _take(row: Told, column: Column, value: str) -> None:
    field, cell = column.field, row.cells.get(column.field)
    if column.kind == "date":
        reading = read_date(value)
        if reading is None or reading.is_month:
            row.faults.append(fault(field, "union.day_month", label=column.label))
            return
    elif column.kind == "credit_code" and isinstance(cell, int | float) and cell >= _EXACT:
        row.faults.append(fault(field, "union.credit_code_numeric"))
        return
    try:
        row.values[field] = _checked(field, value)
    except InputRefused as error:
        row.faults.append(fault_of(error, field))


def _checked(field: str, value: str) -> str:
    """Return a text as an act would store it. Raises `InputRefused`."""
    if field == "name":
        return checked_name(value)
    if field == "credit_code":
        return checked_credit_code(value) or ""
    if field == "chair":
        return checked(Particulars(chair=value))["chair"] or ""
    return value
