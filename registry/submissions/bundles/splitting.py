"""A batch of the common sheet taken apart: rows by union, judged, sealed, matched. Writes nothing.

A row stands in the submission of its union in the state that it will be seen in: waiting for
review, or held with a copy in the union's draft. So nothing is left to change when all is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy.orm import Session

from registry.members.matching import Question, match_many
from registry.roster.check import CheckedBatch, Checker
from registry.roster.parted import PartedRoll
from registry.roster.sheet import Cell, SheetBatch, SheetColumn
from registry.submissions.intake import register_findings
from registry.submissions.states import RowState
from registry.submissions.storing import (
    COLUMN_NAMES,
    Ref,
    StoredRows,
    open_row,
    seal_row,
    store,
)
from registry.vault.vault import Vault

FIELD = "union_name"
STAGED_NAMES = (*COLUMN_NAMES, "follow_up_id")
_ASKED = ("person_key", "full_name", "change", "clean", "mobile_key")
_NAME = b"union_name"
# What stands for a cell whose value is not in the file.
_UNKNOWN = {"cell.formula": "（公式没有算出结果）", "cell.error": "（公式出错）"}


class Part(NamedTuple):
    """One union of the bundle and the two numbers that its rows may go to."""

    number: int
    union_code: str
    submission_id: int
    draft_id: int


class Target(NamedTuple):
    """What a written name means: its own number, and the part (None: its rows are left out)."""

    name: int
    part: Part | None


class Gap(NamedTuple):
    """A run of rows that were left out, by the number of their name."""

    row: int
    last: int
    name: int


@dataclass(slots=True)
class Sorted:
    """The rows of a batch that go to a union, each with its part; and the runs that do not."""

    count: int
    batch: SheetBatch
    parts: list[Part]
    gaps: list[Gap]


@dataclass(slots=True)
class Staged:
    """Columns ready for the table, by `STAGED_NAMES`: rows and the copies in drafts together."""

    columns: list[list[Any]]
    gaps: list[Gap]


def text_of(cell: Cell) -> str:
    """Return what stands in a cell of the unions' column; a code typed as a number is its
    digits.
    """
    if cell is None or isinstance(cell, bool):
        return ""
    return " ".join(str(cell).split())


def key_of(vault: Vault, written: str) -> bytes:
    """Return the keyed hash by which a written name is known again."""
    return vault.keyed_hash(_NAME, written)


def written_in(batch: SheetBatch) -> list[str]:
    """Return what is written in the unions' column of a batch, row by row. A cell whose value the
    file does not hold is no blank: it says so.
    """
    cells = batch.cells.get(FIELD) or [None] * len(batch.rows)
    texts = [text_of(cell) for cell in cells]
    if any(fault.field == FIELD for fault in batch.faults):
        at = {row: index for index, row in enumerate(batch.rows)}
        for fault in batch.faults:
            if fault.field == FIELD:
                texts[at[fault.row]] = _UNKNOWN[fault.code]
    return texts


class Names:
    """The distinct names of a file, counted while it is read; `limit` of them at most."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.rows: dict[str, int] = {}
        self.first: dict[str, int] = {}

    def take(self, batch: SheetBatch) -> bool:
        """Count a batch; False when there are more names than any place has unions."""
        for row, name in zip(batch.rows, written_in(batch), strict=True):
            if name not in self.rows:
                if len(self.rows) >= self._limit:
                    return False
                self.first[name] = row
            self.rows[name] = self.rows.get(name, 0) + 1
        return True


class Splitter:
    """Takes the batches of one file apart, in order. `targets` by the key of the written name."""

    def __init__(
        self,
        vault: Vault,
        county: str,
        targets: Mapping[bytes, Target],
        columns: list[SheetColumn],
        today: date,
    ) -> None:
        self._vault, self._county, self._targets = vault, county, targets
        self._letters = {one.field: one.column for one in columns if one.field}
        self._known: dict[str, Target] = {}
        self._checker = Checker(columns, today)
        self.file_findings = self._checker.file_findings
        self._roll = PartedRoll()
        self._parts: dict[int, Part] = {
            target.part.number: target.part for target in targets.values() if target.part
        }

    def sort(self, batch: SheetBatch) -> Sorted:
        """Return the rows that go to a union, and the runs of those that are left out."""
        kept: list[int] = []
        parts: list[Part] = []
        gaps: list[Gap] = []
        for index, (row, name) in enumerate(zip(batch.rows, written_in(batch), strict=True)):
            target = self._target(name)
            if target.part is not None:
                kept.append(index)
                parts.append(target.part)
            elif gaps and gaps[-1].last == row - 1 and gaps[-1].name == target.name:
                gaps[-1] = gaps[-1]._replace(last=row)
            else:
                gaps.append(Gap(row, row, target.name))
        return Sorted(len(batch.rows), _narrowed(batch, kept), parts, gaps)

    def judge(self, found: Sorted) -> CheckedBatch:
        """Judge the rows and remember what only the whole file shows."""
        checked = self._checker.judge(found.batch)
        self._roll.add(
            found.batch.rows,
            [part.number for part in found.parts],
            checked.document_keys,
            checked.clean["mobile"],
        )
        return checked

    def stage(self, session: Session, found: Sorted, checked: CheckedBatch) -> Staged:
        """Seal and match judged rows; faulty ones are copied for their union's draft."""
        numbers = [part.submission_id for part in found.parts]
        place = Ref(self._county, 0, "")
        rows = store(self._vault, place, found.batch, checked, numbers_of=numbers)
        self._match(session, rows, [part.union_code for part in found.parts])
        columns = rows.columns
        faulty = [i for i, worst in enumerate(columns["worst"]) if worst == "error"]
        states = [RowState.PENDING.value] * len(rows)
        follow_ups: list[int | None] = [None] * len(rows)
        for index in faulty:
            states[index] = RowState.HELD.value
            follow_ups[index] = found.parts[index].draft_id
        columns["state"], columns["follow_up_id"] = states, follow_ups
        copies = [
            copy_for_draft(
                self._vault,
                {name: columns[name][index] for name in STAGED_NAMES},
                found.parts[index],
            )
            for index in faulty
        ]
        return Staged(
            [columns[name] + [one[name] for one in copies] for name in STAGED_NAMES], found.gaps
        )

    def late_findings(self) -> Any:
        """Yield (part, findings) on rows that only the whole file shows; see `PartedRoll`."""
        for number, findings in self._roll.findings(self._letters):
            yield self._parts[number], findings

    def _target(self, written: str) -> Target:
        known = self._known.get(written)
        if known is None:
            known = self._known[written] = self._targets[key_of(self._vault, written)]
        return known

    def _match(self, session: Session, rows: StoredRows, unions: Sequence[str]) -> None:
        columns = rows.columns
        at = [
            index
            for index, (key, worst) in enumerate(
                zip(columns["person_key"], columns["worst"], strict=True)
            )
            if key is not None and worst != "error"
        ]
        question = Question(*([columns[name][i] for i in at] for name in _ASKED))
        answers = match_many(session, self._county, [unions[i] for i in at], question)
        for index, answer in zip(at, answers, strict=True):
            columns["match"][index] = answer.match
            if answer.changed:
                changed = msgspec.json.encode(answer.changed).decode()
                columns["changed_fields"][index] = changed
            row, change = columns["row"][index], columns["change"][index]
            for finding in register_findings(row, answer, change, self._letters):
                rows.add_finding(index, finding)


def copy_for_draft(vault: Vault, row: Mapping[str, Any], part: Part) -> dict[str, Any]:
    """Return a faulty row as it stands in its union's draft, sealed for that place."""
    county, number = row["county"], row["row"]
    content = open_row(vault, Ref(county, part.submission_id, ""), number, row["sealed"])
    return {
        **row,
        "submission_id": part.draft_id,
        "state": RowState.DRAFT.value,
        "sealed": seal_row(vault, Ref(county, part.draft_id, ""), number, content),
        "match": None,
        "changed_fields": None,
        "follow_up_id": None,
    }


def _narrowed(batch: SheetBatch, kept: Sequence[int]) -> SheetBatch:
    if len(kept) == len(batch.rows):
        return batch
    rows = [batch.rows[i] for i in kept]
    there = set(rows)
    return SheetBatch(
        rows,
        {field: [cells[i] for i in kept] for field, cells in batch.cells.items()},
        [fault for fault in batch.faults if fault.row in there],
    )
