"""What is said about a roster: about a cell, a row or the whole file."""

from typing import NamedTuple


class Finding(NamedTuple):
    """A finding on a cell (`column` and `field` given) or on a whole row (both None).

    `row` is the row number that the clerk sees in Excel, `column` the letter of the column; both
    letters and fields are None where the roster has no such column. `severity` is error, warning
    or fixed. `suggestion` is a value that can be taken as it stands, or a list to choose from.
    `other_rows` are the further rows of a group (duplicates, shared mobiles, runs).
    """

    row: int
    column: str | None
    field: str | None
    code: str
    severity: str
    message: str
    suggestion: str | list[str] | None
    other_rows: list[int]


class FileFinding(NamedTuple):
    """A finding on the file as a whole; `severity` is warning."""

    code: str
    severity: str
    message: str
