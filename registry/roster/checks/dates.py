"""Dates in every form in which clerks write them, stored as ISO text: 2017-09-01, or 2017-09."""

import re
from datetime import date, timedelta
from typing import NamedTuple

from registry.roster.checks.notes import Verdict, note
from registry.roster.checks.text import as_text, repaired, tidy
from registry.roster.messages import quoted
from registry.roster.sheet import Cell

_YEARS = range(1900, 2101)
# A spreadsheet counts days from here (the 1900 system, after its false 29 February 1900).
_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(3654, 73_051)  # 1910 to 2099

_SEPARATOR = r"\s*[-/.．。、,，_年—–\\ ]\s*"
_TIME = r"(?:[T\s]*\d{1,2}[:：时点]\d{1,2}(?:[:：分]\d{1,2}(?:\.\d+)?秒?|分)?Z?)?"
_WEEKDAY = r"(?:\s*[（(]?(?:星期|周)[一二三四五六日天][）)]?)?"
_DAY = re.compile(
    rf"(\d{{4}}){_SEPARATOR}(\d{{1,2}})\s*[-/.．。、,，_月—–\\ ]\s*(\d{{1,2}})\s*[日号.]?"
    rf"{_WEEKDAY}{_TIME}"
)
_MONTH = re.compile(rf"(\d{{4}})({_SEPARATOR})(\d{{1,2}})\s*月?(?:份)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?")


class Reading(NamedTuple):
    """What a cell says: `value` is ISO; `options` are the months that it may mean, if several."""

    value: str
    options: tuple[str, ...] = ()

    @property
    def is_month(self) -> bool:
        return len(self.value) == 7


def read_date(cell: Cell) -> Reading | None:
    """Return the day or month that a cell means, or None when it means none.

    Numbers are taken as 20170901, as 201709, as 2017.9, or as the spreadsheet's count of days.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        days = _whole(cell)
        if days in _SERIALS and days not in _YEARS:
            return Reading((_SERIAL_ZERO + timedelta(days=days)).isoformat())
    text = tidy(as_text(cell))
    if found := _COMPACT.fullmatch(text):
        year, month, day = found.groups()
        return _day(year, month, day) if day else _month(year, month)
    if found := _DAY.fullmatch(text):
        return _day(*found.groups())
    if found := _MONTH.fullmatch(text):
        year, separator, month = found.groups()
        # A number cell drops the last nought of 1990.10.
        if separator == "." and month == "1":
            return (
                Reading(f"{year}-01", (f"{year}-01", f"{year}-10")) if _month(year, month) else None
            )
        return _month(year, month)
    return None


def _whole(number: float) -> int:
    # Infinity has no whole part.
    return int(number) if abs(number) < 1e9 else 0


def _day(year: str, month: str, day: str) -> Reading | None:
    try:
        real = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return Reading(real.isoformat()) if real.year in _YEARS else None


def _month(year: str, month: str) -> Reading | None:
    if int(year) not in _YEARS or not 1 <= int(month) <= 12:
        return None
    return Reading(f"{int(year):04}-{int(month):02}")


def judge_date(cell: Cell, label: str) -> Verdict:
    """Judge one date by itself; what it means for the person is judged in `person`."""
    if isinstance(cell, str) and _is_iso(cell):
        return Verdict(cell)
    text = as_text(cell)
    clean = tidy(text)
    if not clean:
        return Verdict(None)
    reading = read_date(cell)
    if reading is None:
        return Verdict(None, (note("date.unreadable", label=label, value=quoted(clean)),))
    notes = (repaired(label),) if clean != text else ()
    if reading.is_month:
        doubt = note("date.month_only", list(reading.options), label=label, value=reading.value)
        notes = (*notes, doubt)
    elif clean != reading.value:
        notes = (*notes, note("date.form", label=label, value=reading.value))
    return Verdict(reading.value, notes)


def _is_iso(text: str) -> bool:
    """Whether the text is a day as it is stored: that of every real date cell."""
    try:
        real = date.fromisoformat(text)
    except ValueError:
        return False
    # Other ISO forms are understood too: 20170901, 2017-W35-5.
    return real.year in _YEARS and real.isoformat() == text
