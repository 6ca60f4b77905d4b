"""What stands in 备注 of every row that is sent: county, batch and running number. Pure.

The column is nobody's data and comes back with the receipt; the intake passes it over.
"""

import re
from typing import NamedTuple

_FORM = re.compile(r"\s*(\d{6})-(\d{1,9})-(\d{1,9})(?!\d)")


class Mark(NamedTuple):
    """One row of one batch."""

    county: str
    batch_id: int
    number: int


def label(county: str, batch_id: int) -> str:
    """Return the number by which a batch is spoken of: 331083-7."""
    return f"{county}-{batch_id}"


def text(mark: Mark) -> str:
    """Return a row's mark as it is written."""
    return f"{label(mark.county, mark.batch_id)}-{mark.number}"


def read(cell: object) -> Mark | None:
    """Return the mark at the beginning of a cell, None where there is none."""
    found = _FORM.match(cell) if isinstance(cell, str) else None
    return Mark(found[1], int(found[2]), int(found[3])) if found else None
