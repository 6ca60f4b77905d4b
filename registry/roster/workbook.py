"""From a file to its head, its batches of rows and its tail, inside the sandbox process.

What comes out are plain values for `registry.roster.sandbox`, which makes the types of
`registry.roster.sheet` and the Chinese sentences of them.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from io import BufferedIOBase
from itertools import islice

from registry.roster.header import SEARCHED_ROWS, Header, find_header
from registry.roster.look import column_letters
from registry.roster.persons import Persons
from registry.roster.refusal import Refusal
from registry.roster.source import Row, Source, open_source
from registry.roster.stamp import find_stamp

Frame = tuple[str, object]


def read(file: BufferedIOBase, argument: bytes) -> Iterator[Frame]:
    """Yield ("head", …), then ("batch", …) one or more times, then ("tail", …).

    `argument` is JSON: labels {normalised label: field}, ignored [field], unpacked_bytes.
    Raises Refusal.
    """
    # Cells make no cycles, and looking for some costs a twelfth of the time.
    gc.disable()
    options = json.loads(argument)
    labels: dict[str, str] = options["labels"]
    source = open_source(file, labels, options["unpacked_bytes"])
    index, header, rows = _choose(source, labels)
    _refuse_missing(header)
    persons = Persons(header, labels, set(options["ignored"]), source.look(index))
    head: Frame | None = ("head", _head(source, index, header))
    for batch in persons.batches(rows):
        if head is not None:
            yield head
            head = None
        yield "batch", batch
    if head is not None:
        raise Refusal("file.empty")
    others = _other_rosters(source, index, labels)
    yield "tail", persons.tail(source.sheets[index][0], others)


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
        if readable and index > chosen and _is_roster(source, index, labels):
            names.append(name)
    return names


def _is_roster(source: Source, index: int, labels: dict[str, str]) -> bool:
    try:
        first = list(islice(source.rows(index), SEARCHED_ROWS + 1))
    except Refusal:
        # What is wrong with a sheet that is not asked for does not stand in the way.
        return False
    header = find_header(first, labels)
    return header is not None and len(first) > header.row


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
        "stamp": find_stamp(source),
    }
