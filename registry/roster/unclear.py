"""Columns that no label explains, judged by a sample of their cells. Inside the sandbox process."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from registry.roster.header import WIDEST, Header
from registry.roster.look import column_letters

SAMPLE_ROWS = 200
_MOST_COLUMNS = 200
_MOST = 0.7
_NEARLY_ALL = 0.9

# Compiled by `re` on first use: most files leave nothing unclear, and the sandbox starts for each.
_DOCUMENT = r"\d{17}[\dXx]|\d{15}"
_MOBILE = r"1[3-9]\d{9}"
_NAME = r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,4}|[\u3400-\u9fff]+·[\u3400-\u9fff·]+"
_CHOICES = (
    ("sex", r"[男女]性?"),
    ("ethnicity", r"[\u4e00-\u9fff]{1,5}族"),
    ("is_migrant_worker", r"[是否]"),
)
# The commonest surnames: nine in ten of all people bear one of them.
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧肖蔡潘田董袁于余叶蒋杜苏魏"
    "程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵"
    "万钱严覃武莫孔汤柯项颜管童阮应詹洪"
)

Row = Sequence[object]
Seen = tuple[str, str, str, str, bool]


def unclear(header: Header, rows: Sequence[Row]) -> list[Seen]:
    """Return (letter, header, looks, repeats, is filled) of the columns that have no field and are
    not known as not taken: those with a header, and those without one that are filled. A column
    whose field stands elsewhere under its own name is settled."""
    settled = header.repeats.keys() - header.rivals
    taken = set(header.fields.values()) | header.passed | settled
    texts = {index: text for index, text, _ in header.columns}
    width = min(max([*texts, *(len(row) - 1 for row in rows)], default=-1) + 1, WIDEST)
    seen: list[Seen] = []
    for index in range(width):
        if index in taken or len(seen) >= _MOST_COLUMNS:
            continue
        cells = column(rows, index)
        if index in texts or cells:
            field = header.repeats.get(index, "")
            filled = bool(cells) and not (field and _same(rows, index, header.fields.get(field)))
            text = texts.get(index, "")
            looks = looks_like(cells) if text else looks_like(cells, rows)
            seen.append((column_letters(index), text, looks, field, filled))
    return seen


def column(rows: Sequence[Row], index: int) -> list[str]:
    """Return the texts of a column's cells that are not blank."""
    cells = (row[index] if index < len(row) else "" for row in rows)
    texts = (shown(cell) for cell in cells)
    return [text for text in texts if text]


def shown(cell: object) -> str:
    """Return a cell as text, a whole number without its point."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def looks_like(cells: Sequence[str], rows: Sequence[Row] | None = None) -> str:
    """Return the field that most cells look like: document_number, mobile, full_name, or "".

    With the `rows` that a column without a header stands in also sex, ethnicity and
    is_migrant_worker, where nearly all cells say that and half of the rows have one: labels of
    other columns tell better than such cells do.
    """
    bare = [re.sub(r"[\s\u200b-\u200f\ufeff]", "", cell) for cell in cells]
    for field, form in (("document_number", _DOCUMENT), ("mobile", _MOBILE)):
        if _share(bool(re.fullmatch(form, cell)) for cell in bare) >= _MOST:
            return field
    names = [cell for cell in bare if re.fullmatch(_NAME, cell)]
    various = len(set(bare)) >= len(bare) * _MOST
    if various and _share(cell in names and cell[0] in _SURNAMES for cell in bare) >= _MOST:
        return "full_name"
    return "" if rows is None else _choice(bare, rows)


def _choice(bare: Sequence[str], rows: Sequence[Row]) -> str:
    filled = sum(any(shown(cell) for cell in row) for row in rows)
    if len(bare) * 2 < filled:
        return ""
    for field, form in _CHOICES:
        if _share(bool(re.fullmatch(form, cell)) for cell in bare) >= _NEARLY_ALL:
            return field
    return ""


def _share(said: Iterable[bool]) -> float:
    answers = list(said)
    return sum(answers) / len(answers) if answers else 0.0


def _same(rows: Sequence[Row], index: int, other: int | None) -> bool:
    return other is not None and column(rows, index) == column(rows, other)
