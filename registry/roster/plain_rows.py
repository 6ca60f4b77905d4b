"""The rows of a sheet that lists something else than persons, inside the sandbox process.

The file is opened, and the header found, as a roster's is; the labels are those that are told.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain, islice
from typing import Any

from registry.roster.header import FIRST_ROWS, Header, find_header, why_no_person
from registry.roster.limits import Bounds
from registry.roster.look import Look, column_letters
from registry.roster.refusal import Refusal
from registry.roster.source import Row, Source, open_source

Plain = str | int | float
# A row with so many known cells is none of the lines under a table, whatever its first text is:
# 注塑行业联合工会 begins like 注.
_FILLED = 3
_SURE = "00000"


def plain_rows(content: bytes, argument: bytes) -> bytes:
    """Return as JSON a sheet's `columns` (letter, label, field or null), `rows` (number, {field:
    cell}, [fields whose cell holds an error or a formula without a result]) and `skipped` row
    numbers: those that say something and are none of the list.

    `argument` is JSON: labels, keys (fields of which the sheet must have one), the most rows,
    bounds. Raises Refusal.
    """
    said = json.loads(argument)
    source = open_source(BytesIO(content), said["labels"], Bounds(*said["bounds"]))
    for index, (_, readable) in enumerate(source.sheets):
        found = _listed(source, index, said) if readable else None
        if found is not None:
            return json.dumps(found, ensure_ascii=False).encode()
    raise Refusal("file.no_header")


def _listed(source: Source, index: int, said: Mapping[str, Any]) -> dict[str, Any] | None:
    rows = source.rows(index)
    first = list(islice(rows, FIRST_ROWS))
    header = find_header(first, said["labels"])
    if header is None or header.fields.keys().isdisjoint(said["keys"]):
        return None
    below = enumerate(chain(first[header.row :], rows), start=header.row + 1)
    listed: list[tuple[int, dict[str, Plain], list[str]]] = []
    skipped: list[int] = []
    for number, row, told, faulty in _told(below, header, source.look(index)):
        sure = _SURE if len(told) >= _FILLED else None
        is_none = why_no_person(row, sure, header.fields, said["labels"])
        if is_none or not (told or faulty):
            skipped.append(number)
            continue
        listed.append((number, told, faulty))
        if len(listed) > said["most"]:
            raise Refusal("file.too_large", what="的行数", limit=f"{said['most']:,} 行")
    if not listed:
        raise Refusal("file.empty")
    columns = [(column_letters(at), text, field) for at, text, field in header.columns]
    return {"columns": columns, "rows": listed, "skipped": skipped}


def _told(
    below: Iterable[tuple[int, Row]], header: Header, look: Look
) -> Iterator[tuple[int, Row, dict[str, Plain], list[str]]]:
    """Yield the rows that say something, and what they say in the known columns."""
    fields = header.fields
    for number, row in below:
        cells = {field: _plain(row, at) for field, at in fields.items()}
        told = {field: cell for field, cell in cells.items() if cell != ""}
        places = {column for column, _ in look.faults.get(number, [])}
        faulty = [field for field, at in fields.items() if at in places]
        if told or faulty or any(cell not in ("", None) for cell in row):
            yield number, row, told, faulty


def _plain(row: Sequence[object], at: int) -> Plain:
    cell = row[at] if at < len(row) else ""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    return "" if cell is None else str(cell).strip()
