"""Plain values that the steps of an admission share."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple


class Place(NamedTuple):
    """Where rows are admitted, from which submission, and when.

    `origin` is the union that they come from by a transfer.
    """

    county: str
    union_code: str
    submission_id: int
    at: datetime
    origin: str | None = None


class Claim(NamedTuple):
    """The persons of an approval's NEW rows, claimed for its union.

    Their memberships are numbered `base` plus the row. `lost` are the rows whose person is taken;
    `some_return` is False where nobody had ever been admitted before, in any county.
    """

    base: int
    lost: Sequence[int] = ()
    some_return: bool = False


class Counts(NamedTuple):
    """What an act changed in a union's counts."""

    active: int = 0
    retained: int = 0
    filled: int = 0
