"""Header lines that stand one under the other: groups over labels, labels merged downwards.

The cell readers give a merged cell's text in its first cell and blanks in the others: a text
spreads to the right over blanks as long as something stands beneath.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from registry.roster.header_labels import is_hint, known_label, normalise_label

_LONGEST_SUB_LABEL = 12
_FEWEST_KNOWN = 3
_FEWEST_COUNTED = 5
_FEWEST_TEXTS = 2
_PERSON = ("full_name", "document_number")
_STEMS = "甲乙丙丁戊己庚辛壬癸"

Labels = Mapping[str, str]


class Title(NamedTuple):
    """One column's header: its lowest text, the field ("" known as not taken, None unknown) and
    the label that decided so."""

    text: str
    field: str | None
    key: str


_BLANK = Title("", None, "")


def titles(lines: Sequence[Sequence[str]], labels: Labels) -> list[Title]:
    """Return the titles of the columns under one or more header lines of the same length."""
    return list(_titles(lines, labels))


def _titles(lines: Sequence[Sequence[str]], labels: Labels) -> Iterator[Title]:
    spread = [_spread(lines, number) for number in range(len(lines))]
    for place in range(len(lines[0])):
        yield _title([line[place] for line in lines], [line[place] for line in spread], labels)


def _spread(lines: Sequence[Sequence[str]], number: int) -> list[str]:
    """Return the group's title above each column; a group ends where one above it begins."""
    groups, group = [], ""
    for place, text in enumerate(lines[number]):
        if text or any(line[place] for line in lines[:number]):
            group = text
        groups.append(group)
    return groups


def _title(own: Sequence[str], groups: Sequence[str], labels: Labels) -> Title:
    lowest = len(own) - 1
    while lowest >= 0 and not own[lowest]:
        lowest -= 1
    if lowest < 0:
        return _BLANK
    text = own[lowest]
    for joined in (text, *_joinings(own[:lowest], groups, text)):
        key = known_label(joined, labels)
        if key is not None:
            return Title(text, labels[key], key)
    if lowest and is_hint(text):
        return _title(own[:lowest], groups[:lowest], labels)
    return Title(text, None, normalise_label(text))


def _joinings(own: Sequence[str], groups: Sequence[str], text: str) -> list[str]:
    """Return a text behind those above it, its column's own or their groups'."""
    above = [one or group for one, group in zip(own, groups, strict=False)]
    above = [one for one in above if one and one != text]
    if not above:
        return []
    return [above[-1] + text, "".join(above) + text, above[0] + text]


def one_more(
    lines: Sequence[Sequence[str]], upper: Sequence[Title], row: Sequence[object], labels: Labels
) -> list[Title] | None:
    """Return the titles with a row added under header lines, whose titles are `upper`; None when
    the row is no header line, but a person's or nothing.

    A person has texts under labels and numbers anywhere; a header line has labels only, and under
    a label nothing but one that says the same more closely.
    """
    if any(not isinstance(cell, str) and cell is not None for cell in row):
        return None
    lower = padded(row, len(lines[0]))
    if not any(lower):
        return None
    lines = [*lines, lower]
    both: list[Title] = []
    contrary = 0
    # One by one: a person's row mostly shows itself in its first cells.
    for place, title in enumerate(_titles(lines, labels)):
        both.append(title)
        text, known = lower[place], upper[place].field
        if not text or known is None or is_hint(text):
            continue
        if title.field is None and not _begins_group(upper, lower, place):
            return None
        contrary += title.field is not None and title.field != known
    # A title such as 单位名称 … 联系电话 … over the header is no part of it.
    if contrary > 1 or (contrary and _is_whole(titles([lower], labels))):
        return None
    return both


def tells_more(upper: Sequence[Title], both: Sequence[Title], lower: Sequence[str]) -> bool:
    """Tell whether a line that fits under header lines has labels to add."""
    return _count(both) > _count(upper) or _is_sub_line(upper, lower)


def is_title_like(line: Sequence[str]) -> bool:
    """Tell whether a line is more likely a title than labels: one text, or 单位：… 日期：…"""
    texts = [text for text in line if text]
    return len(texts) == 1 or any(":" in text or "：" in text for text in texts)


def _is_whole(columns: Sequence[Title]) -> bool:
    return {one.field for one in columns} >= set(_PERSON)


def _begins_group(upper: Sequence[Title], lower: Sequence[str], place: int) -> bool:
    """Tell whether a known label may be a group's title: the next column has none of its own, and
    something stands beneath (name and number are never groups over one text)."""
    after = place + 1
    if after >= len(upper) or upper[after].text:
        return False
    return bool(lower[after]) or upper[place].field not in _PERSON


def _count(columns: Sequence[Title]) -> int:
    return len({one.field for one in columns if one.field is not None})


def _is_sub_line(upper: Sequence[Title], lower: Sequence[str]) -> bool:
    """Tell whether a line holds only labels of foreign columns under their groups."""
    known = [place for place, one in enumerate(upper) if one.field]
    texts = [place for place, text in enumerate(lower) if text]
    if len(known) < _FEWEST_KNOWN or len(texts) < _FEWEST_TEXTS:
        return False
    names = {one.field: place for place, one in enumerate(upper) if one.field}
    if any(lower[names[field]] for field in _PERSON if field in names):
        return False
    return any(_begins_group(upper, lower, place) for place in texts) and all(
        len(lower[place]) <= _LONGEST_SUB_LABEL
        and not any(map(str.isdigit, lower[place]))
        and (upper[place].field is None or _begins_group(upper, lower, place))
        for place in texts
    )


def is_hint_line(row: Sequence[object], fields: Mapping[str, int]) -> bool:
    """Tell whether the row under a header only says how the columns are filled in, or numbers
    them. A person's row never does: it has a name that is no hint, or a number."""
    content = {place: cell for place, cell in enumerate(row) if cell is not None and cell != ""}
    if _counts_up(list(content.values())) and fields.get("full_name", -1) in content:
        return True
    texts = {place: cell for place, cell in content.items() if isinstance(cell, str)}
    texts = {place: text.strip() for place, text in texts.items() if text.strip()}
    if len(texts) < len(content) - sum(_is_blank(cell) for cell in content.values()):
        return False
    hints = [place for place, text in texts.items() if is_hint(text)]
    kept = (fields.get("full_name", -1), fields.get("document_number", -1))
    return (
        len(hints) >= _FEWEST_TEXTS
        and len(hints) * 2 >= len(texts)
        and all(place in hints for place in kept if place in texts)
        and all(_digits(text) < _FEWEST_COUNTED or is_hint(text) for text in texts.values())
    )


def _is_blank(cell: object) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _counts_up(cells: Sequence[object]) -> bool:
    """Tell whether cells are 1 2 3 … (or 甲 乙 丙, then 1 2 3 …), as forms number their columns."""
    said = [_plain_number(cell) for cell in cells]
    while said and said[0] in _STEMS and said[0]:
        said = said[1:]
    wanted = [str(number + 1) for number in range(len(said))]
    return len(cells) >= _FEWEST_COUNTED and len(said) > 1 and said == wanted


def _plain_number(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().strip("()（）")


def padded(row: Sequence[object], width: int) -> list[str]:
    """Return a row's texts, blank where there is no text, in at least `width` cells."""
    texts = [cell.strip() if isinstance(cell, str) else "" for cell in row]
    return texts + [""] * (width - len(texts))
