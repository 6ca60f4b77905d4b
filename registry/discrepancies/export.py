"""The comparison as a file that spreadsheet programs open: text, never a formula."""

from collections.abc import Sequence
from datetime import date

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.db import transaction
from registry.discrepancies.marks import Mark, MarkedLine, marked
from registry.errors import InputRefused
from registry.roster.plain_cells import MARK, csv_lines
from registry.trail.operations import record
from registry.unions import queries as unions

_HEADER = (
    "截止日期",
    "工会代码",
    "工会",
    "申报职工",
    "申报日期",
    "最近全量名册",
    "在会会员",
    "保留会籍",
    "基础库人数",
    "职工减会员",
    "名册减会员",
    "问题",
    "说明",
)


def export(place_code: str, on: date, *, actor: Actor) -> bytes:
    """Return all unions of a place at the end of a day as CSV; the export is on the trail.

    Raises `InputRefused` for a day to come, `NotFound` / `Forbidden` without the permission.
    """
    if on > today():
        raise InputRefused("day.future", "截止日期不能晚于今天。")
    with transaction() as session:
        place = unions.find(session, place_code)
        demand(actor, Permission.VIEW_DISCREPANCIES, place.path)
        found = marked(session, place, on)
        record(
            session,
            "discrepancy.export",
            actor=actor,
            place=place_code,
            detail={"on": on.isoformat(), "unions": len(found)},
        )
    return csv_of(found, on)


def csv_of(found: Sequence[MarkedLine], on: date) -> bytes:
    """Return lines as CSV (UTF-8 with a mark, so that Excel reads Chinese)."""
    return MARK + csv_lines([_HEADER, *(_cells(one, on) for one in found)])


def _cells(marked_line: MarkedLine, on: date) -> list[object]:
    line, marks = marked_line
    one = line.figures
    numbers = (one.roster, one.members, one.retained, one.base, one.outside, one.unaccounted)
    return [
        on,
        line.code,
        line.name,
        one.employees,
        one.declared_on,
        *numbers,
        "、".join(mark.flag.label for mark in marks),
        "；".join(_said(mark) for mark in marks),
    ]


def _said(mark: Mark) -> str:
    told = mark.explanation
    said = f"（{told.answer}）" if told and told.answer else ""
    return f"{mark.flag.label}：{mark.stage.label}{said}"
