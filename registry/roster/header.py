"""Where a sheet's header is, which column is which field, and which rows are no persons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

SEARCHED_ROWS = 30
FEWEST_LABELS = 3

_DROPPED = re.compile(r"[\s*＊✱∗\u200b-\u200f\u2060\ufeff]+")
_REQUIRED = re.compile(r"[(\[【〔]必填项?[)\]】〕]")
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
# A document number has five letters and digits or more in a row, whatever its kind.
_NUMBER = re.compile(r"[0-9A-Za-z]{5}")


def normalise_label(text: str) -> str:
    """Return a header label as it is compared: without blanks, line breaks, asterisks and
    （必填）, in half width and lower case."""
    plain = _DROPPED.sub("", unicodedata.normalize("NFKC", text))
    return _REQUIRED.sub("", plain).rstrip(":").casefold()


def label_table(columns: Iterable[tuple[str, str, Sequence[str]]]) -> dict[str, str]:
    """Return {normalised label: field} for (field, label, aliases) triples; labels come first."""
    columns = list(columns)
    table = {normalise_label(label): field for field, label, _ in columns}
    for field, _, aliases in columns:
        for alias in aliases:
            table.setdefault(normalise_label(alias), field)
    return table


class Header:
    """`row`: the Excel number of its last line; `columns`: (index, text, field or None) of every
    column with a header, from left to right; each field stands once."""

    __slots__ = ("columns", "row")

    def __init__(self, row: int, cells: list[tuple[str, str | None]]) -> None:
        self.row = row
        self.columns: list[tuple[int, str, str | None]] = []
        seen: set[str] = set()
        for index, (text, field) in enumerate(cells):
            if text:
                first = field is not None and field not in seen
                self.columns.append((index, text, field if first else None))
                seen.update([field] if field else [])

    @property
    def fields(self) -> dict[str, int]:
        """The index of each known field."""
        return {field: index for index, _, field in self.columns if field}


def find_header(rows: Sequence[Sequence[object]], labels: dict[str, str]) -> Header | None:
    """Return the header among a sheet's first rows (the first one is Excel row 1), or None.

    The first row that names both the person and the document wins over an earlier one with three
    known labels (a title line such as 单位名称 … 联系电话 …).
    """
    found: Header | None = None
    for index in range(min(len(rows), SEARCHED_ROWS)):
        header = _header_at(rows, index, labels)
        if header is None or len(header.fields) < FEWEST_LABELS:
            continue
        if {"full_name", "document_number"} <= header.fields.keys():
            return header
        found = found or header
    return found


def _header_at(
    rows: Sequence[Sequence[object]], index: int, labels: dict[str, str]
) -> Header | None:
    upper = [_text(cell) for cell in rows[index]]
    known = [labels.get(normalise_label(text)) if text else None for text in upper]
    if not any(known):
        return None
    single = Header(index + 1, list(zip(upper, known, strict=True)))
    if index + 1 < len(rows):
        lower = [_text(cell) for cell in rows[index + 1]]
        both = _two_lines(upper, known, lower, labels)
        if both is not None:
            double = Header(index + 2, both)
            if len(double.fields) > len(single.fields):
                return double
    return single


def _two_lines(
    upper: list[str], known: list[str | None], lower: list[str], labels: dict[str, str]
) -> list[tuple[str, str | None]] | None:
    """Join two header lines, or return None when the lower one is no header line.

    Each text of the lower line must stand under a group's title or under a blank: a person's row
    has a text under 姓名.
    """
    width = max(len(upper), len(lower))
    upper = upper + [""] * (width - len(upper))
    lower = lower + [""] * (width - len(lower))
    known = known + [None] * (width - len(known))
    cells: list[tuple[str, str | None]] = []
    group = ""
    for above, field, below in zip(upper, known, lower, strict=True):
        group = above or group
        if not below:
            cells.append((above, field))
            continue
        own = labels.get(normalise_label(below))
        if field is not None and own is None:
            return None
        joined = labels.get(normalise_label(group + below))
        cells.append((below, own or joined))
    return cells


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def may_begin_example(cell: object) -> bool:
    """Tell quickly whether a cell may be the word that makes its row an example."""
    return isinstance(cell, str) and cell[:1] in _EXAMPLE_LETTERS and cell != ""


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
        if isinstance(cell, str) and cell and labels.get(normalise_label(cell)) == field:
            same += 1
    return same >= FEWEST_LABELS


def _first_text(cells: Sequence[object]) -> str:
    """Return the first text that is no number, without blanks."""
    for cell in cells:
        if isinstance(cell, str):
            text = _DROPPED.sub("", cell)
            if text and not text.isdecimal():
                return unicodedata.normalize("NFKC", text)
    return ""


def _is_number(cell: object) -> bool:
    if isinstance(cell, str):
        return _NUMBER.search(unicodedata.normalize("NFKC", cell)) is not None
    return isinstance(cell, int | float) and abs(cell) >= 10_000
