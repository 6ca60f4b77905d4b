"""Cells as they leave the sandbox: text, whole or broken numbers, truth values, ISO dates, None."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

_WIDEST = 2**63


def cell_list(values: Sequence[object]) -> list[object]:
    """Return one column's cells (see `registry.roster.sheet.Cell`); blank text becomes None."""
    kinds = set(map(type, values))
    if kinds == {str}:
        blank = {text for text in set(values) if not text or text.isspace()}  # type: ignore[attr-defined]
        return [None if text in blank else text for text in values] if blank else list(values)
    return [_cell(value) for value in values]


def _cell(value: object) -> object:
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, float):
        if value.is_integer():
            # Wider numbers would not survive the way to the parent as integers.
            return int(value) if abs(value) < _WIDEST else value
        return value if value - value == 0 else str(value)
    if isinstance(value, dt.datetime):
        return _instant(value)
    if isinstance(value, bool | int):
        return value
    return str(value)


def _instant(value: dt.datetime) -> str:
    if value.microsecond:
        # Times are fractions of a day in the file, so that 8:30 may come as 8:29:59.999.
        value = value.replace(microsecond=0) + dt.timedelta(seconds=value.microsecond >= 500_000)
    midnight = value.time() == dt.time()
    return value.date().isoformat() if midnight else value.isoformat(" ")
