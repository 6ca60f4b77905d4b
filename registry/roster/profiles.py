"""Named column sets that other systems print, read from `seeds/profiles/<name>.csv`.

A profile says what each header label of its layout is: a field of `seeds/roster-columns.csv`, or
nothing ("", not taken). Another one is added by adding a file.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from registry.roster.columns import COLUMN
from registry.roster.header_labels import normalise_label

FOLDER = Path(__file__).resolve().parents[2] / "seeds" / "profiles"


class Profile(NamedTuple):
    """`labels` maps normalised header labels to a field, or to "" for a column not taken."""

    name: str
    labels: dict[str, str]


@cache
def profiles(folder: Path = FOLDER) -> tuple[Profile, ...]:
    """Return the profiles of a folder by name; ValueError for a field that is no column."""
    return tuple(_read(path) for path in sorted(folder.glob("*.csv")))


def _read(path: Path) -> Profile:
    with path.open(encoding="utf-8", newline="") as file:
        lines = [(line["label"], line["field"]) for line in csv.DictReader(file)]
    wrong = _wrong(field for _, field in lines)
    if wrong:
        raise ValueError(f"{path.name}: no column of the roster: {', '.join(wrong)}")
    return Profile(path.stem, {normalise_label(label): field for label, field in lines})


def _wrong(fields: Iterable[str]) -> list[str]:
    return [field for field in fields if field and field not in COLUMN]
