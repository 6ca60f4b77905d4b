"""From a file to its head, its batches of rows and its tail, inside the sandbox process.

What comes out are plain values for `registry.roster.sandbox`, which makes the types of
`registry.roster.sheet` and the Chinese sentences of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import IO

from registry.roster.cells import cell_list
from registry.roster.header import SEARCHED_ROWS, Header, find_header, why_no_person
from registry.roster.look import Look, column_letters
from registry.roster.refusal import Refusal
from registry.roster.source import Row, Source, open_source

BATCH_ROWS = 5_000
BATCH_CELLS = 400_000

Frame = tuple[str, object]


def read(file: IO[bytes], argument: bytes) -> Iterator[Frame]:
    """Yield ("head", …), then ("batch", …) one or more times, then ("tail", …).

    `argument` is JSON: labels {normalised label: field}, ignored [field], unpacked_bytes.
    Raises Refusal.
    """
    options = json.loads(argument)
    labels: dict[str, str] = options["labels"]
    source = open_source(file, labels, options["unpacked_bytes"])
    index, header, rows = _choose(source, labels)
    _refuse_missing(header)
    reading = _Reading(header, labels, set(options["ignored"]), source.look(index))
    head: Frame | None = ("head", _head(source, index, header))
    for batch in reading.batches(rows):
        if head is not None:
            yield head
            head = None
        yield "batch", batch
    if head is not None:
        raise Refusal("file.empty")
    others = _other_rosters(source, index, labels)
    yield "tail", reading.tail(source.sheets[index][0], others)


def _choose(source: Source, labels: dict[str, str]) -> tuple[int, Header, Iterator[Row]]:
    """Return the first readable sheet with a header, and its rows from the one after that."""
    for index, (_, readable) in enumerate(source.sheets):
        if not readable:
            continue
        rows = source.rows(index)
        first = list(islice(rows, SEARCHED_ROWS + 1))
        header = find_header(first, labels)
        if header is not None:
            return index, header, _after(first[header.row :], rows)
    raise Refusal("file.no_header")


def _after(first: list[Row], rows: Iterator[Row]) -> Iterator[Row]:
    yield from first
    yield from rows


def _other_rosters(source: Source, chosen: int, labels: dict[str, str]) -> list[str]:
    names = []
    for index, (name, readable) in enumerate(source.sheets):
        if readable and index > chosen:
            first = list(islice(source.rows(index), SEARCHED_ROWS + 1))
            header = find_header(first, labels)
            if header is not None and len(first) > header.row:
                names.append(name)
    return names


def _refuse_missing(header: Header) -> None:
    missing = [name for name in ("full_name", "document_number") if name not in header.fields]
    if missing:
        unmapped = [text for _, text, field in header.columns if field is None]
        raise Refusal("file.missing_column", missing=missing, unmapped=unmapped)


def _head(source: Source, index: int, header: Header) -> dict[str, object]:
    columns = [(column_letters(place), text, field) for place, text, field in header.columns]
    unmapped = [
        ("file.unmapped_column", {"column": letter, "header": text})
        for letter, text, field in columns
        if field is None
    ]
    return {
        "format": source.format,
        "sheet": source.sheets[index][0],
        "header_row": header.row,
        "columns": columns,
        "findings": unmapped,
    }


class _Reading:
    """Tells persons from other rows, and keeps account of every row below the header."""

    def __init__(
        self, header: Header, labels: dict[str, str], ignored: set[str], look: Look
    ) -> None:
        self._header = header
        self._labels = labels
        self._fields = header.fields
        self._taken = {f: i for f, i in self._fields.items() if f not in ignored}
        self._look = look
        self._skipped: list[tuple[int, str, int | None]] = []
        self._last_seen = header.row
        self._last_content = header.row
        self._width = 1 + max(index for index, _, _ in header.columns)
        self._headed = {index for index, _, _ in header.columns}
        self._unheaded: set[int] = set()
        self._document = self._fields["document_number"]
        self._lead = range(self._fields["full_name"] + 1)

    def batches(self, rows: Iterable[Row]) -> Iterator[dict[str, object]]:
        """Yield {rows, cells, faults} for up to 5,000 persons at a time."""
        rows = iter(rows)
        number = self._header.row
        size = min(BATCH_ROWS, max(1, BATCH_CELLS // self._width))
        while chunk := list(islice(rows, size)):
            yield from self._batch(number + 1, chunk)
            number += len(chunk)
        # Rows that hold nothing but formulas without a result may lie below the last value.
        below = [row for row in self._look.faults if row > number]
        if below:
            empty: list[Row] = [[""] * self._width for _ in range(max(below) - number)]
            yield from self._batch(number + 1, empty)

    def _batch(self, number: int, chunk: list[Row]) -> Iterator[dict[str, object]]:
        numbers: list[int] = []
        kept: list[Row] = []
        faults, document = self._look.faults, self._document
        for at, row in enumerate(chunk, number):
            if row.count("") == len(row) and at not in faults:
                continue
            if len(row) < self._width:
                row = row + [""] * (self._width - len(row))
            cell = row[document]
            plain = cell.__class__ is str and len(cell) >= 5 and cell.isascii()
            if (plain and not self._may_be_example(row)) or self._is_person(at, row):
                if at > self._last_seen + 1:
                    self._blank(at)
                self._last_seen = at
                numbers.append(at)
                kept.append(row)
        if numbers:
            self._last_content = max(self._last_content, numbers[-1])
            yield self._values(numbers, kept)

    def _may_be_example(self, row: Row) -> bool:
        return any(
            cell.__class__ is str and cell[:1] in _EXAMPLE_LETTERS
            for cell in row[: self._lead.stop]
            if cell
        )

    def _is_person(self, at: int, row: Row) -> bool:
        """Judge a row that needs a closer look; a row that is no person goes to the skipped."""
        content = [i for i, cell in enumerate(row) if not _is_blank(cell)]
        faulty = at in self._look.faults
        if not content and not faulty:
            return False
        self._last_content = max(self._last_content, at)
        sequence = self._fields.get("sequence")
        if content == [sequence] and not faulty and _is_count(row[content[0]]):
            # Sequence numbers written in advance: the rest of the row is blank.
            return False
        why = why_no_person(row, row[self._document], self._fields, self._labels)
        if why is None:
            return True
        if at > self._last_seen + 1:
            self._blank(at)
        self._last_seen = at
        self._skipped.append((at, why, None))
        return False

    def _blank(self, before: int) -> None:
        first, last = self._last_seen + 1, before - 1
        self._skipped.append((first, "blank", last if last > first else None))

    def _values(self, numbers: list[int], kept: list[Row]) -> dict[str, object]:
        width = max(map(len, kept))
        if min(map(len, kept)) < width:
            kept = [row + [""] * (width - len(row)) for row in kept]
        columns: list[Sequence[object]] = list(zip(*kept, strict=True))
        for index in range(width):
            new = index not in self._headed and index not in self._unheaded
            if new and any(not _is_blank(cell) for cell in columns[index] if cell != ""):
                self._unheaded.add(index)
        cells = {field: cell_list(columns[index]) for field, index in self._taken.items()}
        return {"rows": numbers, "cells": cells, "faults": self._second_look(numbers, cells)}

    def _second_look(
        self, numbers: list[int], cells: dict[str, list[object]]
    ) -> list[tuple[int, str, str]]:
        """Take back months that were made days, and name the cells that have no value."""
        faults: list[tuple[int, str, str]] = []
        if not self._look.faults and not self._look.months:
            return faults
        fields = {index: field for field, index in self._taken.items()}
        for position, number in enumerate(numbers):
            for column in self._look.months.get(number, ()):
                values = cells.get(fields.get(column, ""), [])
                value = values[position] if values else None
                if isinstance(value, str) and len(value) == 10 and value.endswith("-01"):
                    values[position] = value[:7]
            for column, code in self._look.faults.get(number, ()):
                if column in fields:
                    cells[fields[column]][position] = None
                    faults.append((number, fields[column], code))
        return faults

    def tail(self, sheet: str, others: list[str]) -> dict[str, object]:
        """Return what is known only at the end: total, skipped rows, findings on the file."""
        if self._last_content > self._last_seen:
            self._blank(self._last_content + 1)
        findings: list[tuple[str, dict[str, object]]] = [
            ("file.unmapped_column", {"column": column_letters(index), "header": ""})
            for index in sorted(self._unheaded)
        ]
        findings.extend(self._hidden())
        if others:
            findings.append(("file.several_sheets", {"sheet": sheet, "others": others}))
        return {
            "total": self._last_content - self._header.row,
            "skipped": self._skipped,
            "findings": findings,
        }

    def _hidden(self) -> Iterator[tuple[str, dict[str, object]]]:
        first, last = self._header.row, self._last_content
        rows = sum(first < row <= last for row in self._look.hidden_rows)
        columns = sum(
            any(low <= index <= high for low, high in self._look.hidden_columns)
            for index in self._headed
        )
        if rows or columns:
            yield "file.hidden_rows", {"rows": rows, "columns": columns}


_EXAMPLE_LETTERS = frozenset("示样范例([【〔（［")


def _is_blank(cell: object) -> bool:
    return cell == "" or (isinstance(cell, str) and cell.isspace())


def _is_count(cell: object) -> bool:
    return not isinstance(cell, str) or cell.strip().isdecimal()
