"""Plain values that the steps of an admission share."""

from datetime import datetime
from typing import NamedTuple


class Place(NamedTuple):
    """Where rows are admitted, from which submission, and when."""

    county: str
    union_code: str
    submission_id: int
    at: datetime


class Counts(NamedTuple):
    """What an act changed in a union's counts."""

    active: int = 0
    retained: int = 0
    filled: int = 0
    reverified: int = 0
