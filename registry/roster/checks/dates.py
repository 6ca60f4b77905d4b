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

_SEPARATOR = r"\s*[-－/／.．。、,，_年—–\\ ]\s*"
_TIME = (
    r"(?:[T\s]*\d{1,2}[:：时点]\d{1,2}(?:[:：分]\d{1,2}(?:\.\d+)?秒?|分)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_WEEKDAY = r"(?:\s*[（(]?(?:星期|周)[一二三四五六日天][）)]?)?"
_DAY = re.compile(
    rf"(\d{{4}}){_SEPARATOR}(\d{{1,2}})\s*[-－/／.．。、,，_月—–\\ ]\s*(\d{{1,2}})\s*[日号.]?"
    rf"{_WEEKDAY}{_TIME}"
)
_MONTH = re.compile(rf"(\d{{4}})({_SEPARATOR})(\d{{1,2}})\s*月?(?:份)?")
# Some exports write whole numbers as 20170901.0.
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})?(?:\.0+)?")
# A count of days that became text (a csv, a column pasted as text). One that begins like a year of
# living people could be 2017-9 without its hyphen: that is not read as a day of 1955.
_SERIAL_TEXT = re.compile(r"(?!19|20)(\d{5})(?:\.\d+)?")
_CHINESE = re.compile(
    r"([〇零○O一二三四五六七八九]{4})\s*年\s*([〇零○一二三四五六七八九十]{1,3})\s*月(?:份)?"
    r"(?:\s*([〇零○一二三四五六七八九十廿卅]{1,3})\s*[日号])?"
)
_CHINESE_DIGITS = str.maketrans("〇零○O一二三四五六七八九", "0000123456789")


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
    A year of two digits, a bare year and words such as 至今 mean no date.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        days = _whole(cell)
        if days in _SERIALS:
            return _serial(days)
    text = tidy(as_text(cell))
    return _written_in_chinese(text) or _written(text)


def _written(text: str) -> Reading | None:
    if found := _COMPACT.fullmatch(text):
        year, month, day = found.groups()
        return _day(year, month, day) if day else _month(year, month)
    if found := _SERIAL_TEXT.fullmatch(text):
        days = int(found.group(1))
        return _serial(days) if days in _SERIALS else None
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


def _written_in_chinese(text: str) -> Reading | None:
    """Read 二〇一七年九月一日 and 二〇一七年九月."""
    found = _CHINESE.fullmatch(text)
    if found is None:
        return None
    year, month, day = found.groups()
    digits, number = year.translate(_CHINESE_DIGITS), _chinese_number(month)
    return _day(digits, number, _chinese_number(day)) if day else _month(digits, number)


def _chinese_number(text: str) -> str:
    """Return 十 as 10, 十二 as 12, 二十 and 二〇 as 20, 廿一 as 21, 三十一 as 31; else a nought."""
    spelt = text.replace("廿", "二十").replace("卅", "三十")
    if "十" not in spelt:
        return spelt.translate(_CHINESE_DIGITS)
    tens, _, ones = spelt.partition("十")
    digits = (tens or "一").translate(_CHINESE_DIGITS) + (ones or "〇").translate(_CHINESE_DIGITS)
    return digits if len(digits) == 2 and digits.isdigit() else "0"


def _serial(days: int) -> Reading:
    return Reading((_SERIAL_ZERO + timedelta(days=days)).isoformat())


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
