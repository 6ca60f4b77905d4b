"""The value of one xlsx cell: from its type, its style and its raw text to what Python calls it.

The values are those of the cell reader (calamine), so that a roster says the same whichever way it
is read: numbers are floats, a number shown as a date is a date, a time or both, an error is ''.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from registry.roster.refusal import damaged

Value = Callable[[bytes], object]

# ECMA-376 part 1, 18.8.30: the dates and times among the built-in formats, zh-cn included.
_DATES = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_DURATION = 46

_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days have no zone
_DAYS_TO_1904 = 1462
_LAST_DAY = 2_958_466
_LONGEST = 999_999_999
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_LITERALS = re.compile(r'"[^"]*"?|[\\_*].')
_ENTITY = re.compile(rb"&([^;&\s]{1,32});?")
_XML_ENTITIES = {"amp": b"&", "lt": b"<", "gt": b">", "quot": b'"', "apos": b"'"}
_ESCAPE = re.compile(rb"_x00([0-7][0-9A-Fa-f])_")
_TRUTHS = {b"1": True, b"true": True, b"TRUE": True, b"0": False, b"false": False, b"FALSE": False}


def kind_of_format(number: int, code: str | None) -> str:
    """Return "date", "duration" or "number" for a number format's id and its own text."""
    if code is None:
        return "date" if number in _DATES else "duration" if number == _DURATION else "number"
    first = _LITERALS.sub("", code).split(";")[0].lower()
    marks = [mark for mark in _BRACKETS.findall(first) if mark and set(mark) <= set("hms")]
    if any(len(set(mark)) == 1 for mark in marks):
        return "duration"
    plain = _BRACKETS.sub("", first).replace("general", "")
    return "date" if set(plain) & set("dmyhs") else "number"


def value_of(kind: str, style: str, is_1904: bool, shared: Value) -> Value:
    """Return the function for cells of this type (`t`) and kind of format; its argument is never
    empty. Raises Refusal for a type that does not exist."""
    if kind in ("", "n"):
        if style == "date":
            return lambda raw: _moment(raw, is_1904)
        return _duration if style == "duration" else _number
    known: dict[str, Value] = {
        "s": shared,
        "str": text_of,
        "inlineStr": trimmed,
        "b": _truth,
        "e": lambda raw: "",
        "d": _iso,
    }
    if kind not in known:
        raise damaged("unknown type of cell")
    return known[kind]


def text_of(raw: bytes) -> str:
    """Return a text with the control characters that are written as _x000D_."""
    if b"_x" in raw:
        raw = _ESCAPE.sub(lambda found: bytes((int(found.group(1), 16),)), raw)
    return raw.decode()


def trimmed(raw: bytes) -> str:
    """Return a text without the blanks around it, which count only where the file says so."""
    return text_of(raw.strip(b" \t\r\n"))


def unescaped(raw: bytes) -> bytes:
    """Return the bytes with XML's own entities and character references resolved.

    Raises Refusal for others: there are no others without a DOCTYPE.
    """
    return _ENTITY.sub(_resolved, raw)


def _resolved(found: re.Match[bytes]) -> bytes:
    name = found.group(1).decode("ascii", "replace")
    try:
        if name.startswith("#"):
            code = int(name[2:], 16) if name.startswith("#x") else int(name[1:])
            if code < 32 and code not in (9, 10, 13):
                raise damaged("character reference")
            return chr(code).encode()
    except (ValueError, OverflowError) as error:
        raise damaged("character reference") from error
    if name not in _XML_ENTITIES:
        raise damaged("entity")
    return _XML_ENTITIES[name]


def _number(raw: bytes) -> object:
    try:
        # Python alone takes 1_000 for a number.
        return float(raw) if b"_" not in raw and raw == raw.strip() else raw.decode()
    except ValueError:
        return raw.decode()


def _truth(raw: bytes) -> object:
    if raw not in _TRUTHS:
        raise damaged("truth value")
    return _TRUTHS[raw]


def _moment(raw: bytes, is_1904: bool) -> object:
    days = _number(raw)
    if not isinstance(days, float) or days - days != 0:
        return days
    counted = days + _DAYS_TO_1904 if is_1904 else days
    if not -_LAST_DAY < counted < _LAST_DAY:
        return days
    # The reader knows no 29 February 1900, which Excel counts as day 60.
    moment = _EPOCH + _days(counted if counted >= 60 else counted + 1)
    if days < 1:
        return moment.time()
    return moment.date() if days.is_integer() else moment


def _duration(raw: bytes) -> object:
    days = _number(raw)
    if not isinstance(days, float) or not -_LONGEST < days < _LONGEST:
        return days
    return _days(days)


def _days(days: float) -> dt.timedelta:
    """Return the days to the millisecond, halves away from zero."""
    thousandths = abs(days) * 86_400_000
    whole = int(thousandths + 0.5)
    return dt.timedelta(milliseconds=whole if days >= 0 else -whole)


def _iso(raw: bytes) -> object:
    text = raw.decode()
    for read in (_day, _time, _day_and_time):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _day(text: str) -> object:
    return dt.datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007


def _time(text: str) -> object:
    return dt.time.fromisoformat(text) if text[2:3] == ":" else _day(text)


def _day_and_time(text: str) -> object:
    if text[10:11] != "T" or text.endswith("Z"):
        raise ValueError(text)
    return dt.datetime.fromisoformat(text)
