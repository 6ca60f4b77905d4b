"""Targets as somebody types or pastes them: a grid of places and days. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from registry.errors import InputRefused

Cell = tuple[str, date]  # the code of a place, and a day
MOST = 10_000_000
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_SUMS = ("合计", "总计", "小计")


class Grid(NamedTuple):
    """What stands in the cells as written, and what is wrong: by cell, and with the text at all."""

    written: dict[Cell, str]
    wrong: dict[Cell, str]
    faults: list[str]


def members_of(text: str) -> int | None:
    """Return the number that a cell holds, None for a blank one. Raises `InputRefused`."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[\s,]|人$", "", plain)
    if not plain:
        return None
    if not plain.isascii() or not plain.isdigit() or int(plain) > MOST:
        raise InputRefused(
            "target.number", f"“{text.strip()[:20]}”不是人数，请写成 5000 这样的整数。"
        )
    return int(plain)


def day_in(text: str) -> date | None:
    """Return the day that a heading names, None for no day."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def judged(written: Mapping[Cell, str]) -> tuple[dict[Cell, int | None], dict[Cell, str]]:
    """Return the numbers of the cells, and what is wrong with those that hold none."""
    numbers: dict[Cell, int | None] = {}
    wrong = {}
    for cell, text in written.items():
        try:
            numbers[cell] = members_of(text)
        except InputRefused as error:
            wrong[cell] = error.message
    return numbers, wrong


def pasted(text: str, places: Mapping[str, str]) -> Grid:
    """Read a table copied from a spreadsheet: days in the first line, below it a place and its
    numbers in each, parted by tabs. `places` are names by code.
    """
    lines = [line.split("\t") for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return Grid({}, {}, ["请连同第一行的日期一起复制：第一行是日期，下面每行一个单位。"])
    heads = [(at, day_in(head), head) for at, head in enumerate(lines[0]) if at and head.strip()]
    faults = [
        f"第一行的“{head.strip()[:20]}”不是日期，这一列没有读取。"
        for _, day, head in heads
        if not day
    ]
    written: dict[Cell, str] = {}
    for number, (name, *_) in enumerate(lines[1:], start=2):
        if name.strip() in _SUMS:
            continue
        code = _place(name, places)
        if code is None:
            faults.append(f"第 {number} 行没有读取：没有叫“{name.strip()[:20]}”的单位。")
            continue
        cells = lines[number - 1]
        written |= {(code, day): cells[at] for at, day, _ in heads if day and at < len(cells)}
    return Grid(written, judged(written)[1], faults)


def _place(text: str, places: Mapping[str, str]) -> str | None:
    """Return the code of the one place that a text names by its code, its name, or its name's
    beginning.
    """
    name = unicodedata.normalize("NFKC", text).strip()
    if name in places:
        return name
    exact = [code for code, known in places.items() if known == name]
    found = exact or [code for code, known in places.items() if name and known.startswith(name)]
    return found[0] if len(found) == 1 else None
