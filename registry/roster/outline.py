"""The sandbox task "preview": the sheets that look like rosters and all their columns."""

from __future__ import annotations

import json
from io import BytesIO

from registry.roster.choosing import Found, Terms, choose, find, terms
from registry.roster.header import may_hold_example, why_no_person
from registry.roster.look import column_letters
from registry.roster.refusal import Refusal
from registry.roster.source import Row, Source, open_source
from registry.roster.unclear import column, unclear

MOST_SHEETS = 10
MOST_COLUMNS = 200
EXAMPLES = 3
_LONGEST = 60


def outline(content: bytes, argument: bytes) -> bytes:
    """Return JSON: [{name, header_row, columns, unclear, chosen}] of the sheets with a header.

    `columns` are {column, header, field, passed, examples} of each column with a header or cells.
    Raises Refusal.
    """
    said = terms(argument)
    source = open_source(BytesIO(content), said.labels, said.bounds)
    chosen = choose(source, said)
    sheets = [
        _sheet(source, chosen if index == chosen.number else found)
        | {"chosen": index == chosen.number}
        for index, found in _found(source, chosen, said)
    ]
    return json.dumps(sheets[:MOST_SHEETS], ensure_ascii=False).encode()


def _found(source: Source, chosen: Found, said: Terms) -> list[tuple[int, Found]]:
    """Return the sheets with a header, in the order of the workbook; `columns` are only for the
    chosen one."""
    found = []
    for index, (_, readable) in enumerate(source.sheets):
        if index == chosen.number:
            found.append((index, chosen))
        elif readable:
            try:
                other = find(source, index, said._replace(columns={}))
            except Refusal:
                continue
            if other is not None and other.sample:
                found.append((index, other))
    return found


def _sheet(source: Source, found: Found) -> dict[str, object]:
    header = found.header
    rows = [row for row in found.sample if _is_person(row, found)]
    texts = {index: text for index, text, _ in header.columns}
    fields = {index: field for index, _, field in header.columns}
    width = max([*texts, *(len(row) - 1 for row in rows)], default=-1) + 1
    columns: list[dict[str, object]] = []
    for index in range(width):
        cells = column(rows, index)
        if (cells or index in texts) and len(columns) < MOST_COLUMNS:
            columns.append(
                {
                    "column": column_letters(index),
                    "header": texts.get(index, "")[:_LONGEST],
                    "field": fields.get(index),
                    "passed": index in header.passed,
                    "examples": [text[:_LONGEST] for text in dict.fromkeys(cells)][:EXAMPLES],
                }
            )
    return {
        "name": source.sheets[found.number][0],
        "header_row": header.row,
        "columns": columns,
        "unclear": unclear(header, found.sample),
    }


def _is_person(row: Row, found: Found) -> bool:
    fields = found.header.fields
    place = fields.get("document_number", -1)
    document = row[place] if 0 <= place < len(row) else ""
    if may_hold_example(row[:1]):
        return False
    return why_no_person(row, document, fields, found.labels) is None
