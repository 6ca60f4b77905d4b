"""Workbooks of unions, and what became of them."""

from collections.abc import Mapping, Sequence

from registry.access.actor import Actor
from registry.db import db
from registry.unions import queries
from registry.unions.intake.lines import Outcome
from registry.unions.intake.operations import receive
from registry.unions.intake.queries import Intake, intake
from tests.factories.unions import TOWNSHIP
from tests.factories.workbooks import xlsx_of


def sheet(header: str, *rows: Sequence[object]) -> bytes:
    """Return a workbook with a header, labels parted by blanks."""
    return xlsx_of([header.split(), *rows])


def taken(content: bytes, actor: Actor, code: str = TOWNSHIP) -> int:
    """Read a workbook at a place; returns its number."""
    return receive(content, file_name="工会名单.xlsx", code=code, actor=actor)


def seen(number: int, code: str = TOWNSHIP) -> Intake:
    """Return a workbook as it is shown."""
    db.session.rollback()
    session = db.session()
    return intake(session, queries.find(session, code), number)


def outcomes(found: Intake) -> dict[Outcome, int]:
    """Return how many rows do what, but for nothing."""
    return {outcome: count for outcome, count in found.view.counts.items() if count}


def faults(found: Intake) -> Mapping[int, list[tuple[str | None, str]]]:
    """Return field and rule of what is wrong, by row."""
    return {
        line.row: [(f.field, f.code) for f in line.faults] for line in found.lines if line.faults
    }
