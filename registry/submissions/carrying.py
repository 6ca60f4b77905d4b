"""What a draft knows laid over its own workbook when that comes back: edits, exclusions, answers.

Rows are known by what the workbook held when it was given out, so that rows may have been added,
removed or moved in it. A cell that was changed in the workbook wins; one that was not keeps what
the draft says of it now, be it corrected in the page or by another copy of the workbook.
"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from registry.roster.sheet import Cell, SheetBatch
from registry.submissions.formers import FAULT, Former, Places, formers, kept
from registry.submissions.recognition import Recognised
from registry.vault.vault import Vault


class Carried:
    """What of a draft goes over to the upload that takes its place.

    `excluded` and `taken` (the upload's rows that the draft knows) grow while the batches are laid
    over, in the order of the file.
    """

    def __init__(self, session: Session, vault: Vault, found: Recognised) -> None:
        self.draft = found.draft
        self.excluded: set[int] = set()
        self.taken: dict[int, Former] = {}
        self._places = Places(formers(session, vault, found))

    def edits_for(self, batch: SheetBatch) -> dict[int, dict[str, Cell]]:
        """Return what stays of the draft, for the rows of a batch of the upload."""
        edits: dict[int, dict[str, Cell]] = {}
        for row, cells in rows_of(batch):
            former = self._places.take(row, cells)
            if former is None:
                continue
            self.taken[row] = former
            if former.excluded:
                self.excluded.add(row)
            stays = kept(former, cells)
            if stays:
                edits[row] = stays
        return edits

    @property
    def lost(self) -> list[int]:
        """The draft's rows that another copy of the workbook had added and this one has not."""
        return sorted(
            one.now
            for one in self._places.left
            if one.is_added and one.now is not None and not one.excluded
        )

    @property
    def returned(self) -> list[int]:
        """The upload's rows that another copy of the workbook had taken out."""
        return sorted(row for row, former in self.taken.items() if former.now is None)


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
