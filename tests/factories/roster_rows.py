"""Roster rows as the reader hands them over, and what the checker says of them.

All persons are invented. Rows are made as of 22 November 2026.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from registry.identity.resident_id import check_character
from registry.roster.check import CheckedBatch, Checker
from registry.roster.columns import COLUMNS
from registry.roster.findings import Finding
from registry.roster.sheet import CellFault, SheetBatch, SheetColumn

TODAY = date(2026, 11, 22)
FIELDS = [column.field for column in COLUMNS]
LETTER = {field: chr(ord("A") + place) for place, field in enumerate(FIELDS)}
FIRST_ROW = 2


def make_number(born: str = "19900307", sequence: int = 123, division: str = "331083") -> str:
    """Return a sound resident number; an odd sequence is a man's."""
    body = f"{division}{born}{sequence:03}"
    return body + check_character(body)


def make_row(**changes: Any) -> dict[str, Any]:
    """Return a row that earns no finding at all, changed as told."""
    row: dict[str, Any] = {
        "full_name": "叶青禾",
        "sex": "男",
        "born_on": "1990-03-07",
        "ethnicity": "汉族",
        "work_status": "在岗",
        "document_kind": "居民身份证",
        "document_number": make_number(),
        "education": "大学本科",
        "skill_level": None,
        "mobile": "13905760001",
        "household_kind": "家庭户",
        "household_region": "浙江省玉环市",
        "change": "入会",
        "changed_on": "2017-09-01",
        "change_reason": None,
        "political_status": "群众",
        "employer_name": "玉环青禾阀门厂",
        "native_place": "浙江玉环",
        "is_migrant_worker": "否",
        "is_dispatched": "否",
        "worker_group": "无",
        "post": "车工",
        "in_mutual_aid": "是",
        "union_name": "玉环青禾阀门厂工会",
    }
    return {**row, **changes}


def make_columns(without: Iterable[str] = ()) -> list[SheetColumn]:
    """Return the columns of a sheet in the national order, some of them left out."""
    return [
        SheetColumn(LETTER[column.field], column.label, column.field)
        for column in COLUMNS
        if column.field not in without
    ]


def make_batch(
    rows: list[dict[str, Any]],
    without: Iterable[str] = (),
    faults: list[CellFault] | None = None,
    first_row: int = FIRST_ROW,
) -> SheetBatch:
    fields = [
        column.field
        for column in COLUMNS
        if column.requirement != "ignored" and column.field not in without
    ]
    return SheetBatch(
        rows=list(range(first_row, first_row + len(rows))),
        cells={field: [row[field] for row in rows] for field in fields},
        faults=faults or [],
    )


def judge(
    *rows: dict[str, Any],
    without: Iterable[str] = (),
    faults: list[CellFault] | None = None,
    answers: dict[str, str] | None = None,
) -> CheckedBatch:
    """Return the rows judged as one batch, with the findings of the whole roster behind."""
    without = tuple(without)
    checker = Checker(make_columns(without), TODAY, answers)
    checked = checker.judge(make_batch(list(rows), without, faults))
    checked.findings += checker.finish()
    return checked


def said(checked: CheckedBatch) -> list[tuple[int, str | None, str]]:
    """Return row, field and code of each finding."""
    return [(found.row, found.field, found.code) for found in checked.findings]


def said_of(checked: CheckedBatch, field: str) -> list[str]:
    """Return the codes of the findings on a field."""
    return [found.code for found in checked.findings if found.field == field]


def the(checked: CheckedBatch, code: str) -> Finding:
    """Return the one finding of a rule."""
    (found,) = [found for found in checked.findings if found.code == code]
    return found
