"""Evaluating the formulas of the blank roster, as far as they go: errors are values that spread."""

import re
from datetime import date, timedelta
from typing import Any


class Fault:
    """What a formula gives that cannot be worked out: whatever is done with it gives it again."""

    __hash__ = None  # type: ignore[assignment]

    def _again(self, *_: object) -> "Fault":
        return self

    __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = _again  # type: ignore[assignment]
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _again


class Text(str):
    """A text beside numbers: greater than all of them, and nothing to calculate with."""

    __slots__ = ()

    def __ge__(self, other: Any) -> bool:
        return True

    def __lt__(self, other: Any) -> bool:
        return False

    def __sub__(self, other: Any) -> Fault:
        return Fault()


class Blank(Text):
    """A blank cell."""

    __slots__ = ()


def evaluate(formula: str, **cells: Any) -> Any:
    """Return what a formula gives; `cells` are the values of cells such as A1, None for a blank."""
    parts = re.split(r'("[^"]*")', formula.replace("$", ""))
    parts[::2] = [
        re.sub(r"(?<![<>=])=(?!=)", "==", part).replace("<>", "!=").replace("&", "+")
        for part in parts[::2]
    ]
    names = {name: _spreading(function) for name, function in _PLAIN.items()} | _OF_FAULTS
    cells = {
        name: Blank() if value is None else Text(value) if isinstance(value, str) else value
        for name, value in cells.items()
    }
    return eval("".join(parts), {"__builtins__": {}}, names | cells)


def _spreading(function: Any) -> Any:
    def called(*values: Any) -> Any:
        fault = next((one for one in values if isinstance(one, Fault)), None)
        if fault is not None:
            return fault
        try:
            return function(*values)
        except (ValueError, TypeError, OverflowError):
            return Fault()

    return called


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _left(text: Any, length: int) -> str:
    if length < 0:
        raise ValueError
    return _text(text)[:length]


def _value(text: str) -> float:
    if not re.fullmatch(r" *[+-]?[0-9]+ *", text):
        raise ValueError
    return int(text)


def _date(year: int, month: int, day: int) -> date:
    first = date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
    return first + timedelta(days=day - 1)


_PLAIN = {
    "AND": lambda *values: all(values),
    "OR": lambda *values: any(values),
    "NOT": lambda value: not value,
    "LEN": lambda text: len(_text(text)),
    "LEFT": _left,
    "RIGHT": lambda text, length: _text(text)[-length:],
    "MID": lambda text, start, length: _text(text)[start - 1 : start - 1 + length],
    "FIND": lambda part, text: _text(text).index(part) + 1,
    "SUBSTITUTE": lambda text, old, new: _text(text).replace(old, new),
    "TRIM": lambda text: _text(text).strip(),
    "UPPER": str.upper,
    "VALUE": _value,
    "MOD": lambda a, b: a % b,
    "DATE": _date,
    "MONTH": lambda day: day.month,
    "DAY": lambda day: day.day,
    "TODAY": date.today,
}
_OF_FAULTS = {
    # A fault in the branch that is not taken is none.
    "IF": lambda test, then, other: then if test else other,
    "ISNUMBER": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "ISTEXT": lambda value: isinstance(value, str) and not isinstance(value, Blank),
    "IFERROR": lambda value, other: other if isinstance(value, Fault) else value,
    "COUNT": lambda *values: sum(isinstance(one, int | float) for one in values),
    "TRUE": True,
    "FALSE": False,
}
