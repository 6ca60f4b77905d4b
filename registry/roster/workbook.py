"""From a file to its head, its batches of rows and its tail, inside the sandbox process.

What comes out are plain values for `registry.roster.sandbox`, which makes the types of
`registry.roster.sheet` and the Chinese sentences of them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from io import BufferedIOBase

from registry.roster.choosing import Found, Terms, choose, find, terms
from registry.roster.header import Header
from registry.roster.look import column_letters
from registry.roster.persons import Persons
from registry.roster.refusal import Refusal
from registry.roster.source import Source, open_source
from registry.roster.stamp import find_stamp
from registry.roster.unclear import unclear

Frame = tuple[str, object]


def read(file: BufferedIOBase, argument: bytes) -> Iterator[Frame]:
    """Yield ("head", …), then ("batch", …) one or more times, then ("tail", …).

    `argument` is JSON: see `registry.roster.choosing.Terms`. Raises Refusal.
    """
    # Cells make no cycles, and looking for some costs a twelfth of the time.
    gc.disable()
    said = terms(argument)
    source = open_source(file, said.labels, said.bounds)
    found = choose(source, said)
    _refuse_missing(found)
    persons = Persons(found.header, found.labels, said.ignored, source.look(found.number))
    head: Frame | None = ("head", _head(source, found, said))
    for batch in persons.batches(found.rows):
        if head is not None:
            yield head
            head = None
        yield "batch", batch
    if head is not None:
        raise Refusal("file.empty")
    others = _other_rosters(source, found.number, said)
    yield "tail", persons.tail(source.sheets[found.number][0], others)


def _other_rosters(source: Source, chosen: int, said: Terms) -> list[str]:
    return [
        name
        for index, (name, readable) in enumerate(source.sheets)
        if readable and index != chosen and is_roster(source, index, said)
    ]


def is_roster(source: Source, index: int, said: Terms) -> bool:
    """Tell whether a sheet looks like a roster: a header that names persons, and rows."""
    try:
        found = find(source, index, said._replace(columns={}))
    except Refusal:
        # What is wrong with a sheet that is not asked for does not stand in the way.
        return False
    return found is not None and names_persons(found.header) and bool(found.sample)


def names_persons(header: Header) -> bool:
    """Tell whether a header names persons; a sheet of code lists has known labels too."""
    return not header.fields.keys().isdisjoint({"full_name", "document_number"})


def _refuse_missing(found: Found) -> None:
    fields = found.header.fields
    missing = [name for name in ("full_name", "document_number") if name not in fields]
    if missing:
        unmapped = [text for _, text, field in found.header.columns if field is None and text]
        looks = {
            looks: letter
            for letter, _, looks, _, _ in unclear(found.header, found.sample)
            if looks in missing
        }
        raise Refusal("file.missing_column", missing=missing, unmapped=unmapped, looks=looks)


def _head(source: Source, found: Found, said: Terms) -> dict[str, object]:
    header = found.header
    columns = [(column_letters(place), text, field) for place, text, field in header.columns]
    quiet = header.passed | {
        index for index, field in header.repeats.items() if field in said.ignored
    }
    unmapped = [
        (
            "file.unmapped_column",
            {"column": column_letters(place), "header": text, "repeats": header.repeats.get(place)},
        )
        for place, text, field in header.columns
        if field is None and place not in quiet
    ]
    return {
        "format": source.format,
        "sheet": source.sheets[found.number][0],
        "header_row": header.row,
        "columns": columns,
        "findings": unmapped,
        "profile": found.profile,
        "unclear": unclear(header, found.sample),
        "expected": max(source.last_row(found.number) - header.row, 0),
        "stamp": find_stamp(source),
    }
