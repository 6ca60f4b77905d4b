"""A row of a workbook of unions on its way, and what it would do. Pure; kept as JSON."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from registry.roster.lists import Cell
from registry.unions.intake.rules import Fault
from registry.unions.states import UnionAct


class IntakeState(StrEnum):
    """Where a workbook stands: it waits for a decision, was applied, or was given up."""

    WAITING = "WAITING"
    APPLIED = "APPLIED"
    DROPPED = "DROPPED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {"WAITING": "待确认", "APPLIED": "已导入", "DROPPED": "已放弃"}[self]


class Outcome(StrEnum):
    """What a row does to the register."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    SAME = "SAME"
    REFUSED = "REFUSED"

    @property
    def label(self) -> str:
        """The outcome's name on the screen."""
        return {"NEW": "新登记", "CHANGED": "有变更", "SAME": "没有变化", "REFUSED": "没有导入"}[
            self
        ]


class Step(NamedTuple):
    """An act on a union: what stands in its fields before and after, and the day told."""

    act: UnionAct
    before: dict[str, str | None]
    after: dict[str, str | None]
    on: date | None = None


class Line(NamedTuple):
    """A row: its number in Excel, the union (`code` "" for one to be registered), what is to
    happen, what is wrong; the cells as they were written and as they were understood.
    """

    row: int
    outcome: Outcome
    code: str
    name: str
    steps: list[Step]
    faults: list[Fault]
    cells: dict[str, Cell]
    told: dict[str, str]


class SheetFacts(NamedTuple):
    """What is said of a workbook beside its rows: the letters of the known columns by field, the
    labels of columns not taken, the rows that are none of the list.
    """

    letters: dict[str, str]
    unknown: list[str]
    skipped: list[int]


def encoded(told: Sequence[Line] | SheetFacts) -> str:
    """Return lines, or what is said of their workbook, as they are kept."""
    return msgspec.json.encode(told).decode()


def decoded(text: str) -> list[Line]:
    """Return lines as they were."""
    return msgspec.json.decode(text, type=list[Line])


def facts_of(text: str) -> SheetFacts:
    """Return what was said of a workbook."""
    return msgspec.json.decode(text, type=SheetFacts)
