"""Which rows below the header are persons, and an account of every row that is none.

Runs inside the sandbox process. Rows are judged a column at a time; only a row whose document cell
or first cells look unlike a person's is looked at by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest

from registry.roster.header import Header, may_hold_example, why_no_person
from registry.roster.look import Look, column_letters
from registry.roster.packing import pack

BATCH_ROWS = 5_000
# A sheet with thousands of columns comes in smaller batches: 5,000 rows would fill the memory.
BATCH_CELLS = 400_000
_SHORTEST_NUMBER = 5

Row = Sequence[object]
Finding = tuple[str, dict[str, object]]


class Account:
    """Every row below the header once: a person, skipped with a reason, or blank."""

    def __init__(self, header_row: int) -> None:
        self._header_row = header_row
        self._seen = header_row
        self._last = header_row
        self.skipped: list[tuple[int, str, int | None]] = []

    def persons(self, first: int, last: int) -> None:
        """Rows first to last are persons; what lies between them and the row before is blank."""
        self._close_gap(first)
        self._seen = self._last = last

    def skip(self, row: int, why: str) -> None:
        """A row with content that is no person."""
        self._close_gap(row)
        self._seen = self._last = row
        self.skipped.append((row, why, None))

    def reach(self, row: int) -> None:
        """A row that counts as blank although something stands in it."""
        self._last = row

    def total(self) -> int:
        """Close the account and return the number of rows up to the last one with content."""
        self._close_gap(self._last + 1)
        self._seen = self._last
        return self._last - self._header_row

    def _close_gap(self, row: int) -> None:
        first, last = self._seen + 1, row - 1
        if last >= first:
            self.skipped.append((first, "blank", last if last > first else None))


class Persons:
    """The rows of one sheet, told apart."""

    def __init__(
        self, header: Header, labels: dict[str, str], ignored: set[str], look: Look
    ) -> None:
        self._header = header
        self._labels = labels
        self._fields = header.fields
        self._taken = {f: i for f, i in self._fields.items() if f not in ignored}
        self._look = look
        self._account = Account(header.row)
        self._headed = {index for index, _, _ in header.columns}
        self._width = 1 + max(self._headed)
        self._unheaded: set[int] = set()

    def batches(self, rows: Iterable[Row]) -> Iterator[bytes]:
        """Yield packed batches of up to 5,000 persons; `rows` begin below the header."""
        number = self._header.row + 1
        for chunk in _chunks(rows):
            # A value far below brings a million rows of nothing with it.
            if self._look.faults or any(chunk):
                yield from self._batch(number, chunk)
            number += len(chunk)
        # Rows that hold nothing but formulas without a result may lie below the last value.
        below = max(self._look.faults, default=0)
        if below >= number:
            yield from self._batch(number, [[""]] * (below - number + 1))

    def _batch(self, first: int, chunk: list[Row]) -> Iterator[bytes]:
        columns = self._columns(chunk)
        numbers: Sequence[int] = range(first, first + len(chunk))
        doubtful = self._doubtful(columns)
        if doubtful:
            rows = zip(*columns, strict=True)
            kept = [at for at, row in enumerate(rows) if self._keep(at, first + at, row, doubtful)]
            if not kept:
                return
            numbers = [first + at for at in kept]
            columns = [[column[at] for at in kept] for column in columns]
        else:
            self._account.persons(numbers[0], numbers[-1])
        self._note_unheaded(columns)
        yield self._packed(numbers, columns)

    def _columns(self, chunk: list[Row]) -> list[Sequence[object]]:
        width = max(self._width, max(map(len, chunk)))
        if min(map(len, chunk)) == width:
            return list(zip(*chunk, strict=True))
        blank = [""] * len(chunk)
        columns: list[Sequence[object]] = list(zip_longest(*chunk, fillvalue=""))
        return columns + [blank] * (width - len(columns))

    def _doubtful(self, columns: list[Sequence[object]]) -> set[int]:
        """Return the places of the rows that cannot be passed as persons at a glance."""
        doubtful: set[int] = set()
        documents = columns[self._fields["document_number"]]
        if not _are_numbers(documents):
            doubtful.update(at for at, cell in enumerate(documents) if not _are_numbers([cell]))
        for column in columns[: self._fields["full_name"] + 1]:
            if may_hold_example(column):
                doubtful.update(at for at, cell in enumerate(column) if may_hold_example([cell]))
        return doubtful

    def _keep(self, at: int, number: int, row: Row, doubtful: set[int]) -> bool:
        if at not in doubtful:
            self._account.persons(number, number)
            return True
        faulty = number in self._look.faults
        if not faulty and row.count("") == len(row):
            return False
        content = [index for index, cell in enumerate(row) if not _is_blank(cell)]
        if not content and not faulty:
            return False
        if content == [self._fields.get("sequence")] and not faulty and _is_count(row[content[0]]):
            # Sequence numbers were written in advance: the row is blank otherwise.
            self._account.reach(number)
            return False
        document = row[self._fields["document_number"]]
        why = why_no_person(row, document, self._fields, self._labels)
        if why is None:
            self._account.persons(number, number)
        else:
            self._account.skip(number, why)
        return why is None

    def _note_unheaded(self, columns: list[Sequence[object]]) -> None:
        for index, column in enumerate(columns):
            new = index not in self._headed and index not in self._unheaded
            if new and any(not _is_blank(cell) for cell in column):
                self._unheaded.add(index)

    def _packed(self, numbers: Sequence[int], columns: list[Sequence[object]]) -> bytes:
        cells = {field: columns[index] for field, index in self._taken.items()}
        faults: list[tuple[int, str, str]] = []
        if self._look.faults or self._look.months:
            cells = {field: list(column) for field, column in cells.items()}
            faults = self._second_look(numbers, cells)  # type: ignore[arg-type]
        return pack(numbers, cells, faults)

    def _second_look(
        self, numbers: Sequence[int], cells: dict[str, list[object]]
    ) -> list[tuple[int, str, str]]:
        """Take back months that were made days, and name the cells that have no value."""
        faults: list[tuple[int, str, str]] = []
        fields = {index: field for field, index in self._taken.items()}
        for position, number in enumerate(numbers):
            for column in self._look.months.get(number, ()):
                if column in fields:
                    values = cells[fields[column]]
                    values[position] = _month(values[position])
            for column, code in self._look.faults.get(number, ()):
                if column in fields:
                    cells[fields[column]][position] = ""
                    faults.append((number, fields[column], code))
        return faults

    def tail(self, sheet: str, others: list[str]) -> dict[str, object]:
        """Return what is known only at the end: total, skipped rows, findings on the file."""
        total = self._account.total()
        findings: list[Finding] = [
            ("file.unmapped_column", {"column": column_letters(index), "header": ""})
            for index in sorted(self._unheaded)
        ]
        findings.extend(self._hidden(self._header.row + total))
        if others:
            findings.append(("file.several_sheets", {"sheet": sheet, "others": others}))
        return {"total": total, "skipped": self._account.skipped, "findings": findings}

    def _hidden(self, last: int) -> Iterator[Finding]:
        rows = sum(self._header.row < row <= last for row in self._look.hidden_rows)
        columns = sum(
            any(low <= index <= high for low, high in self._look.hidden_columns)
            for index in self._headed
        )
        # Whoever hides a column sees the others; hidden rows are what one may have forgotten.
        if rows:
            yield "file.hidden_rows", {"rows": rows, "columns": columns}


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield the rows in batches; where one is very wide, in batches that small that the others
    filled up to its width fit into memory."""
    rows = iter(rows)
    waiting: list[Row] = []
    while chunk := waiting + list(islice(rows, BATCH_ROWS - len(waiting))):
        waiting = []
        if max(map(len, chunk)) * len(chunk) > BATCH_CELLS:
            width = kept = 0
            for row in chunk:
                width = max(width, len(row))
                if kept and width * (kept + 1) > BATCH_CELLS:
                    break
                kept += 1
            chunk, waiting = chunk[:kept], chunk[kept:]
        yield chunk


def _month(value: object) -> object:
    """Return year and month of a date that is the first of its month, else the value itself."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    is_first = isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value.day == 1
    return str(value)[:7] if is_first else value


def _are_numbers(cells: Sequence[object]) -> bool:
    """Tell whether each of the cells is a text that looks like a document number."""
    try:
        text = "".join(cells)  # type: ignore[arg-type]
    except TypeError:
        return False
    return text.isascii() and min(map(len, cells)) >= _SHORTEST_NUMBER  # type: ignore[arg-type]


def _is_blank(cell: object) -> bool:
    return cell == "" or (isinstance(cell, str) and cell.isspace())


def _is_count(cell: object) -> bool:
    return not isinstance(cell, str) or cell.strip().isdecimal()
