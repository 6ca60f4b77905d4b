"""The rows of a draft as a marked workbook was given out with them, and what became of them since.

Several copies of one workbook may be corrected and come back one after the other. What a copy says
is compared with what all of them were made from, never with what another copy said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.roster.sheet import Cell
from registry.submissions.models import Submission, SubmissionRow
from registry.submissions.recognition import Recognised
from registry.submissions.states import RowState
from registry.submissions.storing import Ref, open_row
from registry.vault.vault import Vault

# Stands for a value that the file does not hold.
FAULT = "\0"
# Two rows with the same number and one of these the same are the same person, corrected.
_TELLING = ("document_number", "full_name")
# Of a long line of workbooks that came back the last ones are looked at.
_MOST_BETWEEN = 10

Cells = Mapping[str, Cell]


@dataclass(eq=False, slots=True)
class Former:
    """A row that the workbook was made from, or one that another workbook has added since.

    `given` is what the workbook was given out with; `later` what the latest draft says instead
    ("" for blank); `brought` what the workbooks that came back meanwhile held instead. `now` is
    the row's number in the latest draft, None where another workbook took it out.
    """

    row: int
    given: dict[str, Cell]
    later: dict[str, Cell] = field(default_factory=dict)
    brought: dict[str, set[str]] = field(default_factory=dict)
    now: int | None = None
    excluded: bool = False
    faulty: bool = False
    is_added: bool = False


class Places:
    """Finds the row that another one is, wherever it stands now; each is found once."""

    def __init__(self, formers: Sequence[Former]) -> None:
        self._free = {former.row: former for former in formers if not former.is_added}
        self._left = set(formers)
        self._alike: dict[frozenset[tuple[str, str]], dict[Former, None]] = {}
        self._numbers: dict[str, list[Former]] = {}
        for former in formers:
            self._alike.setdefault(_content(former.given), {})[former] = None
            number = plain(former.given.get("document_number"))
            if number:
                self._numbers.setdefault(number, []).append(former)

    def take(self, row: int, cells: Cells) -> Former | None:
        """Return the row that says the same, or stands there and is the same person, or has the
        same number as no other has."""
        former = self._same(row, cells) or self._there(row, cells) or self._elsewhere(cells)
        if former is not None:
            self._left.discard(former)
            self._alike[_content(former.given)].pop(former)
            if self._free.get(former.row) is former:
                del self._free[former.row]
        return former

    @property
    def left(self) -> set[Former]:
        """The rows that were not found."""
        return self._left

    def _same(self, row: int, cells: Cells) -> Former | None:
        alike = self._alike.get(_content(cells), {})
        there = self._free.get(row)
        # Of thousands of rows that say the same each has its own place.
        if there is None or there not in alike:
            there = min(alike, key=lambda one: abs(one.row - row), default=None)
        return there

    def _there(self, row: int, cells: Cells) -> Former | None:
        former = self._free.get(row)
        return former if former is not None and _same_person(former.given, cells) else None

    def _elsewhere(self, cells: Cells) -> Former | None:
        having = self._numbers.get(plain(cells.get("document_number")), [])
        return having[0] if len(having) == 1 and having[0] in self._left else None


def formers(session: Session, vault: Vault, found: Recognised) -> list[Former]:
    """Return the rows of the draft that a workbook was made from, beside what the latest draft in
    its place says of them, and the rows that were added to this."""
    latest = found.draft
    line = _line(session, latest.county, latest.id, found.stamp.submission_id)
    written = found.stamp.edits
    rows = []
    for one in _rows(session, vault, _ref(found, line[0])):
        given = given_cells(one.raw, one.faults, written.get(one.row, {}))
        rows.append(Former(one.row, given))
    for number in line[1:-1][-_MOST_BETWEEN:]:
        places = Places(rows)
        for one in _rows(session, vault, _ref(found, number)):
            raw = given_cells(one.raw, one.faults, {})
            former = places.take(one.row, raw)
            if former is not None:
                _add_brought(former, raw)
    return _with_latest(session, vault, found, rows)


def _with_latest(
    session: Session, vault: Vault, found: Recognised, rows: list[Former]
) -> list[Former]:
    """Tell for each row what the latest draft says of it, and add the rows that only this has."""
    places, added = Places(rows), []
    by_row = {former.row: former for former in rows}
    for one in _rows(session, vault, _ref(found, found.draft.id)):
        raw = given_cells(one.raw, one.faults, {})
        former = by_row[one.row] if found.is_first else places.take(one.row, raw)
        if former is None:
            former = Former(one.row, raw, is_added=True)
            added.append(former)
        if not found.is_first:
            _add_brought(former, raw)
        now = given_cells(one.raw, one.faults, one.edits)
        former.later = {
            name: _as_edit(now.get(name))
            for name in {**former.given, **now}
            if not same(now.get(name), former.given.get(name))
        }
        former.now, former.excluded, former.faulty = one.row, one.excluded, one.faulty
    return [*rows, *added]


def kept(former: Former, back: Cells) -> dict[str, Cell]:
    """Return the cells of the latest draft that stay: those where the workbook `back` says what it
    was given out with, or what a workbook said that came back before it."""
    return {
        name: value
        for name, value in former.later.items()
        if not same(back.get(name), value)
        and (
            same(back.get(name), former.given.get(name))
            or plain(back.get(name)) in former.brought.get(name, ())
        )
    }


def given_cells(
    raw: Cells, faults: Mapping[str, str], written: Mapping[str, Cell]
) -> dict[str, Cell]:
    """Return a stored row as the workbook was given out: the file's cells with the page's edits
    that were written into it."""
    return {**raw, **dict.fromkeys(faults, FAULT), **written}


def same(one: Cell, other: Cell) -> bool:
    """Tell whether two cells say the same, whatever type a program has saved them with."""
    return plain(one) == plain(other)


def plain(cell: Cell) -> str:
    """Return a cell as it is compared."""
    return "" if cell is None else str(cell).strip()


class _Row(NamedTuple):
    row: int
    raw: dict[str, Cell]
    faults: dict[str, str]
    edits: dict[str, Cell]
    excluded: bool
    faulty: bool


def _rows(session: Session, vault: Vault, ref: Ref) -> Iterator[_Row]:
    query = (
        select(SubmissionRow.row, SubmissionRow.state, SubmissionRow.worst, SubmissionRow.sealed)
        .where(SubmissionRow.county == ref.county, SubmissionRow.submission_id == ref.submission_id)
        .order_by(SubmissionRow.row)
    )
    for row, state, worst, sealed in session.execute(query):
        content = open_row(vault, ref, row, sealed)
        excluded = state == RowState.EXCLUDED
        yield _Row(row, content.raw, content.faults, content.edits, excluded, worst == "error")


def _line(session: Session, county: str, latest: int, first: int) -> list[int]:
    """Return the drafts from the one that a workbook was made from to the latest in its place."""
    line = [latest]
    while line[-1] != first:
        parent = session.scalar(
            select(Submission.parent_id).where(
                Submission.county == county, Submission.id == line[-1]
            )
        )
        if parent is None:
            raise LookupError(f"submission {latest} does not go back to {first}")
        line.append(parent)
    return line[::-1]


def _ref(found: Recognised, number: int) -> Ref:
    return Ref(found.draft.county, number, found.draft.union_code)


def _add_brought(former: Former, raw: Cells) -> None:
    for name in {**former.given, **raw}:
        if not same(raw.get(name), former.given.get(name)):
            former.brought.setdefault(name, set()).add(plain(raw.get(name)))


def _as_edit(cell: Cell) -> Cell:
    """Return a cell as an edit: None would bring back what the file says."""
    if cell == FAULT:
        return "#N/A"
    return "" if cell is None else cell


def _content(cells: Cells) -> frozenset[tuple[str, str]]:
    return frozenset((name, plain(cell)) for name, cell in cells.items() if plain(cell))


def _same_person(one: Cells, other: Cells) -> bool:
    return any(plain(one.get(name)) and same(one.get(name), other.get(name)) for name in _TELLING)
