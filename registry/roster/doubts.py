"""What is unsure about a sheet's columns: what a person should look at before it is read.

Only what may be a column that is needed is unsure. Plainly foreign columns are passed over, and a
column whose field stands already under its own name is settled.
"""

import csv
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

from registry.roster.columns import COLUMN, COLUMNS, Column
from registry.roster.header_labels import normalise_label
from registry.roster.layout import Doubt, Unclear, Why

_NEAR_ENOUGH = 70
_SEED = Path(__file__).resolve().parents[2] / "seeds" / "foreign-labels.csv"


@cache
def _foreign() -> frozenset[str]:
    """Labels near in writing and far in meaning: columns of personnel tables that are none of the
    register's (入职日期 is no 入会日期)."""
    with _SEED.open(encoding="utf-8", newline="") as file:
        return frozenset(normalise_label(line["label"]) for line in csv.DictReader(file))


def doubts_of(fields: Collection[str], columns: Sequence[Unclear]) -> list[Doubt]:
    """Return the doubts about the columns that have no field; `fields` are those that have a
    column. Each field is guessed for one column at most."""
    free = [
        column
        for column in COLUMNS
        if column.field not in fields and column.requirement != "ignored"
    ]
    found: dict[str, Doubt] = {}
    # A label that is nearly right tells more than cells without one.
    for one in sorted(columns, key=lambda one: not one.header):
        doubt = _doubt(one, free)
        if doubt is not None:
            found[one.column] = doubt
            free = [column for column in free if column.field != doubt.guess]
    return [found[one.column] for one in columns if one.column in found]


def _doubt(one: Unclear, free: Sequence[Column]) -> Doubt | None:
    if one.repeats:
        column = COLUMN.get(one.repeats)
        is_needed = one.is_filled and column is not None and column.requirement != "ignored"
        return Doubt(one.column, one.header, Why.TWICE, one.repeats) if is_needed else None
    if one.looks and any(column.field == one.looks for column in free):
        return Doubt(one.column, one.header, Why.LOOKS, one.looks)
    near = nearest_field(one.header, free) if one.is_filled else None
    return Doubt(one.column, one.header, Why.NEAR, near) if near else None


def nearest_field(header: str, free: Sequence[Column]) -> str | None:
    """Return the field among `free` whose label or alias is nearly this header, or None."""
    from rapidfuzz import fuzz, process

    label = normalise_label(header)
    if not label or label in _foreign():
        return None
    known = {
        normalise_label(name): column.field
        for column in free
        for name in (column.label, *column.aliases)
    }
    found = process.extractOne(label, known.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
    return known[found[0]] if found is not None else None
