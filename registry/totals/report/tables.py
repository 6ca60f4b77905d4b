"""What a report is made of: sheets of tables, which page and workbook show alike. Pure."""

from collections.abc import Sequence
from datetime import date
from enum import Enum, auto
from typing import NamedTuple

from registry.totals.metrics import Ratio

Cell = str | int | Ratio | date | None


class Shape(Enum):
    """How a chart draws its columns."""

    BARS = auto()  # lying, for names
    COLUMNS = auto()
    LINES = auto()


class Chart(NamedTuple):
    """A drawing of some columns of a table, over its first; the line of the total is left out."""

    title: str
    shape: Shape
    columns: tuple[int, ...]


class Table(NamedTuple):
    """Rows below their heads. With `has_total` the last row is that."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    has_total: bool = False
    note: str = ""
    charts: Sequence[Chart] = ()


class Sheet(NamedTuple):
    """Tables that belong together."""

    title: str
    tables: Sequence[Table]
    is_wide: bool = False


class Report(NamedTuple):
    """A place's report: `title` and `subtitle` head every sheet."""

    title: str
    subtitle: str
    sheets: Sequence[Sheet]
