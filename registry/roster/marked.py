"""The clerk's own workbook given back with its findings in place.

The work is done in the sandbox process, because openpyxl may hang on hostile files: `mark` sends
the findings along, `mark_content` is what runs there. Where openpyxl cannot take the file as it is
(other formats, odd workbooks), a new workbook with the same cells at the same places is written.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from registry.errors import RosterRefused
from registry.roster.columns import COLUMN
from registry.roster.limits import ORDINARY, Bounds, Limits
from registry.roster.messages import MESSAGES, TITLES
from registry.roster.sandbox import run_in_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registry.roster.findings import Finding
    from registry.roster.report import RosterReport
    from registry.roster.sheet import Cell

# Above this many rows only the faulty ones are given back: marking costs 9 kB of memory a row.
MOST_ROWS = 20_000
# Seconds for openpyxl to start on a small workbook, and rows that it reads and writes in a second
# on a slow machine.
_START_SECONDS = 10
_ROWS_A_SECOND = 300
# Typed again in a cell of numbers, eighteen digits lose the last three.
_NUMBERS = ("document_number", "mobile")
_IN_ORDER = ("error", "sent_back", "warning", "fixed")


class Note(NamedTuple):
    """What a reviewer said of a row."""

    row: int
    title: str
    message: str


class Part(NamedTuple):
    """Only these rows of a file are given back, and why only these."""

    rows: Sequence[int]
    why: str


def mark(
    content: bytes,
    report: RosterReport,
    limits: Limits = ORDINARY,
    edits: Sequence[tuple[int, str, Cell]] = (),
    *,
    stamp: str | None = None,
    part: Part | None = None,
    notes: Sequence[Note] = (),
    said: str = "",
) -> bytes:
    """Return an .xlsx with the findings of `report` on the file's cells and on a sheet 问题清单.

    Up to 20,000 rows it is the clerk's workbook, cells untouched (formulas become their values)
    but for `edits`: row, column letter and value of cells that were corrected since. Above that
    only the rows with errors or warnings, which the list says; with `part` just its rows. `stamp`
    is written onto the list, so that the workbook is known again; `said` tells who takes it.
    Raises RosterRefused where the file cannot be read.
    """
    limits = _for_marking(limits, report)
    order = {**order_of(report, part, notes), "edits": edits, "stamp": stamp, "said": said}
    ways = ["rebuild"]
    if report.head.format in ("xlsx", "xlsm") and order["rows"] is None:
        ways.insert(0, "keep")
    for way in ways[:-1]:
        try:
            return run_in_sandbox("mark", content, encoded(order, way, limits.bounds), limits)
        except RosterRefused:
            # Not every workbook that can be read is one that openpyxl takes.
            continue
    return run_in_sandbox("mark", content, encoded(order, ways[-1], limits.bounds), limits)


def mark_content(content: bytes, argument: bytes) -> bytes:
    """Do what `mark` orders, in the sandbox process; raises Refusal."""
    from registry.roster import marking

    order = json.loads(argument)
    if order["way"] == "keep":
        return marking.keep(content, order)
    return marking.rebuild(content, order, Bounds(*order["bounds"]))


def _for_marking(limits: Limits, report: RosterReport) -> Limits:
    """Return limits by the number of rows, so that a small hostile file is given up soon."""
    seconds = _START_SECONDS + min(report.tail.total, MOST_ROWS) // _ROWS_A_SECOND
    return limits._replace(
        memory_bytes=2 * limits.memory_bytes, cpu_seconds=seconds, wall_seconds=seconds * 2
    )


def encoded(order: dict[str, Any], way: str, bounds: Bounds = ORDINARY.bounds) -> bytes:
    """Return an order as the child takes it; `way` is keep or rebuild."""
    return json.dumps({**order, "way": way, "bounds": bounds}, ensure_ascii=False).encode()


def is_part(report: RosterReport) -> bool:
    """Tell whether a roster is so long that only its faulty rows are given back."""
    return report.counts.total - report.counts.skipped > MOST_ROWS


def order_of(
    report: RosterReport, part: Part | None = None, notes: Sequence[Note] = ()
) -> dict[str, Any]:
    """Return what the child needs: places, words and colours, all as plain values."""
    head = report.head
    cells: dict[tuple[int, str], list[Any]] = {}
    listed: list[list[Any]] = []
    valueless: list[tuple[int, str]] = []
    letter = _row_letter(report)
    for note in notes:
        listed.append([note.row, letter, "整行", "sent_back", note.title, note.message])
        cells[note.row, letter] = ["sent_back", [f"{note.title}。{note.message}"]]
    for found in report.findings:
        place = found.column or letter
        label = COLUMN[found.field].label if found.field else "整行"
        said = _said(found)
        listed.append([found.row, place, label, found.severity, TITLES[found.code], said])
        if found.severity == "fixed":
            continue
        cell = cells.setdefault((found.row, place), ["warning", []])
        cell[1].append(said)
        if found.code in ("cell.error", "cell.formula"):
            valueless.append((found.row, place))
        if found.severity == "error":
            cell[0] = "error"
    rows = _rows_given(report, part, cells)
    return {
        "sheet": head.sheet,
        "header_row": head.header_row,
        "cells": [[*place, *said] for place, said in cells.items()],
        "valueless": valueless,
        "texts": [one.column for one in head.columns if one.field in _NUMBERS],
        "listed": [one for severity in _IN_ORDER for one in listed if one[3] == severity],
        "file": [finding.message for finding in report.file_findings],
        "counts": report.counts._asdict(),
        "rows": None if rows is None else rows[:MOST_ROWS],
        "left_out": max(0, len(rows or ()) - MOST_ROWS),
        "why_part": part.why if part else "",
    }


def _said(found: Finding) -> str:
    """Return what is said of a finding in the copy, where a formula without a result is #N/A and
    to open and save it once would give none."""
    if found.code != "cell.formula":
        return found.message
    return found.message.removesuffix(MESSAGES[found.code].remedy) + "请直接填写内容。"


def _row_letter(report: RosterReport) -> str:
    """Return the column in which a finding on a whole row is shown: the number, else the name."""
    letters = {column.field: column.column for column in report.head.columns if column.field}
    return letters.get("document_number") or letters.get("full_name") or "A"


def _rows_given(
    report: RosterReport, part: Part | None, cells: Iterable[tuple[int, str]]
) -> list[int] | None:
    if part is not None:
        return sorted(part.rows)
    return sorted({row for row, _ in cells}) if is_part(report) else None
