"""Colouring cells and listing findings in a workbook; runs only inside the sandbox process.

An order (see `registry.roster.marked`) has `sheet`, `header_row`, `cells` [[row, column letter,
severity, messages]], `listed` [[row, column letter, label, severity, title, message]], `file`
[message], `counts` {name: rows}, `valueless` [[row, column letter]], `rows` (only these rows are
given, None for all) and `left_out` (how many more there would be); it may have `edits` [[row,
column letter, value]], cells that were corrected since, `stamp`, by which the workbook is known
again, `why_part`, and `texts`, the letters of columns in which digits are typed as text.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from registry.roster.columns import COLUMNS
from registry.roster.copying import copy_rows, sheet_name
from registry.roster.finding_list import COLOURS, FILLS, Order, is_own_list, write_list
from registry.roster.harmless import disarm
from registry.roster.header import label_table
from registry.roster.limits import Bounds
from registry.roster.pictures import keep_pictures
from registry.roster.saving import put, put_text, save
from registry.roster.source import open_source

AUTHOR = "同心册"
# Programs drop the author of a comment; its first line stays.
_OPENING = "同心册提示："
_FORMER = "（原批注）"
_MOST_COMMENTS = 5_000
# A stray cell far below makes no rows.
_MOST_TEXTS = 25_000

_OWN = {f"00{colour}" for colour in COLOURS.values()} | {
    f"FF{colour}" for colour in COLOURS.values()
}


def keep(content: bytes, order: Order) -> bytes:
    """Mark the workbook itself. Formulas become the values that the file holds, so that none runs
    and none is without a result when the workbook comes back; macros and outer links go."""
    workbook = load_workbook(BytesIO(content), data_only=True, keep_links=False, rich_text=True)
    sheet = workbook[order["sheet"]]
    for other in workbook.worksheets:
        if other is not sheet and is_own_list(other):
            workbook.remove(other)
    _clean(sheet)
    disarm(workbook)
    keep_pictures(content, workbook)
    _paint(sheet, order, None)
    write_list(workbook, sheet, order, None)
    _show(workbook, sheet)
    return save(workbook, said=order.get("said", ""))


def rebuild(content: bytes, order: Order, bounds: Bounds) -> bytes:
    """Write a new workbook with the cells of the roster's sheet, and mark that.

    All rows stand where they stood, unless only some are wanted: then these follow the header, and
    a last column 原行号 tells where they were.
    """
    labels = label_table((column.field, column.label, column.aliases) for column in COLUMNS)
    source = open_source(BytesIO(content), labels, bounds)
    index = [name for name, _ in source.sheets].index(order["sheet"])
    workbook = Workbook()
    sheet = workbook.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.title = sheet_name(order["sheet"])
    places: dict[int, int] | None = None
    if order["rows"] is not None:
        places = {row: at for at, row in enumerate(order["rows"], start=order["header_row"] + 1)}
    copy_rows(source.rows(index), source.look(index), sheet, order["header_row"], places)
    _paint(sheet, order, places)
    write_list(workbook, sheet, order, places)
    return save(workbook, said=order.get("said", ""))


def _show(workbook: Workbook, sheet: Worksheet) -> None:
    """Open the workbook at the roster; the sheets that were chosen before are chosen no more, or
    typing would go into all of them."""
    workbook.active = workbook.index(sheet)
    for other in workbook.worksheets:
        other.sheet_view.tabSelected = other is sheet


def _clean(sheet: Worksheet) -> None:
    """Take away what an earlier marking left, so that what was corrected is no longer coloured."""
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, Cell) or not (cell.has_style or cell.comment):
                continue
            if cell.fill.fgColor.rgb in _OWN:
                cell.fill = PatternFill()
            if cell.comment is not None and _is_own(cell.comment):
                former = cell.comment.text.partition(_FORMER)[2]
                cell.comment = Comment(former, "") if former else None


def _is_own(comment: Any) -> bool:
    said = str(comment.text).lstrip()
    return comment.author == AUTHOR or said.startswith(_OPENING)


def _paint(sheet: Worksheet, order: Order, places: dict[int, int] | None) -> None:
    def place(row: int) -> int | None:
        return row if places is None else places.get(row)

    for row, letter, value in order.get("edits", ()):
        at = place(row)
        if at is not None:
            _write_edit(sheet[f"{letter}{at}"], value)
    for row, letter in order["valueless"]:
        at = place(row)
        cell = sheet[f"{letter}{at or order['header_row']}"]
        # Left blank it would pass as blank when the workbook comes back.
        if at is not None and cell.value is None and isinstance(cell, Cell):
            cell.value = "#N/A"
    for letter in order.get("texts", ()):
        _take_texts(sheet, letter, order["header_row"])
    for count, (row, letter, severity, messages) in enumerate(order["cells"]):
        at = place(row)
        if at is None:
            continue
        cell = sheet[f"{letter}{at}"]
        cell.fill = FILLS[severity]
        if count < _MOST_COMMENTS and isinstance(cell, Cell):
            _comment(cell, messages)


def _take_texts(sheet: Worksheet, letter: str, header_row: int) -> None:
    """Have a column keep digits that are typed into it as they are; a date stays one."""
    last = min(sheet.max_row, header_row + _MOST_TEXTS)
    for row in range(header_row + 1, last + 1):
        cell = sheet[f"{letter}{row}"]
        if isinstance(cell, Cell) and not cell.is_date:
            cell.number_format = "@"


def _write_edit(cell: Any, value: object) -> None:
    if not isinstance(cell, Cell):
        return
    cell.value = None
    if isinstance(value, str):
        put_text(cell, value)
        if value.isdecimal():
            # A long number stays text when it is edited.
            cell.number_format = "@"
    else:
        put(cell, value)


def _comment(cell: Cell, messages: list[str]) -> None:
    text = "\n".join([_OPENING, *messages])
    if cell.comment is not None:
        text = f"{text}\n{_FORMER}{cell.comment.text}"
    cell.comment = Comment(text, AUTHOR, height=46 + 22 * (1 + len(text) // 18), width=260)
