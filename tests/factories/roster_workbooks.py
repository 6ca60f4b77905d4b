"""Whole roster files in memory, made from the rows of `roster_rows`."""

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook

from registry.roster.columns import COLUMN, COLUMNS

ALL_FIELDS = [column.field for column in COLUMNS if column.requirement != "ignored"]


def make_xlsx(
    rows: Iterable[dict[str, Any]],
    fields: Sequence[str] = ALL_FIELDS,
    title: str | None = "某某工会会员花名册",
) -> bytes:
    """Return an .xlsx: a title line, the header in row 2 (row 1 without a title), the rows.

    Text that begins with "=" is text.
    """
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "花名册"
    if title is not None:
        sheet.append([title])
    sheet.append([COLUMN[field].label for field in fields])
    for row in rows:
        sheet.append([row[field] for field in fields])
    for line in sheet.iter_rows():
        for cell in line:
            if cell.data_type == "f":
                cell.data_type = "s"
    return to_bytes(workbook)


def make_csv(rows: Iterable[dict[str, Any]], fields: Sequence[str] = ALL_FIELDS) -> bytes:
    """Return a .csv in UTF-8 with the header in its first line."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([COLUMN[field].label for field in fields])
    for row in rows:
        writer.writerow(["" if row[field] is None else row[field] for field in fields])
    return out.getvalue().encode()


def to_bytes(workbook: Workbook) -> bytes:
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()
