"""Reading a whole roster through the sandbox at once."""

from typing import NamedTuple

import pytest

from registry.errors import RosterRefused
from registry.roster.process import Limits
from registry.roster.sandbox import ORDINARY, open_sheet
from registry.roster.sheet import Cell, CellFault, SheetHead, SheetTail


class Sheet(NamedTuple):
    head: SheetHead
    tail: SheetTail
    rows: list[int]
    cells: dict[str, list[Cell]]
    faults: list[CellFault]

    @property
    def fields(self) -> list[str | None]:
        return [column.field for column in self.head.columns]

    @property
    def skipped(self) -> list[tuple[int, str, int | None]]:
        return [tuple(skipped) for skipped in self.tail.skipped]  # type: ignore[misc]

    @property
    def finding_codes(self) -> list[str]:
        return [one.code for one in (*self.head.file_findings, *self.tail.file_findings)]


def read(content: bytes, limits: Limits = ORDINARY) -> Sheet:
    """Return all that the sandbox says of a roster; raises RosterRefused."""
    rows: list[int] = []
    cells: dict[str, list[Cell]] = {}
    faults: list[CellFault] = []
    with open_sheet(content, limits) as reader:
        for batch in reader:
            rows += batch.rows
            faults += batch.faults
            for field, values in batch.cells.items():
                cells.setdefault(field, []).extend(values)
    return Sheet(reader.head, reader.tail, rows, cells, faults)


def refusal(content: bytes, limits: Limits = ORDINARY) -> RosterRefused:
    """Return the refusal that a file meets; fails when it meets none."""
    with pytest.raises(RosterRefused) as caught:
        read(content, limits)
    return caught.value
