"""Where a sheet's header is, which column is which field, and which rows are no persons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence, Set

from registry.roster.header_labels import known_label, label_table, normalise_label, plain
from registry.roster.header_lines import (
    Title,
    is_hint_line,
    is_title_like,
    one_more,
    padded,
    tells_more,
    titles,
)

__all__ = [
    "FIRST_ROWS",
    "SEARCHED_ROWS",
    "Header",
    "find_header",
    "label_table",
    "may_hold_example",
    "normalise_label",
    "why_no_person",
]

SEARCHED_ROWS = 30
# The last column of a spreadsheet is XFD; a text file may go on for millions.
WIDEST = 16_384
FEWEST_LABELS = 3
MOST_LINES = 3
MOST_HINT_LINES = 2
# What has to be at hand to find a header that begins in the last of the searched rows.
FIRST_ROWS = SEARCHED_ROWS + MOST_LINES + MOST_HINT_LINES

_FOOTERS = (
    "合计",
    "总计",
    "小计",
    "本页小计",
    "填表",
    "填报",
    "制表",
    "审核",
    "联系人",
    "说明",
    "注",
)
_EXAMPLE = re.compile(r"[(\[【〔]?(?:示例|样例|范例|例(?![\u4e00-\u9fff]))")
_EXAMPLE_LETTERS = frozenset(" \t\n\u3000示样例范([【〔（［")
_EXAMPLE_BEGINS = re.compile(f"\0[{re.escape(''.join(_EXAMPLE_LETTERS))}]")
# A document number has five letters and digits or more in a row, whatever its kind.
_NUMBER = re.compile(r"[0-9A-Za-z]{5}")


class Header:
    """`row`: the Excel number of its last line; `columns`: (index, text, field or None) of every
    column with a header, from left to right; each field stands once.

    `passed` are the columns that are known and not taken over; `repeats` maps the index of a
    column to the field that another column has already; `known` counts the labels that are known.
    A column's own name goes before a mere alias, else the first column has the field; `rivals` are
    the repeating columns whose label is as good as the other's.
    """

    __slots__ = ("columns", "known", "passed", "repeats", "rivals", "row")

    def __init__(self, row: int, titles: Sequence[Title], own: Set[str] = frozenset()) -> None:
        self.row = row
        first: dict[str, int] = {}
        for index, title in enumerate(titles):
            holder = first.get(title.field or "")
            if title.field and (
                holder is None or (title.key in own and titles[holder].key not in own)
            ):
                first[title.field] = index
        self.columns: list[tuple[int, str, str | None]] = [
            (index, title.text, title.field if first.get(title.field or "") == index else None)
            for index, title in enumerate(titles)
            if title.text
        ]
        self.passed = {index for index, title in enumerate(titles) if title.field == ""}
        self.repeats = {
            index: title.field
            for index, title in enumerate(titles)
            if title.field and first[title.field] != index
        }
        self.rivals = {
            index
            for index, field in self.repeats.items()
            if (titles[index].key in own) == (titles[first[field]].key in own)
        }
        self.known = len(first) + len(self.passed)

    @property
    def fields(self) -> dict[str, int]:
        """The index of each known field."""
        return {field: index for index, _, field in self.columns if field}

    @property
    def is_whole(self) -> bool:
        """Whether both the name and the document number have their column."""
        return self.fields.keys() >= {"full_name", "document_number"}

    def lay(self, chosen: Mapping[int, str]) -> None:
        """Give columns the fields that a person chose; "" is a column that is not taken."""
        taken = set(chosen.values())
        laid = {index: (text, field) for index, text, field in self.columns}
        for index, (text, field) in laid.items():
            if index not in chosen and field in taken:
                laid[index] = (text, None)
        for index, field in chosen.items():
            laid[index] = (laid.get(index, ("", None))[0], field or None)
        self.columns = [(index, *laid[index]) for index in sorted(laid)]
        self.passed |= {index for index, field in chosen.items() if not field}
        self.passed -= {index for index, field in chosen.items() if field}
        self.repeats = {i: field for i, field in self.repeats.items() if i not in chosen}


def find_header(rows: Sequence[Sequence[object]], labels: Mapping[str, str]) -> Header | None:
    """Return the header among a sheet's first rows (the first one is Excel row 1), or None.

    A header has up to three lines, and lines of hints under them. The first that names both the
    person and the document wins over an earlier one with three known labels (a title line such as
    单位名称 … 联系电话 …).
    """
    own = _own_names(labels)
    rows = [row[:WIDEST] for row in rows]
    found: Header | None = None
    for index in range(min(len(rows), SEARCHED_ROWS)):
        header = _best_at(rows, index, labels, own)
        if header is None:
            continue
        if header.is_whole:
            later = [_best_at(rows, index + n, labels, own) for n in (1, 2)]
            best = [header, *(one for one in later if one is not None and one.is_whole)]
            if is_title_like(padded(rows[index], 0)):
                # A title over the labels counts only where it tells more.
                best.reverse()
            return _below_hints(rows, max(best, key=lambda one: one.known))
        found = found or header
    return found and _below_hints(rows, found)


def _own_names(labels: Mapping[str, str]) -> Set[str]:
    """Return the labels that are a field's own name: `label_table` puts these before aliases."""
    names: dict[str, str] = {}
    for label, field in labels.items():
        names.setdefault(field, label)
    return set(names.values())


def _best_at(
    rows: Sequence[Sequence[object]], index: int, labels: Mapping[str, str], own: Set[str]
) -> Header | None:
    """Return the header that begins in a row, with as many lines as tell something."""
    if index >= len(rows):
        return None
    width = max(len(row) for row in rows[index : index + MOST_LINES])
    lines = [padded(rows[index], width)]
    if not any(lines[0]):
        return None
    upper = told = titles(lines, labels)
    count = 1
    for row in rows[index + 1 : index + MOST_LINES]:
        both = one_more(lines, upper, row, labels)
        if both is None:
            break
        lines.append(padded(row, width))
        if tells_more(upper, both, lines[-1]):
            told, count = both, len(lines)
        upper = both
    lines = lines[:count]
    searched = lines[: max(SEARCHED_ROWS - index, 0)]
    if len(searched) < len(lines) and not _names_enough(searched, labels):
        # What lies below the searched rows may add to a header, not make one of a title.
        return None
    header = Header(index + len(lines), told, own)
    return header if header.known >= FEWEST_LABELS else None


def _names_enough(lines: Sequence[Sequence[str]], labels: Mapping[str, str]) -> bool:
    return bool(lines) and Header(0, titles(lines, labels)).known >= FEWEST_LABELS


def _below_hints(rows: Sequence[Sequence[object]], header: Header) -> Header:
    for row in rows[header.row : header.row + MOST_HINT_LINES]:
        if not is_hint_line(row, header.fields) or _EXAMPLE.match(_first_text(row)):
            break
        header.row += 1
    return header


def may_hold_example(cells: Sequence[object]) -> bool:
    """Tell quickly whether one of the cells may be the word that makes its row an example."""
    try:
        text = "\0".join(cells)  # type: ignore[arg-type]
    except TypeError:
        text = "\0".join(cell for cell in cells if isinstance(cell, str))
    return text[:1] in _EXAMPLE_LETTERS or _EXAMPLE_BEGINS.search(text) is not None


def why_no_person(
    cells: Sequence[object], document: object, fields: dict[str, int], labels: dict[str, str]
) -> str | None:
    """Return why a row that has content is none of a person: header, footer, example, or None."""
    if _repeats_header(cells, fields, labels):
        return "header"
    first = _first_text(cells)
    if _EXAMPLE.match(first):
        return "example"
    if first.startswith(_FOOTERS) and not _is_number(document):
        return "footer"
    return None


def _repeats_header(
    cells: Sequence[object], fields: dict[str, int], labels: dict[str, str]
) -> bool:
    same = 0
    for field, index in fields.items():
        cell = cells[index] if index < len(cells) else None
        if isinstance(cell, str) and cell and labels.get(known_label(cell, labels) or "") == field:
            same += 1
    return same >= FEWEST_LABELS


def _first_text(cells: Sequence[object]) -> str:
    """Return the first text that is no number, without blanks."""
    for cell in cells:
        if isinstance(cell, str):
            text = plain(cell)
            if text and not text.isdecimal():
                return text
    return ""


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return _NUMBER.search(unicodedata.normalize("NFKC", cell)) is not None
    return isinstance(cell, int | float) and abs(cell) >= 10_000
