"""A file opened for reading, whatever its format: its sheets, their rows, and the second look.

Runs only inside the sandbox process: no cell reader is safe elsewhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from io import BufferedIOBase
from itertools import islice
from typing import TYPE_CHECKING

from registry.roster.header import SEARCHED_ROWS, find_header
from registry.roster.look import Look
from registry.roster.recognise import HEAD_BYTES, not_a_workbook, recognise
from registry.roster.refusal import Refusal, damaged, too_many_cells

if TYPE_CHECKING:
    from registry.roster.container import Container
    from registry.roster.limits import Bounds
    from registry.roster.parts import Parts, Styles

Row = list[object]


class Source(ABC):
    """`sheets`: (name, can be read) in the order of the workbook: charts and hidden sheets
    cannot."""

    format = ""
    sheets: list[tuple[str, bool]]

    @abstractmethod
    def rows(self, index: int) -> Iterator[Row]:
        """Yield a sheet's rows, the first is Excel row 1; each begins at column A."""

    def last_row(self, index: int) -> int:
        """Return the number of a sheet's last row with a value, 0 where only reading it tells;
        asked after the first row has been taken."""
        return 0

    @abstractmethod
    def look(self, index: int) -> Look:
        """Return what the rows do not tell of this sheet."""


class Unreadable(Refusal):
    """The cell reader cannot open the workbook: file.damaged, unless another way is found."""

    def __init__(self, why: str) -> None:
        super().__init__("file.damaged", why=why)


class WorkbookSource(Source):
    """xls and ods by calamine."""

    def __init__(self, file: BufferedIOBase, format: str, most_cells: int) -> None:
        import python_calamine as calamine

        self.format = format
        self._most_cells = most_cells
        file.seek(0)
        try:
            self._book = calamine.CalamineWorkbook.from_filelike(file)
        except calamine.PasswordError as error:
            raise Refusal("file.encrypted") from error
        except calamine.CalamineError as error:
            raise Unreadable(str(error)) from error
        self._error = calamine.CalamineError
        self.sheets = [
            (
                sheet.name,
                sheet.typ == calamine.SheetTypeEnum.WorkSheet
                and sheet.visible == calamine.SheetVisibleEnum.Visible,
            )
            for sheet in self._book.sheets_metadata
        ]
        self._looks: dict[int, Look] = {}
        self._last_rows: dict[int, int] = {}

    def rows(self, index: int) -> Iterator[Row]:
        try:
            sheet = self._book.get_sheet_by_index(index)
        except self._error as error:
            raise damaged(str(error)) from error
        if sheet.start is None or sheet.end is None:
            return
        if (sheet.end[0] + 1) * sheet.width > self._most_cells:
            raise too_many_cells(self._most_cells)
        self._last_rows[index] = sheet.end[0] + 1
        rows: Iterator[Row] = sheet.iter_rows()  # type: ignore[assignment]
        if sheet.start[1]:
            before: Row = [""] * sheet.start[1]
            rows = ([*before, *row] for row in rows)
        yield from rows

    def last_row(self, index: int) -> int:
        return self._last_rows.get(index, 0)

    def look(self, index: int) -> Look:
        return self._looks.get(index) or Look()


class OpenDocumentSource(WorkbookSource):
    """An .ods file by the cell reader, once its content has been looked at."""

    def __init__(self, file: BufferedIOBase, looks: list[Look], most_cells: int) -> None:
        super().__init__(file, "ods", most_cells)
        self._looks = dict(enumerate(looks))


class TablesSource(Source):
    """An .ods file that the cell reader cannot open."""

    format = "ods"

    def __init__(self, container: Container, looks: list[Look]) -> None:
        from registry.roster.tables import read_tables

        self._tables, hiding = read_tables(container.pieces("content.xml"), container.bounds.cells)
        self._looks = looks
        self.sheets = [(table.name, table.style not in hiding) for table in self._tables]

    def rows(self, index: int) -> Iterator[Row]:
        yield from self._tables[index].rows

    def look(self, index: int) -> Look:
        # Nothing is noted where no sheet holds anything to tell.
        return self._looks[index] if index < len(self._looks) else Look()


def _open_document(file: BufferedIOBase, container: Container, bounds: Bounds) -> Source:
    from registry.roster.opendocument import sweep

    looks = sweep(container)
    try:
        return OpenDocumentSource(file, looks, bounds.cells)
    except Unreadable:
        return TablesSource(container, looks)


class SheetsSource(Source):
    """An .xlsx or .xlsm file, a row at a time, once its parts have been looked at."""

    def __init__(
        self,
        container: Container,
        format: str,
        parts: Parts,
        looks: dict[str, Look],
        styles: Styles,
    ) -> None:
        from registry.roster.shared_strings import SharedStrings
        from registry.roster.stream import Kinds

        self.format = format
        self._container = container
        self._parts = [sheet.part for sheet in parts.sheets]
        self._looks = looks
        self.sheets = []
        for sheet in parts.sheets:
            if sheet.kind == "worksheet" and sheet.part not in looks:
                raise damaged("sheet part not found")
            readable = sheet.is_visible and sheet.kind == "worksheet"
            self.sheets.append((sheet.name, readable))
        strings = SharedStrings(container.pieces(parts.strings))
        self._kinds = Kinds(styles.kinds, parts.is_1904, strings)

    def rows(self, index: int) -> Iterator[Row]:
        from registry.roster.stream import stream_rows

        return stream_rows(
            self._container.pieces(self._parts[index]), self._kinds, self._container.bounds.cells
        )

    def last_row(self, index: int) -> int:
        return self.look(index).last_row

    def look(self, index: int) -> Look:
        return self._looks.get(self._parts[index]) or Look()


def _zip_source(file: BufferedIOBase, bounds: Bounds) -> Source:
    from registry.roster.container import Container

    container = Container(file, bounds)
    format = container.format()
    if format == "ods":
        return _open_document(file, container, bounds)
    from registry.roster.ooxml import sweep
    from registry.roster.parts import read_parts, read_styles

    parts = read_parts(container)
    styles = read_styles(container, parts.styles)
    looks = sweep(container, styles.months)
    return SheetsSource(container, format, parts, looks, styles)


class OleSource(WorkbookSource):
    """An .xls file (or one of the other things in an OLE container, which are refused)."""

    def __init__(self, file: BufferedIOBase, most_cells: int) -> None:
        from registry.roster.biff import BiffLook, workbook_stream

        self._biff = BiffLook(workbook_stream(file))
        super().__init__(file, "xls", most_cells)

    def look(self, index: int) -> Look:
        return self._biff.sheet(index)


class TextSource(Source):
    """A CSV file: the separator with which the header says most."""

    format = "csv"

    def __init__(self, file: BufferedIOBase, labels: dict[str, str]) -> None:
        from registry.roster import delimited

        file.seek(0)
        self._delimited = delimited
        self._text = delimited.decode(file.read())
        self.sheets = [("", True)]
        best = (-1, -1)
        for separator in delimited.SEPARATORS:
            first = list(islice(delimited.records(self._text, separator), SEARCHED_ROWS + 1))
            header = find_header(first, labels)
            score = (len(header.fields) if header else 0, _alike(first))
            if score > best:
                best, self._separator = score, separator
        if best == (0, 0):
            raise not_a_workbook("文本文件，没有分成列")

    def rows(self, index: int) -> Iterator[Row]:
        yield from self._delimited.records(self._text, self._separator)  # type: ignore[misc]

    def look(self, index: int) -> Look:
        return Look()


def _alike(records: list[list[str]]) -> int:
    """Return how many records have the commonest number of columns; 0 for running text."""
    widths = [len(record) for record in records if any(record)]
    width = max(widths, key=widths.count, default=0)
    count = widths.count(width)
    return count if width >= 3 and count >= 2 and count * 3 >= len(widths) * 2 else 0


def open_source(file: BufferedIOBase, labels: dict[str, str], bounds: Bounds) -> Source:
    """Open a file by its content; raises Refusal when it is no spreadsheet that can be read."""
    file.seek(0)
    kind = recognise(file.read(HEAD_BYTES))
    if kind == "zip":
        return _zip_source(file, bounds)
    if kind == "ole":
        return OleSource(file, bounds.cells)
    return TextSource(file, labels)
