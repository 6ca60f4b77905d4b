"""The sheet 问题清单 of a marked workbook; an order is described in `registry.roster.marking`."""

from __future__ import annotations

from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from registry.roster.saving import put_text

LIST_NAME = "问题清单"
# More than this is no help to anybody.
_MOST_LISTED = 20_000

COLOURS = {"error": "FFC7CE", "warning": "FFEB9C"}
FILLS = {severity: PatternFill("solid", fgColor=colour) for severity, colour in COLOURS.items()}
_WORDS = {"error": "需改正", "warning": "提醒", "fixed": "已自动整理"}
_COLUMNS = (("行号", 8), ("列", 6), ("项目", 16), ("程度", 12), ("问题", 24), ("说明", 80))

Order = dict[str, Any]


def write_list(
    workbook: Workbook, sheet: Worksheet, order: Order, places: dict[int, int] | None
) -> None:
    """Write the sheet that lists all findings, errors first, each with a link to its cell."""
    listing = workbook.create_sheet(LIST_NAME, workbook.index(sheet) + 1)
    row = 0
    for text in _summary(order, places):
        row += 1
        put_text(listing.cell(row, 1), text)
        listing.cell(row, 1).font = Font(bold=row == 1)
    row += 2
    for column, (text, width) in enumerate(_COLUMNS, start=1):
        put_text(listing.cell(row, column), text)
        listing.cell(row, column).font = Font(bold=True)
        listing.column_dimensions[get_column_letter(column)].width = width
    listing.freeze_panes = f"A{row + 1}"
    listing.auto_filter.ref = (
        f"A{row}:{get_column_letter(len(_COLUMNS))}"
        f"{row + max(1, min(len(order['listed']), _MOST_LISTED))}"
    )
    name = sheet.title.replace("'", "''")
    for number, letter, label, severity, title, message in order["listed"][:_MOST_LISTED]:
        row += 1
        listing.cell(row, 1).value = number
        for column, text in enumerate((letter, label, _WORDS[severity], title, message), start=2):
            put_text(listing.cell(row, column), text)
        listing.cell(row, 6).alignment = Alignment(wrap_text=True, vertical="top")
        if severity in FILLS:
            listing.cell(row, 4).fill = FILLS[severity]
        at = number if places is None else places.get(number)
        if at is not None:
            _link(listing.cell(row, 2), f"'{name}'!{letter}{at}")


def _link(cell: Cell | MergedCell, location: str) -> None:
    if isinstance(cell, Cell):
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
        cell.font = Font(color="0563C1", underline="single")


def _summary(order: Order, places: dict[int, int] | None) -> list[str]:
    counts = order["counts"]
    lines = [
        f"共 {counts['total']} 行：通过 {counts['ok']} 行，提醒 {counts['warning']} 行，"
        f"需改正 {counts['error']} 行，未读取 {counts['skipped']} 行。",
        "红色单元格需改正，黄色单元格请核对；点“列”中的字母可以跳到该单元格。改正后保存并重新上传。",
        *order["file"],
    ]
    if places is not None:
        lines.append(
            f"原表行数较多，这里只给出有问题的 {len(places)} 行；没有问题的行不在本文件中。"
            "请在原表中按“原行号”改正后重新上传原表。"
        )
    if len(order["listed"]) > _MOST_LISTED:
        lines.append(f"问题较多，下面只列出前 {_MOST_LISTED} 条。")
    return lines
