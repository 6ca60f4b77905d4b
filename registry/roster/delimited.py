"""A text file with separators (CSV): its encoding, its separator, its records.

Encodings: UTF-8 with or without a mark, UTF-16 with a mark, else GB 18030. The number of a record
is its row in Excel, blank lines included (RFC 4180, with the liberties that spreadsheets take).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from registry.roster.recognise import not_a_workbook

SEPARATORS = ",\t;"
_CONTROLS = {code: None for code in range(32) if chr(code) not in "\t\r\n"}
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def decode(content: bytes) -> str:
    """Return the text; raises Refusal when the content is no text in a known encoding."""
    encodings = [name for mark, name in _MARKS if content.startswith(mark)]
    for encoding in encodings or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text[:8192].translate(_CONTROLS) == text[:8192] and "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
        break
    raise not_a_workbook("读不懂的文件（不是表格，也不是常见编码的文本）")


def records(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the records of the text, the first is row 1. A quote that never closes is a character,
    so that it cannot swallow the rows after it."""
    csv.field_size_limit(max(len(text), 1))
    if _quotes_are_sound(text, separator):
        reader = csv.reader(_lines(text), delimiter=separator)
    else:
        reader = csv.reader(_lines(text), delimiter=separator, quoting=csv.QUOTE_NONE)
    wrapped = '="' in text
    for record in reader:
        yield [_unwrapped(cell) for cell in record] if wrapped else record


def _lines(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _quotes_are_sound(text: str, separator: str) -> bool:
    quotes = text.count('"')
    if quotes == 0:
        return True
    if quotes % 2:
        return False
    # A quoted cell that holds a line break and several separators is a swallowed row.
    return not any(
        "\n" in cell and cell.count(separator) >= 2
        for record in csv.reader(_lines(text), delimiter=separator)
        for cell in record
    )


def _unwrapped(cell: str) -> str:
    """Return the text of ="…", with which programs keep long numbers whole in Excel."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) >= 3:
        return cell[2:-1]
    return cell
