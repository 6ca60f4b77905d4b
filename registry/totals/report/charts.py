"""The charts of a report's workbook, drawn by the spreadsheet program from the sheets' own cells.

They stand on a sheet of their own, so that no page cuts one through.
"""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any, NamedTuple

from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.series_factory import SeriesFactory
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from registry.totals.metrics import Ratio
from registry.totals.report.tables import Chart, Shape, Table

_WIDTH, _LEAST, _BAR = 16.5, 10.6, 0.6  # centimetres
# One column under all charts, for pages are cut between columns; characters.
_COLUMN = 90
_ROW, _PAGE = 0.635, 25.0  # a row of 18 points, and what a page holds; centimetres
_MOST_BARS = 36  # names that can be read on a page
_COLOURS = ("2F6DB5", "C9752D", "8A94A3")


class Placed(NamedTuple):
    """A table in a sheet: its heads stand in `row`."""

    sheet: Worksheet
    table: Table
    row: int


class _Slice(NamedTuple):
    """A chart over some rows of a table, counted from 0."""

    placed: Placed
    chart: Chart
    title: str
    first: int
    rows: int

    def cells(self, column: int) -> Reference:
        """Return the cells of a column, counted from 0."""
        begin = self.placed.row + 1 + self.first
        return Reference(self.placed.sheet, column + 1, begin, column + 1, begin + self.rows - 1)

    def head(self, column: int) -> Reference:
        """Return the head of a column."""
        return Reference(self.placed.sheet, column + 1, self.placed.row)

    def shares(self) -> list[Ratio]:
        """Return the shares that are drawn, none where numbers are."""
        lines = self.placed.table.rows[self.first : self.first + self.rows]
        cells = (line[column] for line in lines for column in self.chart.columns)
        return [cell for cell in cells if isinstance(cell, Ratio)]


def draw(sheet: Worksheet, placed: Sequence[Placed], row: int) -> None:
    """Draw the charts of all tables one below the other, from a row on, page by page."""
    sheet.column_dimensions["A"].width = _COLUMN
    used = row * _ROW
    for one in _slices(placed):
        height = max(_LEAST, one.rows * _BAR) if one.chart.shape is Shape.BARS else _LEAST
        if used + height > _PAGE:
            sheet.row_breaks.append(Break(id=row - 2))
            used = 0.0
        drawn = _drawn(one)
        drawn.width, drawn.height = _WIDTH, height
        sheet.add_chart(drawn, f"A{row}")
        rows = ceil(height / _ROW) + 1
        for each in range(row, row + rows):
            sheet.row_dimensions[each].height = 18
        row, used = row + rows, used + rows * _ROW


def _slices(placed: Sequence[Placed]) -> Iterator[_Slice]:
    for one in placed:
        rows = len(one.table.rows) - int(one.table.has_total)
        for chart in one.table.charts:
            most = _MOST_BARS if chart.shape is Shape.BARS else rows
            starts = range(0, rows, most) if rows else ()
            for number, first in enumerate(starts, start=1):
                part = f"（{number}／{len(starts)}）" if len(starts) > 1 else ""
                yield _Slice(one, chart, chart.title + part, first, min(most, rows - first))


def _drawn(one: _Slice) -> Any:
    """Return the chart with every series taken from the cells of its column."""
    shape = one.chart.shape
    drawn: Any = LineChart() if shape is Shape.LINES else BarChart()
    for column, colour in zip(one.chart.columns, _COLOURS, strict=False):
        drawn.series.append(_series(one, column, colour))
    drawn.set_categories(one.cells(0))
    drawn.title = one.title
    drawn.legend = Legend(legendPos="b") if len(one.chart.columns) > 1 else None
    # Without this newer programs draw no axes.
    drawn.x_axis.delete = drawn.y_axis.delete = False
    drawn.y_axis.scaling.min = 0
    shares = one.shares()
    drawn.y_axis.number_format = "0%" if shares else "#,##0"
    if shares and all(each.numerator <= each.denominator for each in shares):
        drawn.y_axis.scaling.max = 1
    if shape is Shape.LINES:
        drawn.x_axis.number_format = "yyyy-mm-dd"
        for series in drawn.series:
            series.smooth = False
            series.marker.symbol = "circle"
            series.marker.size = 4
    else:
        drawn.gapWidth = 40
        drawn.dataLabels = DataLabelList(
            showVal=True, showSerName=False, showCatName=False, showLegendKey=False
        )
    if shape is Shape.BARS:
        drawn.type = "bar"
        # The first line on top, as in the table; the scale stays below.
        drawn.x_axis.scaling.orientation = "maxMin"
        drawn.y_axis.crosses = "max"
    return drawn


def _series(one: _Slice, column: int, colour: str) -> Any:
    series: Any = SeriesFactory(one.cells(column))
    series.tx = SeriesLabel(strRef=StrRef(str(one.head(column))))
    series.graphicalProperties.solidFill = colour
    series.graphicalProperties.line.solidFill = colour
    return series
