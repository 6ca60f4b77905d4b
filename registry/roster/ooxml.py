"""The second look at an xlsx sheet's XML: what the values of its cells do not tell.

Those of error cells and of formulas without a stored result are '', a date shown as 2017年9月 is
the first of its month, and hidden rows are like all others. All that is rare, so the XML is
searched with bytes operations, and only suspicious rows are taken apart.
"""

from __future__ import annotations

import re

from registry.roster.container import Container
from registry.roster.look import Look, column_number
from registry.roster.refusal import damaged
from registry.roster.searching import holds

_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?(worksheet|[A-Za-z_][\w.:-]*)[\s>/]")
_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding=["']([^"']+)["']""")
_AFTER_NAME = (b" ", b">", b"/", b"\t", b"\r", b"\n")
_NUMBERED = re.compile(rb'<row r="(\d+)"')
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,7})["']""")
_ROW_NUMBER_LATER = re.compile(rb"""[^>]*?\sr=["'](\d{1,7})["']""")
_HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']""")
_LONGEST_ROW = 16 << 20
_COLUMNS = re.compile(rb"<col\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)=["']([^"']*)["']""")
_NO_DATA = re.compile(rb"<sheetData\s*/>")
_CELL = re.compile(rb"<c((?:\s[^>]*?)?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ERROR = re.compile(rb""" t=["']e["']""")
_FORMULA = re.compile(rb"<f[\s/>]")
_UNCACHED = re.compile(rb"(?:</f>|<f(?:\s[^>]*)?/>)(?!\s*<v(?:\s[^>]*)?>[^<])")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>")
_EMPTY_VALUE = re.compile(rb"<v(?:\s[^>]*)?(?:/>|>\s*</v>)")


class SheetLook:
    """Takes the pieces of one worksheet part; `look` is complete after `finish`."""

    def __init__(self, month_styles: frozenset[bytes]) -> None:
        self.look = Look()
        self._prefix = b""
        self._pending = b""
        self._half = b""
        self._open = b""
        self._closed = False
        self._row = 0
        self._inside = False
        self._month_styles = month_styles
        self._month = (
            re.compile(rb"""\ss=["'](?:""" + b"|".join(sorted(month_styles)) + rb""")["']""")
            if month_styles
            else None
        )

    def start(self, piece: bytes) -> bool:
        """Tell from a part's first piece whether it is a worksheet at all."""
        head = piece[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
        encoding = _ENCODING.match(head)
        root = _ROOT.search(head)
        if root is None or root.group(2) != b"worksheet":
            return False
        if encoding and encoding.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii"):
            raise damaged("encoding of a sheet")
        self._prefix = (root.group(1) + b":") if root.group(1) else b""
        return True

    def see(self, piece: bytes) -> None:
        """Take the next piece."""
        if self._closed:
            return
        if self._prefix:
            # A tag cut in two by the edge of a piece waits for its other half.
            piece = self._half + piece
            cut = piece.rfind(b"<")
            piece, self._half = piece[:cut], piece[cut:]
            piece = piece.replace(b"<" + self._prefix, b"<").replace(b"</" + self._prefix, b"</")
        data = self._pending + piece
        self._open = b""
        if holds(data, b"<!", b"!"):
            data, self._open = _without_declarations(data)
        end = data.find(b"</sheetData>")
        self._closed = end >= 0
        self._rows(data if end < 0 else data[:end], last=self._closed)

    def finish(self) -> None:
        """Raise Refusal when the sheet's data has no end."""
        if not self._closed and not _NO_DATA.search(self._pending):
            raise damaged("sheet without an end")

    def _rows(self, data: bytes, last: bool) -> None:
        """Judge the rows in `data`; the last one may be unfinished and waits for the next piece."""
        suspicious = self._is_suspicious(data)
        if not last:
            cut = max(data.rfind(b"<row"), 0)
            data, self._pending = data[:cut], data[cut:] + self._open
            if len(self._pending) > _LONGEST_ROW:
                raise damaged("a row without an end")
        if not data and not last:
            return
        if not self._inside:
            self._head(data.partition(b"<row")[0])
            self._inside = True
        if suspicious or holds(data, b"hidden=", b"d") or not self._pass(data):
            # What stands before the first row is no row (nothing once there has been one).
            for row in data.split(b"<row")[1:]:
                if row[:1] in _AFTER_NAME:
                    self._one(row, suspicious)

    def _is_suspicious(self, data: bytes) -> bool:
        """Tell whether a cell may stand here that is to be looked at by itself."""
        if self._month is not None:
            return True
        if b"e" in data and _ERROR.search(data):
            return True
        has_formula = holds(data, b"<f", b"f") and _FORMULA.search(data)
        return bool(has_formula and _UNCACHED.search(data))

    def _pass(self, data: bytes) -> bool:
        """Pass rows that need no closer look, where each says its number first of all; their order
        is for the reader to judge. Otherwise nothing is changed and False is returned."""
        count = data.count(b"<row")
        if data.count(b'<row r="') < count:
            return False
        if count:
            last = _NUMBERED.match(data, data.rfind(b"<row"))
            if last is None:
                return False
            self._row = int(last.group(1))
            self._note_last(data)
        return True

    def _note_last(self, data: bytes) -> None:
        """Note the last row with a value: many a sheet has thousands of empty ones below."""
        found = max(data.rfind(b"</v>"), data.rfind(b"</is>"))
        row = _NUMBERED.match(data, data.rfind(b"<row", 0, max(found, 0)))
        if row is not None:
            self.look.last_row = int(row.group(1))

    def _head(self, data: bytes) -> None:
        for column in _COLUMNS.finditer(data):
            attributes = dict(_ATTRIBUTE.findall(column.group(1)))
            if attributes.get(b"hidden") in (b"1", b"true"):
                first, last = int(attributes[b"min"]), int(attributes[b"max"])
                self.look.hidden_columns.append((first - 1, last - 1))

    def _one(self, row: bytes, suspicious: bool) -> None:
        number = _ROW_NUMBER.match(row)
        if number is None:
            # A row without a number (or with the number further back in its tag).
            number = _ROW_NUMBER_LATER.match(row)
        before = self._row
        self._row = int(number.group(1)) if number else before + 1
        if b"</v>" in row or b"</is>" in row:
            self.look.last_row = self._row
        hidden = _HIDDEN.search(row, 0, row.find(b">"))
        if hidden:
            self.look.hidden_rows.append(self._row)
        if suspicious and (
            _ERROR.search(row)
            or (b"<f" in row and _UNCACHED.search(row))
            or (self._month and self._month.search(row))
        ):
            self._cells(row)

    def _cells(self, row: bytes) -> None:
        column = -1
        for cell in _CELL.finditer(row):
            attributes = dict(_ATTRIBUTE.findall(cell.group(1)))
            reference = attributes.get(b"r", b"").rstrip(b"0123456789").decode("ascii", "replace")
            column = column_number(reference) if reference.isalpha() else column + 1
            content = cell.group(2) or b""
            if attributes.get(b"t") == b"e":
                self.look.fault(self._row, column, "cell.error")
            elif b"<f" in content and _is_uncached(attributes.get(b"t"), content):
                self.look.fault(self._row, column, "cell.formula")
            elif attributes.get(b"s") in self._month_styles:
                self.look.month(self._row, column)


def _without_declarations(data: bytes) -> tuple[bytes, bytes]:
    """Return the data without comments, CDATA as plain text, and what follows an open one."""
    kept: list[bytes] = []
    at = 0
    while (start := data.find(b"<!", at)) >= 0:
        kept.append(data[at:start])
        is_text = data.startswith(b"<![CDATA[", start)
        mark = b"]]>" if is_text else b"-->"
        end = data.find(mark, start + 4)
        if end < 0:
            return b"".join(kept), data[start:]
        if is_text:
            kept.append(data[start + 9 : end].replace(b"<", b"&lt;"))
        at = end + len(mark)
    return b"".join((*kept, data[at:])), b""


def _is_uncached(kind: bytes | None, content: bytes) -> bool:
    if b"<is" in content or (_VALUE.search(content) and not _EMPTY_VALUE.search(content)):
        return False
    # A text formula whose stored result is '' is a blank, not a missing result.
    return not (kind == b"str" and _EMPTY_VALUE.search(content))


def sweep(container: Container, month_styles: frozenset[bytes]) -> dict[str, Look]:
    """Unpack every part once and return {part name in lower case: Look} of the worksheets."""
    looks: dict[str, Look] = {}
    for name, pieces in container.parts():
        first = next(pieces, b"")
        sheet = SheetLook(month_styles)
        if sheet.start(first):
            sheet.see(first)
            for piece in pieces:
                sheet.see(piece)
            sheet.finish()
            looks[name] = sheet.look
        else:
            for _ in pieces:
                pass
    return looks
