"""What the sandbox hands over: a sheet as named columns, in batches, with its place in the file.

Pure data. `row` is always the row number that a person sees in Excel (first row = 1). Cells are
untouched apart from their type: trimming, normalising and judging belong to
`registry.roster.check`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from registry.roster.findings import FileFinding
from registry.roster.layout import Doubt

Cell = str | int | float | bool | None
"""One cell. A date cell is ISO text ("2017-09-01", with a time of day "2017-09-01 08:30:00"; shown
as year and month only "2017-09"); a number is an int when it is integral, else a float; a cell that
is empty after trimming is None; text is as it stands in the file."""


class SheetColumn(NamedTuple):
    """A column that has a header (or, with the header "", one of which a person said what it is).
    `field` is None where the header matches nothing, repeats, or is known as not taken."""

    column: str
    header: str
    field: str | None


class Skipped(NamedTuple):
    """A row (or, with `last`, a run of blank rows) that is not roster content.

    `why`: blank, header, footer, example, excluded.
    """

    row: int
    why: str
    last: int | None = None


class CellFault(NamedTuple):
    """A cell whose value the file does not hold: code "cell.error" or "cell.formula"."""

    row: int
    field: str
    code: str


@dataclass(frozen=True, slots=True)
class SheetHead:
    """Known before the first row. `format`: xlsx, xlsm, xls, ods or csv; `header_row`: the last
    line of the header; `columns`: every column with a header, from left to right; `profile`: the
    known layout that the header is (`registry.roster.profiles`); `doubts`: what is unsure; `stamp`:
    the code of a marked workbook (`registry.roster.stamp`); `expected`: about how many rows there
    will be, for showing progress, 0 where only reading tells."""

    format: str
    sheet: str
    header_row: int
    columns: list[SheetColumn]
    file_findings: list[FileFinding] = field(default_factory=list)
    profile: str | None = None
    doubts: list[Doubt] = field(default_factory=list)
    stamp: str | None = None
    expected: int = 0


@dataclass(slots=True)
class SheetBatch:
    """Up to 5,000 rows. `cells` has one list per mapped field, each as long as `rows`; the ignored
    fields (序号, 备注) are not handed over. A cell with a fault is None. `origins` are the cells of
    the column 原行号, where the sheet has one."""

    rows: list[int]
    cells: dict[str, list[Cell]]
    faults: list[CellFault]
    origins: list[Cell] | None = None


@dataclass(frozen=True, slots=True)
class SheetTail:
    """Known only at the end. `total`: the rows below the header up to the last one with content."""

    total: int
    skipped: list[Skipped]
    file_findings: list[FileFinding] = field(default_factory=list)
