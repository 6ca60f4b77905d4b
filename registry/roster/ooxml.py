"""The second look at an xlsx sheet's XML: what the cell reader drops without a word.

The cell reader (calamine) makes '' of error cells and of formulas without a stored result, does
not know hidden rows, and gives a date shown as 2017年9月 as the first of the month. All that is
rare, so the XML is searched with bytes operations, and only suspicious rows are taken apart.
"""

from __future__ import annotations

import re

from registry.roster.container import Container
from registry.roster.look import Look, column_number
from registry.roster.refusal import damaged

_ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?(worksheet|[A-Za-z_][\w.:-]*)[\s>/]")
_ENCODING = re.compile(rb"""^<\?xml[^>]*encoding=["']([^"']+)["']""")
_AFTER_NAME = (b" ", b">", b"/", b"\t", b"\r", b"\n")
_NUMBERED = re.compile(rb'<row r="(\d+)"')
_ROW_NUMBER = re.compile(rb"""\sr=["'](\d{1,7})["']""")
_ROW_NUMBER_LATER = re.compile(rb"""[^>]*?\sr=["'](\d{1,7})["']""")
_HIDDEN = re.compile(rb"""\shidden=["'](?:1|true)["']""")
# Up to a column of three letters the cell reader would take memory for every cell between.
_WIDE = re.compile(rb"""<dimension\s[^>]*ref=["'][^"']*\b[A-Z]{3}\d""")
_FAR = 100_000
_LONGEST_ROW = 16 << 20
_COLUMNS = re.compile(rb"<col\s([^>]*)>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)=["']([^"']*)["']""")
_NO_DATA = re.compile(rb"<sheetData\s*/>")
_CELL = re.compile(rb"<c((?:\s[^>]*?)?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ERROR = re.compile(rb""" t=["']e["']""")
_FORMULA = re.compile(rb"<f[\s/>]")
_UNCACHED = re.compile(rb"(?:</f>|<f(?:\s[^>]*)?/>)(?!\s*<v(?:\s[^>]*)?>[^<])")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>")
_MISPLACED = re.compile(rb't="inlineStr"[^>]*>\s*(?:<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))?\s*<v[\s>]')
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
        self._row = self._rows_seen = 0
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
        self.look.is_unusual = self.look.is_unusual or _is_unusual(data, self._inside)
        self._open = b""
        if b"<!" in data:
            data, self._open = _without_declarations(data)
        end = data.find(b"</sheetData>")
        self._closed = end >= 0
        self._rows(data if end < 0 else data[:end], last=self._closed)

    def finish(self) -> None:
        """Raise Refusal when the sheet's data has no end."""
        # The cell reader takes memory for every row between two far apart.
        sparse = self._row > _FAR and self._row > 4 * self._rows_seen
        self.look.is_unusual = self.look.is_unusual or sparse
        if not self._closed and not _NO_DATA.search(self._pending):
            raise damaged("sheet without an end")

    def _rows(self, data: bytes, last: bool) -> None:
        """Judge the rows in `data`; the last one may be unfinished and waits for the next piece."""
        suspicious = (
            self._month is not None
            or _ERROR.search(data) is not None
            or (_FORMULA.search(data) is not None and _UNCACHED.search(data) is not None)
        )
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
        count = data.count(b"<row")
        self._rows_seen += count
        if suspicious or b"hidden=" in data or not self._ascend(data, count):
            # What stands before the first row is no row (nothing once there has been one).
            for row in data.split(b"<row")[1:]:
                if row[:1] in _AFTER_NAME:
                    self._one(row, suspicious)

    def _ascend(self, data: bytes, count: int) -> bool:
        """Pass rows that need no closer look, all at once: each says its number first of all, and
        the numbers ascend. Otherwise nothing is changed and False is returned."""
        places = list(map(int, _NUMBERED.findall(data)))
        if len(places) < count:
            return False
        if places and (places[0] <= self._row or places != sorted(set(places))):
            return False
        self._row = places[-1] if places else self._row
        return True

    def _head(self, data: bytes) -> None:
        if _WIDE.search(data):
            self.look.is_unusual = True
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
        if self._row <= before:
            # The later of two rows with one number would silently replace the earlier.
            raise damaged("row numbers do not ascend")
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


def _is_unusual(data: bytes, inside: bool) -> bool:
    """Tell whether the cell reader would drop something here without a word: what stands after a
    comment or in CDATA, and a text in <v> where <is> belongs."""
    if b"<!" in data and (inside or data.rfind(b"<!") > data.find(b"<sheetData") >= 0):
        return True
    return b'"inlineStr"' in data and _MISPLACED.search(data) is not None


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


def sweep(
    container: Container, most_unpacked: int, month_styles: frozenset[bytes]
) -> dict[str, Look]:
    """Unpack every part once and return {part name in lower case: Look} of the worksheets."""
    looks: dict[str, Look] = {}
    for name, pieces in container.parts(most_unpacked):
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
