"""Sheets that list something else than persons: read in the sandbox, written so that no cell can
run.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from registry.roster.columns import Column
from registry.roster.header import label_table
from registry.roster.limits import ORDINARY, Limits
from registry.roster.sandbox import run_in_sandbox
from registry.roster.saving import TextCell, look_of, put_text, save, text_rows

Cell = str | int | float
_FILL = PatternFill("solid", fgColor="E7ECF3")
_MARK = PatternFill("solid", fgColor="F8D7DA")
_WIDTH = 18


class ListRow(NamedTuple):
    """A row: its number in Excel, its cells by field (blank ones left out), and the fields whose
    cell holds an error or a formula without a result.
    """

    number: int
    cells: dict[str, Cell]
    faulty: list[str]


class ListSheet(NamedTuple):
    """A list as a file holds it. `letters` are those of the known columns by field, `unknown` the
    labels of columns that are not taken, `skipped` the rows that are none of the list.
    """

    rows: list[ListRow]
    letters: dict[str, str]
    unknown: list[str]
    skipped: list[int]


def read_list(
    content: bytes,
    columns: Iterable[Column],
    keys: Collection[str],
    most: int,
    limits: Limits = ORDINARY,
) -> ListSheet:
    """Read the first sheet whose header has one of the columns `keys`, from a file of any format.

    Raises RosterRefused (`file.*`).
    """
    said = {
        "labels": label_table([(one.field, one.label, one.aliases) for one in columns]),
        "keys": sorted(keys),
        "most": most,
        "bounds": limits.bounds,
    }
    answer = json.loads(run_in_sandbox("list", content, json.dumps(said).encode(), limits))
    return ListSheet(
        [ListRow(*row) for row in answer["rows"]],
        {field: letter for letter, _, field in answer["columns"] if field},
        [text for _, text, field in answer["columns"] if not field],
        answer["skipped"],
    )


def write_list(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    marked: Mapping[int, Collection[int]] | None = None,
    said: str = "",
) -> bytes:
    """Return an .xlsx with a header and rows of text; `marked` are the columns to be coloured, by
    row, both counted from 0, `said` of who takes it.
    """
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = title
    for place, column in enumerate(columns, start=1):
        cell = sheet.cell(1, place)
        put_text(cell, column.label)
        cell.font, cell.fill = Font(bold=True), _FILL
        cell.alignment = Alignment(horizontal="center", vertical="center")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = _WIDTH
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    sample = sheet.cell(1, len(columns) + 1)
    sample.number_format = "@"
    usual = look_of(sample), look_of(sample, quoted=True)
    sample.fill = _MARK
    faulty = look_of(sample), look_of(sample, quoted=True)
    places = marked or {}
    told = [
        [
            TextCell(text, *(faulty if at in places.get(number, ()) else usual))
            for at, text in enumerate(row)
        ]
        for number, row in enumerate(rows)
    ]
    return save(workbook, sheet, text_rows(2, told), said)
