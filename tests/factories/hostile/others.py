"""Other formats: old Excel, OpenDocument, text, and what is no workbook at all."""

import struct
from collections.abc import Callable
from functools import partial
from random import Random

from tests.factories.hostile.base import NAME, changed, plain
from tests.factories.workbooks import LABELS, zip_of

Make = Callable[[], bytes]
_OLD = "old_excel/roster.xls"
_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
_HEADER = ",".join(LABELS)
_SPACES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)
_PERSON = ["1", NAME, "女", "12345"]


def _old(at: int, new: bytes) -> bytes:
    return changed(plain(_OLD), at, new)


def _cut(name: str, share: float) -> bytes:
    content = plain(name)
    return content[: int(len(content) * share)]


def _noisy(name: str, seed: int) -> bytes:
    """Change two hundred bytes behind the head."""
    content, random = bytearray(plain(name)), Random(seed)
    for _ in range(200):
        content[random.randrange(512, len(content))] = random.randrange(256)
    return bytes(content)


def _ods(rows: str, declaration: str = "") -> bytes:
    content = (
        f"{declaration}<office:document-content{_SPACES}><office:body><office:spreadsheet>"
        f'<table:table table:name="a">{_ods_row(LABELS)}{_ods_row(_PERSON)}{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zip_of({"mimetype": _SPREADSHEET, "content.xml": content.encode()})


def _ods_row(values: list[str], times: str = "1", between: str = "") -> str:
    cells = between.join(
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        for value in values
    )
    row = f"{between}{cells}{between}"
    return f'<table:table-row table:number-rows-repeated="{times}">{row}</table:table-row>'


REFUSED: dict[str, Make] = {
    "nothing": lambda: b"",
    "a picture": lambda: b"\x89PNG\r\n\x1a\n\0\0",
    "a page": "<html><table><tr><td>姓名</td></tr></table></html>".encode,
    "a page with a script": lambda: b"<script>alert(1)</script>",
    "a PDF": lambda: b"%PDF-1.4\n%\xe2\xe3",
    "a program": lambda: b"\x7fELF\2\1\1" + bytes(500),
    "a database": lambda: b"SQLite format 3\0" + bytes(500),
    "a letter": "这是一封信。\n没有表格，\n只有字。\n".encode,
    "noise": lambda: Random(7).randbytes(5000) + b"\0",
    "a text document": lambda: zip_of({"word/document.xml": b"<a/>"}),
    "a binary workbook": lambda: zip_of({"xl/workbook.bin": b"x"}),
    "an open text document": lambda: zip_of(
        {"mimetype": b"application/vnd.oasis.opendocument.text"}
    ),
    "an open document without content": lambda: zip_of({"mimetype": _SPREADSHEET}),
    "an open document with a laugh": lambda: _ods("", '<!DOCTYPE a [<!ENTITY a "b">]>'),
    "a billion rows": lambda: _ods(_ods_row(["1", NAME, "女", "12345678"], "1000000000")),
    "a billion rows, laid out": lambda: _ods(
        _ods_row(["1", NAME, "女", "12345678"], "1000000000", "\n") * 20
    ),
    "an old workbook with a password": partial(plain, "password/locked.xls"),
    "an open document with a password": partial(plain, "password/locked.ods"),
    "an old workbook of Excel 95": partial(plain, "excel_95/roster.xls"),
    "sectors of one byte": partial(_old, 30, b"\0\0"),
    "sectors of nine exabytes": partial(_old, 30, b"\x3f\0"),
    "a table of sectors that is its own next": partial(_old, 76, struct.pack("<2I", 1, 1)),
    "an old workbook, cut off at 25 %": partial(_cut, _OLD, 0.25),
    "an open document, cut off at 90 %": partial(_cut, "open_document/roster.ods", 0.9),
    "a line of commas": lambda: (_HEADER + "\n" + "," * 1_000_000).encode(),
}
DOUBTFUL: dict[str, Make] = {
    **{f"an old workbook with noise {n}": partial(_noisy, _OLD, n) for n in range(6)},
    "an open document with a repeat of many digits": lambda: _ods(_ods_row(["1"], "9" * 50_000)),
    "quotes without an end": lambda: (
        _HEADER + f"\n1,{NAME},女,12345\n" + '2,"叶' * 2_001
    ).encode(),
    "zeros in text": lambda: (_HEADER + f"\n1,{NAME},女,12345\n2,叶\0\0,女,1\n").encode(),
    "a million empty lines": lambda: (_HEADER + f"\n1,{NAME},女,12345" + "\n" * 1_000_000).encode(),
    "text that starts a program": lambda: (
        _HEADER + f"\n1,{NAME},女,12345\n2,=cmd|' /C calc'!A0,女,@SUM(1)\n"
    ).encode(),
}
