"""Which sheet is read, where its header is and which column is which. Inside the sandbox process.

What is known of labels, from strong to weak: what a person said of this file's columns, what the
union calls its columns, a profile that the header matches, the roster's own labels and aliases.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from registry.roster.header import FIRST_ROWS, WIDEST, Header, find_header, normalise_label
from registry.roster.header_labels import nth_labels
from registry.roster.layout import NTH, UNHEADED
from registry.roster.limits import Bounds
from registry.roster.look import column_number
from registry.roster.refusal import Refusal
from registry.roster.source import Row, Source
from registry.roster.unclear import SAMPLE_ROWS, looks_like
from registry.roster.unclear import column as column_of

# A layout of twenty labels is recognised with one renamed, and is not with three.
_MATCHED = 0.9


class Terms(NamedTuple):
    """What labels mean. `profiles`: (name, {label: field or ""}); `columns`: {letter: field or
    ""}; `remembered`: what the union calls its columns, `placed` those of them that a label alone
    does not tell."""

    labels: dict[str, str]
    ignored: set[str]
    remembered: dict[str, str]
    placed: dict[str, str]
    profiles: list[tuple[str, dict[str, str]]]
    sheet: str | None
    columns: dict[str, str]
    bounds: Bounds

    @property
    def known(self) -> dict[str, str]:
        """All labels without those of a profile."""
        return self.remembered | {
            label: field for label, field in self.labels.items() if label not in self.remembered
        }


def terms(argument: bytes) -> Terms:
    """Return the terms that the parent sent."""
    said = json.loads(argument)
    remembered = said["remembered"]
    placed = {key: field for key, field in remembered.items() if UNHEADED in key[:1] or NTH in key}
    return Terms(
        said["labels"],
        set(said["ignored"]),
        {key: field for key, field in remembered.items() if key not in placed},
        placed,
        [(name, labels) for name, labels in said["profiles"]],
        said["sheet"],
        said["columns"],
        Bounds(*said["bounds"]),
    )


class Found(NamedTuple):
    """A sheet (by its number, from 0) with a header. `rows` are those below it, `sample` the first
    of them; `labels` is what was known when the header was read."""

    number: int
    header: Header
    profile: str | None
    labels: dict[str, str]
    sample: list[Row]
    rows: Iterator[Row]


def choose(source: Source, terms: Terms) -> Found:
    """Return the sheet to read: the one that was asked for, else the first one with name, document
    number and rows below them, else the first with name and document number, else the first with a
    header. Raises Refusal file.no_header."""
    first: Found | None = None
    for index in _order(source, terms.sheet):
        try:
            found = find(source, index, terms)
        except Refusal:
            if first is None:
                raise
            # What is wrong with a later sheet does not stand in the way.
            continue
        if found is None:
            continue
        is_asked = source.sheets[index][0] == terms.sheet
        if is_asked or (found.header.is_whole and _has_rows(found.sample)):
            return found
        if first is None or (found.header.is_whole and not first.header.is_whole):
            first = found
    if first is None:
        raise Refusal("file.no_header")
    return first


def _has_rows(sample: Sequence[Row]) -> bool:
    return any(cell not in ("", None) for row in sample for cell in row)


def _order(source: Source, sheet: str | None) -> list[int]:
    readable = [index for index, (_, can) in enumerate(source.sheets) if can]
    return sorted(readable, key=lambda index: source.sheets[index][0] != sheet)


def find(source: Source, index: int, terms: Terms) -> Found | None:
    """Return a sheet's header and rows, None where it has no header."""
    rows = source.rows(index)
    first = list(islice(rows, FIRST_ROWS))
    labels = terms.known
    header = find_header(first, labels)
    if header is None:
        return None
    profile = _profile(header, terms.profiles)
    if profile is not None:
        name, own = profile
        labels = terms.remembered | own | {k: v for k, v in labels.items() if k not in own}
        labels |= terms.remembered
        header = find_header(first, labels) or header
    else:
        name = None
    sample = [*first[header.row :], *islice(rows, SAMPLE_ROWS)]
    chosen = {column_number(letter): field for letter, field in terms.columns.items()}
    header.lay(chosen or _remembered_places(header, sample, terms.placed))
    return Found(index, header, name, labels, sample, chain(sample, rows))


def _profile(
    header: Header, profiles: Sequence[tuple[str, dict[str, str]]]
) -> tuple[str, dict[str, str]] | None:
    """Return the profile whose labels are all, or nearly all, in the header; the fullest one."""
    there = {normalise_label(text) for _, text, _ in header.columns}
    matched = [
        (len(there & labels.keys()), name, labels)
        for name, labels in profiles
        if labels and len(there & labels.keys()) >= len(labels) * _MATCHED
    ]
    if not matched:
        return None
    _, name, labels = max(matched, key=lambda one: one[0])
    return name, labels


def _remembered_places(
    header: Header, rows: Sequence[Row], placed: Mapping[str, str]
) -> dict[int, str]:
    """Return what the union said of columns that bear one label, known by their order, and of
    columns without a header, known by how their cells look."""
    if not placed:
        return {}
    laid: dict[int, str] = {}
    for index, key in nth_labels((index, text) for index, text, _ in header.columns):
        if key in placed and (not placed[key] or placed[key] not in laid.values()):
            laid[index] = placed[key]
    headed = {index for index, _, _ in header.columns}
    for index in range(min(max(map(len, rows), default=0), WIDEST)):
        if index in headed:
            continue
        field = placed.get(UNHEADED + looks_like(column_of(rows, index), rows))
        if field == "" or (field and field not in {*header.fields, *laid.values()}):
            laid[index] = field
    return laid
