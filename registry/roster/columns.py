"""THE list of the roster's columns, in the national order, read from `seeds/roster-columns.csv`."""

import csv
from pathlib import Path
from typing import NamedTuple

_SEED = Path(__file__).resolve().parents[2] / "seeds" / "roster-columns.csv"


class Column(NamedTuple):
    """One column of the roster.

    `requirement` is required, recommended, optional, defaulted (a blank has a known meaning) or
    ignored (not taken over); `codes` names the code list of a `code` column; `kind` is text, code,
    flag, date, document or mobile; `aliases` are other header labels that clerks use.
    """

    field: str
    label: str
    requirement: str
    codes: str | None
    kind: str
    aliases: tuple[str, ...]


def read_columns(seed: Path) -> tuple[Column, ...]:
    """Return the columns of a list in `seeds/`."""
    with seed.open(encoding="utf-8", newline="") as file:
        return tuple(
            Column(
                field=line["field"],
                label=line["label"],
                requirement=line["requirement"],
                codes=line["codes"] or None,
                kind=line["kind"],
                aliases=tuple(alias for alias in line["aliases"].split("|") if alias),
            )
            for line in csv.DictReader(file)
        )


# Not of the roster: the pre-filled blank's last column tells whose masked number stands in a row.
ROW_KEY = "row_key"
ROW_KEY_LABEL = "系统识别码（请勿修改）"
ROW_KEY_COLUMN = (ROW_KEY, ROW_KEY_LABEL, ("系统识别码",))

COLUMNS: tuple[Column, ...] = read_columns(_SEED)
COLUMN: dict[str, Column] = {column.field: column for column in COLUMNS}
