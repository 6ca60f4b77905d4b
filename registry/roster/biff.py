"""The second look at an .xls file: the records of its workbook stream ([MS-XLS], BIFF8).

Told by it: a password, error cells, hidden rows and columns, dates shown as year and month only,
and a stream that was cut off.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from io import BufferedIOBase

from registry.roster.look import Look, shows_month_only
from registry.roster.recognise import not_a_workbook
from registry.roster.refusal import Refusal, damaged

_HEADER = struct.Struct("<HH")
_CELL = struct.Struct("<HHH")

_BOF, _EOF, _FILEPASS, _BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
_FORMAT, _XF, _ROW, _COLINFO = 0x041E, 0x00E0, 0x0208, 0x007D
_FORMULA, _BOOLERR, _NUMBER, _RK, _MULRK = 0x0006, 0x0205, 0x0203, 0x027E, 0x00BD
_CODEPAGE, _DOUBLE_BYTE = 0x0042, (932, 936, 949, 950, 1361)
# Formulas as Excel 3 and 4 wrote them: the cell reader passes them over.
_OLD_FORMULAS = (0x0206, 0x0406)
_BIFF8 = 0x0600
_FREE, _SPECIAL = 0xFFFFFFFF, 0xFFFFFFFA

_STREAMS = (
    ("WordDocument", "Word 文档"),
    ("PowerPoint Document", "PowerPoint 演示文稿"),
    ("__properties_version1.0", "邮件"),
    ("FileHeader", "其他办公软件的文档"),
)


def workbook_stream(file: BufferedIOBase) -> bytes:
    """Return the workbook stream of an OLE container.

    Raises Refusal: encrypted (an .xlsx with a password is an OLE container too), no workbook,
    damaged.
    """
    import olefile  # type: ignore[import-untyped]

    try:
        _refuse_cut(file)
        with olefile.OleFileIO(file) as container:
            if container.exists("EncryptedPackage"):
                raise Refusal("file.encrypted")
            for name in ("Workbook", "Book"):
                if container.exists(name):
                    return bytes(container.openstream(name).read())
            for name, found in _STREAMS:
                if container.exists(name):
                    raise not_a_workbook(found)
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise damaged("OLE container") from error
    raise not_a_workbook("其他类型的 Office 文件")


def _refuse_cut(file: BufferedIOBase) -> None:
    """Raise Refusal when sectors that are in use lie beyond the end of the file ([MS-CFB] 2.2).

    The allocation table is looked up in the header's own list of its sectors, which covers files
    of up to 7 MB; the library trims the table to what is there.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    header = file.read(512)
    sector = 1 << int.from_bytes(header[30:32], "little") % 16
    places = [place for (place,) in struct.iter_unpack("<I", header[76:]) if place < _SPECIAL]
    used = 0
    for index, place in enumerate(places):
        file.seek((place + 1) * sector)
        table = file.read(sector)
        following = [one for (one,) in struct.iter_unpack("<I", table[: len(table) // 4 * 4])]
        first = index * sector // 4
        used = max([used, place, *(first + at for at, one in enumerate(following) if one != _FREE)])
    # The header takes the place of a sector; the last one need not be filled up.
    if size <= (used + 1) * sector:
        raise damaged("cut off")


class BiffLook:
    """The records of a workbook stream; `sheet(index)` looks at one sheet."""

    def __init__(self, stream: bytes) -> None:
        self._stream = stream
        self._offsets: list[int] = []
        self._formats: dict[int, str] = {}
        self._month_styles: set[int] = set()
        self._is_biff8 = False
        styles: list[int] = []
        try:
            for kind, at, length in self._records(0):
                self._global(kind, at, length, styles)
        except (struct.error, IndexError) as error:
            raise damaged("workbook stream") from error
        self._month_styles = {
            index
            for index, number in enumerate(styles)
            if shows_month_only(number, self._formats.get(number))
        }

    def sheet(self, index: int) -> Look:
        """Return what is to be told of the sheet with this place in the workbook."""
        look = Look()
        if self._is_biff8 and index < len(self._offsets):
            try:
                for kind, at, length in self._records(self._offsets[index]):
                    if kind in _OLD_FORMULAS:
                        raise damaged("a formula of an older format")
                    self._cell(look, kind, at, length)
            except (struct.error, IndexError) as error:
                raise damaged("sheet stream") from error
        return look

    def _records(self, at: int) -> Iterator[tuple[int, int, int]]:
        """Yield (record type, offset of its data, length) up to the substream's own end."""
        stream, depth = self._stream, 0
        while True:
            # A stream that ends before its last record was cut off: struct.error.
            kind, length = _HEADER.unpack_from(stream, at)
            at += 4
            if at + length > len(stream):
                raise struct.error
            if kind == _BOF:
                depth += 1
            elif kind == _EOF:
                depth -= 1
                if depth <= 0:
                    return
            elif depth == 1:
                yield kind, at, length
            if kind == _BOF and depth == 1:
                yield kind, at, length
            at += length

    def _global(self, kind: int, at: int, length: int, styles: list[int]) -> None:
        stream = self._stream
        if kind == _FILEPASS:
            raise Refusal("file.encrypted")
        if kind == _CODEPAGE and not self._is_biff8:
            if _HEADER.unpack_from(stream, at - 2)[1] in _DOUBLE_BYTE:
                # The cell reader takes each byte for a letter.
                raise not_a_workbook("很旧的 Excel 文件（Excel 95）")
        elif kind == _BOF:
            self._is_biff8 = _HEADER.unpack_from(stream, at)[0] == _BIFF8
        elif kind == _BOUNDSHEET:
            self._offsets.append(int.from_bytes(stream[at : at + 4], "little"))
        elif kind == _XF:
            styles.append(_HEADER.unpack_from(stream, at)[1])
        elif kind == _FORMAT and self._is_biff8:
            number = _HEADER.unpack_from(stream, at)[0]
            text = stream[at + 5 : at + length]
            wide = stream[at + 4] & 1
            self._formats[number] = text.decode("utf-16-le" if wide else "latin-1", "replace")

    def _cell(self, look: Look, kind: int, at: int, length: int) -> None:
        stream = self._stream
        if kind == _BOOLERR:
            row, column, _ = _CELL.unpack_from(stream, at)
            if stream[at + 7]:
                look.fault(row + 1, column, "cell.error")
        elif kind in (_FORMULA, _NUMBER, _RK):
            row, column, style = _CELL.unpack_from(stream, at)
            if style in self._month_styles:
                look.month(row + 1, column)
            if (
                kind == _FORMULA
                and stream[at + 12 : at + 14] == b"\xff\xff"
                and stream[at + 6] == 2
            ):
                look.fault(row + 1, column, "cell.error")
        elif kind == _MULRK:
            self._run(look, at, length)
        elif kind == _ROW:
            if stream[at + 12] & 0x20:
                look.hidden_rows.append(_HEADER.unpack_from(stream, at)[0] + 1)
        elif kind == _COLINFO and stream[at + 8] & 1:
            look.hidden_columns.append(_HEADER.unpack_from(stream, at))

    def _run(self, look: Look, at: int, length: int) -> None:
        row, first = _HEADER.unpack_from(self._stream, at)
        for index in range((length - 6) // 6):
            style = _HEADER.unpack_from(self._stream, at + 4 + 6 * index)[0]
            if style in self._month_styles:
                look.month(row + 1, first + index)
