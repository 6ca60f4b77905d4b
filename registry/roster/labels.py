"""Showing a stored row: codes as their labels, flags as 是 and 否."""

from collections.abc import Mapping

from registry.codes import code_list
from registry.roster.checks.choices import FLAG_LABELS
from registry.roster.columns import COLUMN


def labels_of(clean: Mapping[str, str | None]) -> dict[str, str]:
    """Return the words for a row's stored values, by field.

    Blank fields and fields that are no column of the roster are left out; a value that is no code
    of its list stands as it is.
    """
    return {
        field: _label(field, value) for field, value in clean.items() if value and field in COLUMN
    }


def _label(field: str, value: str) -> str:
    column = COLUMN[field]
    if column.kind == "flag":
        return FLAG_LABELS.get(value, value)
    if column.codes is None:
        return value
    codes = code_list(column.codes)
    return codes.label(value) if value in codes else value
