"""Judging a roster batch by batch: every rule on every row, a whole column at a time.

One edited row is judged by the same code: it is a batch of one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.errors import InputRefused
from registry.roster.checks import person
from registry.roster.checks.column import ColumnJudge, column_judge
from registry.roster.checks.documents import Documents, Hints, judge_column
from registry.roster.checks.notes import Marks, note
from registry.roster.checks.person import Ages, Values
from registry.roster.columns import COLUMN, COLUMNS, Column
from registry.roster.duplicates import Roll
from registry.roster.findings import FileFinding, Finding
from registry.roster.messages import sentence
from registry.roster.rules import RULES
from registry.roster.sheet import Cell, SheetBatch, SheetColumn

_KEPT = tuple(column for column in COLUMNS if column.requirement != "ignored")
_JOINING = "1"
# What a sound document number says too; where the column is missing the number stands in.
_FROM_NUMBER = ("sex", "born_on")
_ASKED_ONCE = "请为整张表统一填写一次，或在表中增加这一列。"
_TAKEN_FROM_NUMBER = "已按证件号码取得；号码中没有的，请在表中增加这一列后填写。"


@dataclass(slots=True)
class CheckedBatch:
    """Judged rows. All lists are as long as `rows`, which are Excel's row numbers.

    `cells` are the cells as read, of the columns that the sheet has. `clean` has every field that
    is kept: codes, ISO dates (2017-09-01 or 2017-09), flags "1" and "0", normalised numbers; None
    for what is blank or cannot be stored. `document_kind` and `change` are never None.
    `document_keys` are the key forms of numbers without an error. `findings` are those of cells,
    by row; roster-wide ones come from `Checker.finish`.
    """

    rows: list[int]
    cells: dict[str, list[Cell]]
    clean: dict[str, list[str | None]]
    document_keys: list[str | None]
    findings: list[Finding]


class Checker:
    """Judges the batches of one roster, in order; `finish` says what only the whole shows.

    `columns` are those of the sheet, `today` the day in Asia/Shanghai, `answers` values given once
    for the whole roster, by field, for columns that the sheet does not have. An answer that is
    no value of its column is refused (InputRefused with the rule's code and sentence).
    `file_findings` tells which required columns are missing.
    """

    def __init__(
        self,
        columns: Sequence[SheetColumn],
        today: date,
        answers: Mapping[str, str] | None = None,
        ages: Ages = Ages(),  # noqa: B008 - a tuple of settings
    ) -> None:
        self._letters = {c.field: c.column for c in columns if c.field is not None}
        self._today = today
        self._ages = ages
        self._judges: dict[str, ColumnJudge] = {
            column.field: column_judge(column)
            for column in _KEPT
            if column.kind != "document" and column.field in self._letters
        }
        self._answers = _judged_answers(answers or {}, self._letters)
        self._roll = Roll()
        self.file_findings = self._missing_columns()

    def judge(self, batch: SheetBatch) -> CheckedBatch:
        """Return the rows of a batch with what is wrong in their cells."""
        marks = Marks()
        _mark_faults(batch, marks)
        clean = {column.field: self._column(column, batch, marks) for column in _KEPT}
        documents = self._documents(batch, clean, marks)
        self._compare(clean, documents, marks)
        self._mark_blanks(clean, documents, marks, len(batch.rows))
        self._roll.add(batch.rows, documents.keys, clean["mobile"])
        return CheckedBatch(
            rows=batch.rows,
            cells=batch.cells,
            clean=clean,
            document_keys=documents.keys,
            findings=marks.findings(batch.rows, self._letters),
        )

    def finish(self) -> list[Finding]:
        """Return the findings on groups of rows: duplicates, runs, shared mobiles."""
        return self._roll.findings(self._letters)

    def _missing_columns(self) -> list[FileFinding]:
        return [
            FileFinding(
                "column.missing",
                RULES["column.missing"].severity,
                sentence(
                    "column.missing",
                    label=column.label,
                    remedy=_TAKEN_FROM_NUMBER if column.field in _FROM_NUMBER else _ASKED_ONCE,
                ),
            )
            for column in _KEPT
            if column.requirement == "required"
            and column.field not in self._letters
            and column.field not in self._answers
        ]

    def _column(self, column: Column, batch: SheetBatch, marks: Marks) -> Values:
        cells = batch.cells.get(column.field)
        judge = self._judges.get(column.field)
        if cells is None or judge is None:
            return [self._answers.get(column.field)] * len(batch.rows)
        clean, notes = judge.judge(cells)
        for index, found in notes.items():
            for new in found:
                marks.add(column.field, index, new)
        return clean

    def _documents(self, batch: SheetBatch, clean: dict[str, Values], marks: Marks) -> Documents:
        cells = batch.cells.get("document_number") or [None] * len(batch.rows)
        hints = Hints(clean["born_on"], clean["sex"], marks)
        documents = judge_column(cells, clean["document_kind"], hints, self._today, marks)
        clean["document_number"] = documents.numbers
        clean["document_kind"] = list(documents.kinds)
        if None in clean["change"]:
            clean["change"] = [change or _JOINING for change in clean["change"]]
        return documents

    def _compare(self, clean: dict[str, Values], documents: Documents, marks: Marks) -> None:
        births = _first_known(documents.born_on, clean["born_on"])
        person.judge_changes(clean["changed_on"], births, self._today, self._ages, marks)
        for field, compare, real in (
            ("sex", person.compare_sex, documents.sex),
            ("born_on", person.compare_birth, documents.born_on),
        ):
            if field in self._letters:
                compare(clean[field], real, marks)
            else:
                clean[field] = _first_known(real, clean[field])
        if not all(documents.sound):
            # With a faulty number there is no telling whose age it is.
            births = [b if ok else None for b, ok in zip(births, documents.sound, strict=True)]
        field = "born_on" if "born_on" in self._letters else "document_number"
        sexes = _first_known(documents.sex, clean["sex"])
        person.judge_ages(
            births, sexes, clean["work_status"], self._today, self._ages, marks, field
        )

    def _mark_blanks(
        self, clean: dict[str, Values], documents: Documents, marks: Marks, count: int
    ) -> None:
        for column in _KEPT:
            field = column.field
            if column.requirement == "required":
                new = note("cell.required", label=column.label)
            elif field == "mobile":
                new = note("mobile.missing")
            else:
                continue
            values = clean[field]
            if None not in values:
                continue
            # Without the column a faulty number is the one thing to correct.
            excused = field in _FROM_NUMBER and field not in self._letters
            for index in range(count):
                if values[index] is not None or marks.has_error(field, index):
                    continue
                if not excused or documents.sound[index]:
                    marks.add(field, index, new)


def _first_known(first: Values, second: Values) -> Values:
    if None not in first:
        return first
    return [one or other for one, other in zip(first, second, strict=True)]


def _mark_faults(batch: SheetBatch, marks: Marks) -> None:
    if not batch.faults:
        return
    places = {row: index for index, row in enumerate(batch.rows)}
    for fault in batch.faults:
        if fault.field not in COLUMN:  # a row key: the numbers beside it are judged as they stand
            continue
        new = note(fault.code, label=COLUMN[fault.field].label)
        marks.add(fault.field, places[fault.row], new)


def _judged_answers(answers: Mapping[str, str], letters: Mapping[str, str]) -> dict[str, str]:
    """Return the stored values of the answers that are needed; a wrong one is InputRefused."""
    judged: dict[str, str] = {}
    for field, value in answers.items():
        column = COLUMN.get(field)
        if column is None or column.kind == "document" or field in letters:
            continue
        clean, notes = column_judge(column).judge([value])
        for new in notes.get(0, ()):
            if new.is_error:
                raise InputRefused(new.code, new.message)
        if clean[0] is not None:
            judged[field] = clean[0]
    return judged
