"""The clerk's own workbook given back with its findings in place.

The work is done in the sandbox process, because openpyxl may hang on hostile files: `mark` sends
the findings along, `mark_content` is what runs there. Where openpyxl cannot take the file as it is
(other formats, odd workbooks), a new workbook with the same cells at the same places is written.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from registry.errors import RosterRefused
from registry.roster.process import Limits
from registry.roster.sandbox import ORDINARY, run_in_sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.roster.report import RosterReport

# Above this many rows only the faulty ones are given back: marking costs 9 kB of memory a row.
MOST_ROWS = 20_000
# Seconds for openpyxl to start on a small workbook, and rows that it reads and writes in a second
# on a slow machine.
_START_SECONDS = 15
_ROWS_A_SECOND = 300


def mark(
    content: bytes,
    report: RosterReport,
    limits: Limits | None = None,
    edits: Sequence[tuple[int, str, str]] = (),
) -> bytes:
    """Return an .xlsx with the findings of `report` on the file's cells and on a sheet 问题清单.

    Up to 20,000 rows it is the clerk's workbook, cells untouched (formulas become their values)
    but for `edits`: row, column letter and text of cells that were corrected since. Above that
    only the rows with errors or warnings, which the list says. Raises RosterRefused where the file
    cannot be read.
    """
    limits = limits or _limits(report)
    order = {**order_of(report), "edits": edits}
    ways = ["rebuild"]
    if report.head.format in ("xlsx", "xlsm") and not order["only_faulty"]:
        ways.insert(0, "keep")
    for way in ways[:-1]:
        try:
            return run_in_sandbox("mark", content, encoded(order, way), limits)
        except RosterRefused:
            # Not every workbook that can be read is one that openpyxl takes.
            continue
    return run_in_sandbox("mark", content, encoded(order, ways[-1]), limits)


def mark_content(content: bytes, argument: bytes) -> bytes:
    """Do what `mark` orders, in the sandbox process; raises Refusal."""
    from registry.roster import marking

    order = json.loads(argument)
    if order["way"] == "keep":
        return marking.keep(content, order)
    return marking.rebuild(content, order, ORDINARY.unpacked_bytes)


def _limits(report: RosterReport) -> Limits:
    """Return limits by the number of rows, so that a small hostile file is given up soon."""
    seconds = _START_SECONDS + min(report.tail.total, MOST_ROWS) // _ROWS_A_SECOND
    return ORDINARY._replace(memory_bytes=2 << 30, cpu_seconds=seconds, wall_seconds=seconds * 1.5)


def encoded(order: dict[str, Any], way: str) -> bytes:
    """Return an order as the child takes it; `way` is keep or rebuild."""
    return json.dumps({**order, "way": way}, ensure_ascii=False).encode()


def order_of(report: RosterReport) -> dict[str, Any]:
    """Return what the child needs: places, words and colours, all as plain values."""
    from registry.roster.columns import COLUMN
    from registry.roster.messages import TITLES

    head = report.head
    fields = {column.field: column.column for column in head.columns if column.field}
    cells: dict[tuple[int, str], list[Any]] = defaultdict(lambda: ["warning", []])
    listed: list[list[Any]] = []
    valueless: list[tuple[int, str]] = []
    for found in report.findings:
        place = found.column or fields["document_number"]
        label = COLUMN[found.field].label if found.field else "整行"
        listed.append([found.row, place, label, found.severity, TITLES[found.code], found.message])
        if found.severity == "fixed":
            continue
        cell = cells[found.row, place]
        cell[1].append(found.message)
        if found.code in ("cell.error", "cell.formula"):
            valueless.append((found.row, place))
        if found.severity == "error":
            cell[0] = "error"
    only_faulty = report.tail.total > MOST_ROWS
    return {
        "sheet": head.sheet,
        "header_row": head.header_row,
        "cells": [[*place, *said] for place, said in cells.items()],
        "valueless": valueless,
        "listed": [*_with(listed, "error"), *_with(listed, "warning"), *_with(listed, "fixed")],
        "file": [finding.message for finding in report.file_findings],
        "counts": report.counts._asdict(),
        "only_faulty": only_faulty,
    }


def _with(listed: list[list[Any]], severity: str) -> list[list[Any]]:
    return [entry for entry in listed if entry[3] == severity]
