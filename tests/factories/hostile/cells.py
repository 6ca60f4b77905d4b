"""Sheets: places that cannot be, counts that lie, cells without end, formulas."""

from collections.abc import Callable
from functools import partial

from tests.factories.hostile.base import sheet
from tests.factories.workbooks import LABELS, raw_xlsx, sheet_xml, xml_row

Make = Callable[[], bytes]


def _row(number: str, cells: str = '<c r="A{0}"><v>1</v></c>') -> bytes:
    return sheet(f'<row r="{number}">{cells.format(number)}</row>')


def _cell(reference: str, inside: str = "<v>1</v>", attributes: str = "") -> bytes:
    return sheet(f'<row r="3"><c r="{reference}"{attributes}>{inside}</c></row>')


def _wide(count: int) -> bytes:
    far = '<row r="{0}"><c r="XFD{0}"><v>1</v></c></row>'
    return sheet("".join(map(far.format, range(3, count))))


def _blank(count: int) -> bytes:
    cells = "".join(f'<c r="{letter}{{0}}" s="0"/>' for letter in "ABCDE")
    rows = "".join(f'<row r="{n}">{cells.format(n)}</row>' for n in range(2, count + 2))
    return raw_xlsx({"花名册": sheet_xml(xml_row(1, LABELS) + rows)})


REFUSED: dict[str, Make] = {
    "row zero": partial(_row, "0"),
    "a negative row": partial(_row, "-5"),
    "a row of twenty digits": partial(_row, "9" * 20),
    "a row past the last": partial(_row, "9999999"),
    "a row twice": lambda: sheet(xml_row(3, ["2", "叶"]) * 2),
    "a cell twice": partial(_row, "3", '<c r="B3"><v>1</v></c><c r="B3"><v>2</v></c>'),
    "open formulas": lambda: sheet('<row r="3">' + '<c r="A3"><f>' * 20_000),
    "thirty million cells": partial(_wide, 2_000),
    "sixty thousand formatted rows and nobody": partial(_blank, 60_000),
}
DOUBTFUL: dict[str, Make] = {
    "a cell past the last column": partial(_cell, "XFE3"),
    "a cell of four letters": partial(_cell, "AAAA3"),
    "a cell without a row": partial(_cell, "B"),
    "a cell of another row": partial(_cell, "B77"),
    "a cell in small letters": partial(_cell, "b3"),
    "the last cell of the sheet": partial(_row, "1048576", '<c r="XFD1048576"><v>1</v></c>'),
    "a dimension of one cell": lambda: sheet(before='<dimension ref="A1"/>'),
    "a dimension of the whole sheet": lambda: sheet(before='<dimension ref="A1:XFD1048576"/>'),
    "a hundred thousand merged cells": lambda: sheet(
        before="<mergeCells>" + '<mergeCell ref="A1:XFD9"/>' * 100_000 + "</mergeCells>"
    ),
    "an unknown type": partial(_cell, "B3", attributes=' t="zzz"'),
    "a style past the last": partial(_cell, "B3", attributes=' s="4294967295"'),
    "a number past all numbers": partial(_cell, "D3", "<v>1e999999</v>"),
    "no number": partial(_cell, "D3", "<v>NaN</v>"),
    "a date past all dates": partial(_cell, "D3", "<v>1e308</v>", ' s="1"'),
    "a number without an end": partial(_cell, "B3", f"<v>{'9' * 200_000}</v>"),
    "a formula that starts a program": partial(
        _cell, "B3", "<f>cmd|' /C calc'!A0</f><v>1</v>", ' t="str"'
    ),
    "a formula that asks the net": partial(_cell, "B3", '<f>WEBSERVICE("http://127.0.0.1:9/")</f>'),
    "a formula for the whole sheet": partial(
        _cell, "A3", '<f t="shared" si="0" ref="A3:XFD1048576">A3</f><v>1</v>'
    ),
    "text in text": partial(
        _cell, "B3", "<is>" * 2_000 + "<t>叶</t>" + "</is>" * 2_000, ' t="inlineStr"'
    ),
    "rows from the last to the first": lambda: sheet(
        "".join(xml_row(n, [str(n), "叶"]) for n in range(2_000, 2, -1))
    ),
}
