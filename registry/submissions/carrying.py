"""What a draft knows laid over its own workbook when that comes back: edits, exclusions, answers.

Rows are known by what the workbook held when it was given out, so that rows may have been added,
removed or moved in it. A cell that was changed in the workbook wins; one that was not keeps what
was corrected in the page since.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.roster.sheet import Cell, SheetBatch
from registry.submissions.models import SubmissionRow
from registry.submissions.recognition import Recognised
from registry.submissions.states import RowState
from registry.submissions.storing import Ref, open_row
from registry.vault.vault import Vault

# Two rows with the same number and one of these the same are the same person, corrected.
_TELLING = ("document_number", "full_name")
# Stands for a value that the file does not hold.
FAULT = "\0"

Cells = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class _Former:
    """A row of the draft: what the workbook was given out with, and what the page says now."""

    row: int
    given: dict[str, Cell]
    now: dict[str, Cell]
    excluded: bool


class Carried:
    """What of a draft goes over to the upload that takes its place.

    `excluded` grows while the batches are laid over, in the order of the file.
    """

    def __init__(self, session: Session, vault: Vault, found: Recognised) -> None:
        self.draft = found.draft
        self.excluded: set[int] = set()
        self._by_row: dict[int, _Former] = {}
        self._by_content: dict[frozenset[tuple[str, str]], list[_Former]] = {}
        for former in _formers(session, vault, found):
            self._by_row[former.row] = former
            self._by_content.setdefault(_content(former.given), []).append(former)

    def edits_for(self, batch: SheetBatch) -> dict[int, dict[str, Cell]]:
        """Return what was corrected in the page since, for the rows of a batch of the upload."""
        if not self._by_row:
            return {}
        edits: dict[int, dict[str, Cell]] = {}
        for row, cells in rows_of(batch):
            former = self._take(row, cells)
            if former is None:
                continue
            if former.excluded:
                self.excluded.add(row)
            since = changed_since(former.given, former.now, cells)
            if since:
                edits[row] = since
        return edits

    def _take(self, row: int, cells: Cells) -> _Former | None:
        """Return the draft's row that this one is; each is taken once."""
        alike = self._by_content.get(_content(cells), [])
        former = min(alike, key=lambda one: abs(one.row - row), default=None)
        if former is None:
            former = self._by_row.get(row)
            if former is not None and not _same_person(former.given, cells):
                former = None
        if former is None:
            return None
        self._by_row.pop(former.row, None)
        rest = self._by_content.get(_content(former.given), [])
        if former in rest:
            rest.remove(former)
        return former


def changed_since(given: Cells, now: Cells, back: Cells) -> dict[str, Cell]:
    """Return the cells that the page has changed since and the workbook has not: field → value,
    "" for one that the page made blank."""
    return {
        field: "" if now.get(field) is None else now[field]
        for field in {**given, **now}
        if not same(now.get(field), given.get(field)) and same(back.get(field), given.get(field))
    }


def same(one: Cell, other: Cell) -> bool:
    """Tell whether two cells say the same, whatever type a program has saved them with."""
    return _plain(one) == _plain(other)


def rows_of(batch: SheetBatch) -> Iterator[tuple[int, dict[str, Cell]]]:
    """Yield the rows of a batch, cells by field; a cell whose value the file does not hold has a
    mark of its own."""
    fields = tuple(batch.cells)
    faults = {(fault.row, fault.field) for fault in batch.faults}
    columns = [batch.cells[field] for field in fields]
    for index, row in enumerate(batch.rows):
        cells = {field: column[index] for field, column in zip(fields, columns, strict=True)}
        if faults:
            cells |= {field: FAULT for field in fields if (row, field) in faults}
        yield row, cells


def given_cells(
    raw: Cells, faults: Mapping[str, str], written: Mapping[str, Cell]
) -> dict[str, Cell]:
    """Return a stored row as the workbook was given out: the file's cells with the page's edits
    that were written into it."""
    return {**raw, **dict.fromkeys(faults, FAULT), **written}


def _formers(session: Session, vault: Vault, found: Recognised) -> Iterator[_Former]:
    draft = found.draft
    # A draft that has taken another's place was read from the workbook as it came back.
    written = found.stamp.edits if found.is_first else {}
    ref = Ref(draft.county, draft.id, draft.union_code)
    query = select(SubmissionRow.row, SubmissionRow.state, SubmissionRow.sealed).where(
        SubmissionRow.county == draft.county,
        SubmissionRow.submission_id == draft.id,
        or_(SubmissionRow.version > 1, SubmissionRow.state == RowState.EXCLUDED),
    )
    for row, state, sealed in session.execute(query.order_by(SubmissionRow.row)):
        content = open_row(vault, ref, row, sealed)
        given = given_cells(content.raw, content.faults, written.get(row, {}))
        now = given_cells(content.raw, content.faults, content.edits)
        yield _Former(row, given, now, state == RowState.EXCLUDED)


def _content(cells: Cells) -> frozenset[tuple[str, str]]:
    return frozenset((field, _plain(cell)) for field, cell in cells.items() if _plain(cell))


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell).strip()


def _same_person(one: Cells, other: Cells) -> bool:
    return any(
        _plain(one.get(field)) and same(one.get(field), other.get(field)) for field in _TELLING
    )
