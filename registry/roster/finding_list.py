"""The sheet 问题清单 of a marked workbook; an order is described in `registry.roster.marking`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from registry.roster.saving import put_text
from registry.roster.stamp import LIST_NAME, ORIGIN_LABEL, pieces

# More than this is no help to anybody.
_MOST_LISTED = 20_000
_MOST_RULES = 30

# A shade beside those of Excel's own styles "bad" and "neutral", which may be the clerk's.
COLOURS = {"error": "FFC7CF", "warning": "FFEB9D", "sent_back": "DDEBF8"}
FILLS = {severity: PatternFill("solid", fgColor=colour) for severity, colour in COLOURS.items()}
_WORDS = {
    "error": "需改正",
    "warning": "提醒",
    "fixed": "已自动整理",
    "sent_back": "已退回",
    "file": "整个文件",
}
_COLUMNS = (("行号", 8), ("列", 7), ("项目", 18), ("程度", 13), ("问题", 24), ("说明和改法", 80))
_TITLE = "问题清单（同心册）"
_WIDTH = sum(width for _, width in _COLUMNS)

_HEAD_FILL = PatternFill("solid", fgColor="E7ECF3")
_LINE = Border(bottom=Side("thin", color="D5DBE3"))
_TOP = Alignment(vertical="top")
_CENTRED = Alignment(horizontal="center", vertical="top")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_FONT = "等线"
_PLAIN = Font(name=_FONT, size=11)
_BOLD = Font(name=_FONT, size=11, bold=True)
_LINK = Font(name=_FONT, size=11, color="0563C1", underline="single")
_SMALL = Font(name=_FONT, size=8, color="8A929C")

_LINKED, _DEGREE = 2, 4

Order = dict[str, Any]
Styles = dict[tuple[int, str, bool, bool], Any]


def write_list(
    workbook: Workbook, sheet: Worksheet, order: Order, places: dict[int, int] | None
) -> None:
    """Write the sheet that lists all findings, errors first, each with a link to its cell."""
    listing = workbook.create_sheet(LIST_NAME, workbook.index(sheet) + 1)
    for column, (_, width) in enumerate(_COLUMNS, start=1):
        listing.column_dimensions[get_column_letter(column)].width = width
    name = "'" + sheet.title.replace("'", "''") + "'"
    head = _write_top(listing, order, places, f"{name}!A{order['header_row']}")
    row = head
    styles: Styles = {}
    for entry in _entries(order):
        row += 1
        _write_entry(listing, row, entry, name, places, styles)
    listing.freeze_panes = f"A{head + 1}"
    listing.auto_filter.ref = f"A{head}:{get_column_letter(len(_COLUMNS))}{max(row, head + 1)}"
    listing.sheet_properties.tabColor = COLOURS["error"] if order["counts"]["error"] else "A9D08E"
    _for_paper(listing, head)


def is_own_list(sheet: Worksheet) -> bool:
    """Tell whether a sheet is the list of an earlier marking, and not one of the clerk's."""
    return sheet.title.startswith(LIST_NAME) and sheet["A1"].value == _TITLE


def _write_top(listing: Worksheet, order: Order, places: dict[int, int] | None, back: str) -> int:
    """Write what stands above the list; returns the row of the list's header."""
    put_text(listing["A1"], _TITLE)
    listing["A1"].font = Font(name=_FONT, bold=True, size=14)
    put_text(listing["F1"], "← 回到花名册")
    _link(listing["F1"], back)
    row = 1
    for text in _summary(order, places):
        row += 1
        put_text(listing.cell(row, 1), text)
        listing.cell(row, 1).alignment, listing.cell(row, 1).font = _WRAPPED, _PLAIN
        listing.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(_COLUMNS))
        listing.row_dimensions[row].height = 16 * _lines(text)
    if order.get("stamp"):
        row += 1
        label, *parts = pieces(order["stamp"])
        # The label takes the two narrow columns.
        for column, text in [(1, label), *enumerate(parts, start=3)]:
            put_text(listing.cell(row, column), text)
            listing.cell(row, column).font = _SMALL
            # A long text must not run over the cells beside it.
            listing.cell(row, column).alignment = Alignment(
                horizontal="fill" if column > 1 else None
            )
    row += 1
    for column, (text, _) in enumerate(_COLUMNS, start=1):
        cell = listing.cell(row, column)
        put_text(cell, text)
        cell.font, cell.fill, cell.border = _BOLD, _HEAD_FILL, _LINE
    return row


def _entries(order: Order) -> Iterator[list[Any]]:
    for message in order["file"]:
        yield [None, "", "", "file", "", message]
    yield from order["listed"][:_MOST_LISTED]


def _write_entry(
    listing: Worksheet,
    row: int,
    entry: list[Any],
    sheet: str,
    places: dict[int, int] | None,
    styles: Styles,
) -> None:
    number, letter, label, severity, title, message = entry
    at = number if places is None else places.get(number)
    texts = (letter, label, _WORDS[severity], title, message)
    for column in range(1, len(_COLUMNS) + 1):
        cell: Any = listing.cell(row, column)
        if column == 1:
            cell.value = number
        else:
            put_text(cell, texts[column - 2])
        linked = column <= _LINKED and at is not None
        if linked:
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{sheet}!{letter or 'A'}{at}")
        _dress(cell, column, severity, linked, styles)


def _dress(cell: Any, column: int, severity: str, linked: bool, styles: Styles) -> None:
    """Give a cell of the list its looks. Openpyxl takes long to find out each one anew."""
    quoted = bool(cell.quotePrefix)
    key = (column, severity, linked, quoted)
    if key not in styles:
        cell.font, cell.border = _LINK if linked else _PLAIN, _LINE
        cell.alignment = _CENTRED if column <= _LINKED else _TOP
        if column == len(_COLUMNS):
            cell.alignment = _WRAPPED
        if column == _DEGREE and severity in FILLS:
            cell.fill = FILLS[severity]
        styles[key] = cell._style
    cell._style = styles[key]


def _link(cell: Cell | MergedCell, location: str) -> None:
    if isinstance(cell, Cell):
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
        cell.font = _LINK


def _for_paper(listing: Worksheet, head: int) -> None:
    listing.page_setup.orientation = "landscape"
    listing.page_setup.paperSize = 9
    listing.page_setup.fitToWidth, listing.page_setup.fitToHeight = 1, 0
    listing.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    listing.print_title_rows = f"{head}:{head}"


def _summary(order: Order, places: dict[int, int] | None) -> Iterator[str]:
    counts = order["counts"]
    yield (
        f"共 {counts['total']:,} 行：通过 {counts['ok']:,} 行，提醒 {counts['warning']:,} 行，"
        f"需改正 {counts['error']:,} 行，已忽略 {counts['skipped']:,} 行。"
    )
    yield _what_to_do(order, places)
    rules = _rules(order)
    if rules:
        yield rules
    if len(order["listed"]) > _MOST_LISTED:
        yield f"问题较多，下面只列出前 {_MOST_LISTED:,} 条。"


def _what_to_do(order: Order, places: dict[int, int] | None) -> str:
    colours = (
        "红色单元格需改正，黄色单元格请核对，鼠标停在上面可以看到原因；"
        "点下表的行号或列可以跳到该单元格。"
    )
    stamp = order.get("stamp")
    if places is None:
        again = "改正后保存，在网页上直接上传本文件"
        return colours + (
            f"{again}：系统会认出它，接着原来的草稿办，已经正确的行不会再问。"
            if stamp
            else "改正后保存并重新上传。"
        )
    why = order["why_part"] or "原表行数较多"
    given = f"这里只给出{'要处理' if order['why_part'] else '有问题'}的 {len(places):,} 行"
    if order["left_out"]:
        given += f"（另有 {order['left_out']:,} 行放不下，改好这些上传后可再次下载）"
    if stamp:
        return (
            f"{why}，{given}，其余的行不用再报。{colours}改正后直接上传本文件：系统按“{ORIGIN_LABEL}”"
            "把改动放回原来的草稿。请不要改动“原行号”一列，也不要在这里添加新的人。"
        )
    return (
        f"{why}，{given}；没有问题的行不在本文件中。{colours}"
        f"请在原表中按“{ORIGIN_LABEL}”改正后重新上传原表。"
    )


def _rules(order: Order) -> str:
    """Return which rules speak in how many places, those to correct first."""
    lines = []
    for severity in ("error", "sent_back", "warning", "fixed"):
        times = Counter(entry[4] for entry in order["listed"] if entry[3] == severity)
        if times:
            said = "、".join(
                f"{title} {count:,} 处" for title, count in times.most_common(_MOST_RULES)
            )
            lines.append(f"{_WORDS[severity]}：{said}。")
    return "".join(lines)


def _lines(text: str) -> int:
    """Return how many lines a text takes across the list; Chinese characters are two wide."""
    return 1 + sum(2 if char > "\u2000" else 1 for char in text) // (_WIDTH - 8)
