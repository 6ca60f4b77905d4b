"""Colouring cells and listing findings in a workbook; runs only inside the sandbox process.

An order (see `registry.roster.marked`) has `sheet`, `header_row`, `cells` [[row, column letter,
severity, messages]], `listed` [[row, column letter, label, severity, title, message]], `file`
[message], `counts` {name: rows}, `valueless` [[row, column letter]] and `only_faulty`; it may have
`edits` [[row, column letter, text]], cells that were corrected since.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from registry.roster.columns import COLUMNS
from registry.roster.finding_list import COLOURS, FILLS, LIST_NAME, Order, write_list
from registry.roster.header import label_table
from registry.roster.look import Look
from registry.roster.saving import put, put_text, save
from registry.roster.source import Row, open_source

AUTHOR = "同心册"
_MOST_COMMENTS = 5_000
_MOST_FAULTY_ROWS = 20_000

_OWN = {f"00{colour}" for colour in COLOURS.values()}
_DAY, _MONTH, _INSTANT = "yyyy-mm-dd", "yyyy-mm", "yyyy-mm-dd hh:mm:ss"
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


def keep(content: bytes, order: Order) -> bytes:
    """Mark the workbook itself. Formulas become the values that the file holds, so that none runs
    and none is without a result when the workbook comes back; macros and outer links go."""
    workbook = load_workbook(BytesIO(content), data_only=True, keep_links=False)
    sheet = workbook[order["sheet"]]
    if LIST_NAME in workbook.sheetnames and sheet.title != LIST_NAME:
        del workbook[LIST_NAME]
        _clean(sheet)
    _paint(sheet, order, None)
    write_list(workbook, sheet, order, None)
    workbook.active = workbook.index(sheet)
    return save(workbook)


def rebuild(content: bytes, order: Order, unpacked_bytes: int) -> bytes:
    """Write a new workbook with the cells of the roster's sheet, and mark that.

    All rows stand where they stood, unless only the faulty ones are wanted: then these follow the
    header, and a last column 原行号 tells where they were.
    """
    labels = label_table((column.field, column.label, column.aliases) for column in COLUMNS)
    source = open_source(BytesIO(content), labels, unpacked_bytes)
    index = [name for name, _ in source.sheets].index(order["sheet"])
    workbook = Workbook()
    sheet = workbook.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.title = _NO_SHEET_NAME.sub(" ", order["sheet"])[:31].strip("' ") or "花名册"
    places: dict[int, int] | None = None
    if order["only_faulty"]:
        faulty = sorted({row for row, *_ in order["cells"]})[:_MOST_FAULTY_ROWS]
        places = {row: at for at, row in enumerate(faulty, start=order["header_row"] + 1)}
    _copy(source.rows(index), source.look(index), sheet, order["header_row"], places)
    _paint(sheet, order, places)
    write_list(workbook, sheet, order, places)
    return save(workbook)


def _copy(
    rows: Iterator[Row],
    look: Look,
    sheet: Worksheet,
    header_row: int,
    places: dict[int, int] | None,
) -> None:
    width = 0
    for number, row in enumerate(rows, start=1):
        at: int | None = number
        if number <= header_row:
            width = max(width, len(row))
        elif places is not None:
            at = places.get(number)
        if at is None:
            continue
        months = look.months.get(number, ())
        for column, value in enumerate(row):
            if value is None or value == "":
                continue
            cell = sheet.cell(at, column + 1)
            put(cell, value)
            cell.number_format = _format(value, column in months)
        if places is not None and number > header_row:
            sheet.cell(at, width + 1).value = number
    if places is not None:
        put_text(sheet.cell(header_row, width + 1), "原行号")
    for column in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16
    sheet.freeze_panes = f"A{header_row + 1}"


def _format(value: object, only_month: bool) -> str:
    if isinstance(value, datetime) and (value.hour or value.minute or value.second):
        return _INSTANT
    if isinstance(value, date):
        return _MONTH if only_month else _DAY
    # Long numbers stay text when they are edited.
    return "@" if isinstance(value, str) and len(value) > 10 else "General"


def _clean(sheet: Worksheet) -> None:
    """Take away what an earlier marking left, so that what was corrected is no longer coloured."""
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, Cell) or not (cell.has_style or cell.comment):
                continue
            if cell.fill.fgColor.rgb in _OWN:
                cell.fill = PatternFill()
            if cell.comment is not None and cell.comment.author == AUTHOR:
                cell.comment = None


def _paint(sheet: Worksheet, order: Order, places: dict[int, int] | None) -> None:
    for row, letter, text in order.get("edits", ()):
        at = row if places is None else places.get(row)
        if at is not None:
            put_text(sheet[f"{letter}{at}"], text)
    for row, letter in order["valueless"]:
        at = row if places is None else places.get(row)
        cell = sheet[f"{letter}{at or order['header_row']}"]
        # Left blank it would pass as blank when the workbook comes back.
        if cell.value is None and isinstance(cell, Cell):
            cell.value = "#N/A"
    for count, (row, letter, severity, messages) in enumerate(order["cells"]):
        at = row if places is None else places.get(row)
        if at is None:
            continue
        cell = sheet[f"{letter}{at}"]
        cell.fill = FILLS[severity]
        if count >= _MOST_COMMENTS or not isinstance(cell, Cell):
            continue
        text = "\n".join(messages)
        if cell.comment is not None:
            text = f"{text}\n（原批注）{cell.comment.text}"
        cell.comment = Comment(text, AUTHOR, height=30 + 22 * (1 + len(text) // 18), width=260)
