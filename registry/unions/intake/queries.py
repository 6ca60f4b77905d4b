"""What is asked of workbooks of unions: which there were, what they do, and the rows held back."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.errors import NotFound
from registry.roster.columns import Column
from registry.roster.lists import write_list
from registry.unions.book import COLUMNS, TITLE
from registry.unions.intake.lines import (
    IntakeState,
    Line,
    Outcome,
    SheetFacts,
    decoded,
    facts_of,
)
from registry.unions.models import UnionIntake
from registry.unions.queries import Union


class IntakeView(NamedTuple):
    """A workbook that was read: what becomes of its rows, who read and who decided."""

    id: int
    file_name: str
    state: str
    new_count: int
    changed_count: int
    same_count: int
    refused_count: int
    read_by: int
    read_at: datetime
    decided_by: int | None
    decided_at: datetime | None

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided yet."""
        return self.state == IntakeState.WAITING

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return IntakeState(self.state).label

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many rows do what."""
        told = (self.new_count, self.changed_count, self.same_count, self.refused_count)
        return dict(zip(Outcome, told, strict=True))


class Intake(NamedTuple):
    """A workbook with its rows, and what is said of it beside them."""

    view: IntakeView
    lines: list[Line]
    about: SheetFacts


_intake = table_of(UnionIntake).c
_VIEW = tuple(_intake[name] for name in IntakeView._fields)
_REASON = Column("reason", "问题（改好后再导入，这一列不用删）", "ignored", None, "text", ())


def intakes(
    session: Session, place: Union, *, before: int | None = None, limit: int = 50
) -> list[IntakeView]:
    """Return the workbooks read at a place, the last first, from before a number on."""
    query = select(*_VIEW).where(_intake.county == place.county, _intake.place == place.code)
    if before is not None:
        query = query.where(_intake.id < before)
    found = session.execute(query.order_by(_intake.id.desc()).limit(limit))
    return [IntakeView(*row) for row in found]


def intake(session: Session, place: Union, number: int) -> Intake:
    """Return a workbook read at a place. Raises `NotFound`."""
    query = select(*_VIEW, _intake.lines, _intake.sheet).where(
        _intake.county == place.county, _intake.place == place.code, _intake.id == number
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("union.intake_unknown", "没有这份导入的名单，请从工会名单导入页面打开。")
    *view, lines, about = row
    return Intake(IntakeView(*view), decoded(lines), facts_of(about))


def held(lines: Sequence[Line]) -> bytes:
    """Return the refused rows as a workbook like the one that was sent: as they were written, the
    faulty cells coloured, what is wrong with each behind it. Put right, it is imported again.
    """
    refused = [line for line in lines if line.outcome is Outcome.REFUSED]
    rows, marked = [], {}
    for at, line in enumerate(refused):
        written = [str(line.cells.get(column.field, "")) for column in COLUMNS]
        said = "；".join(one.message for one in line.faults)
        rows.append([*written, f"第 {line.row} 行：{said}"])
        faulty = {one.field for one in line.faults}
        marked[at] = {place for place, column in enumerate(COLUMNS) if column.field in faulty}
    return write_list(TITLE, [*COLUMNS, _REASON], rows, marked)
