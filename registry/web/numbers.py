"""Whole numbers in addresses and forms, bounded by what the database can hold.

Anything else is no number: in a path it is a page that is not there, in an argument it is as if
nothing had been given. `type=` of a request's arguments takes these functions.
"""

from flask import Flask
from werkzeug.routing import IntegerConverter, ValidationError

MOST = 2**63 - 1  # of what is numbered through: submissions, members, entries
MOST_ROW = 2**31 - 1  # of rows, versions and steps
_DIGITS = len(str(MOST))


def install(app: Flask) -> None:
    """Bound the whole numbers in paths. Before any route is registered."""
    app.url_map.converters["int"] = _Whole
    app.url_map.converters["row"] = _Row


def whole(text: str) -> int:
    """Return the number that a text writes in plain digits; raises ValueError for any other."""
    return _bounded(text, MOST)


def row_number(text: str) -> int:
    """Return the number of a row, a version or a step; raises ValueError for any other text."""
    return _bounded(text, MOST_ROW)


def is_whole(text: str, most: int = MOST) -> bool:
    """Tell whether a text is such a number, no greater than `most`."""
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) <= most


def _bounded(text: str, most: int) -> int:
    if not is_whole(text, most):
        raise ValueError
    return int(text)


class _Whole(IntegerConverter):
    regex = f"[0-9]{{1,{_DIGITS}}}"
    most = MOST

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > self.most:
            raise ValidationError
        return number


class _Row(_Whole):
    most = MOST_ROW
