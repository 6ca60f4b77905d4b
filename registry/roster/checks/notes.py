"""What a rule says about a cell before it is known where the cell stands."""

from collections.abc import Iterator
from typing import NamedTuple

from registry.roster.columns import COLUMNS
from registry.roster.findings import Finding
from registry.roster.messages import sentence
from registry.roster.rules import RULES

_FIELD_ORDER = {column.field: place for place, column in enumerate(COLUMNS)}
_RULE_ORDER = {code: place for place, code in enumerate(RULES)}


class Note(NamedTuple):
    """One rule's word about one value; becomes a `Finding` when it has a row and a column."""

    code: str
    message: str
    suggestion: str | list[str] | None = None

    @property
    def is_error(self) -> bool:
        return RULES[self.code].severity == "error"


class Verdict(NamedTuple):
    """The value as it is stored (None: blank, or nothing that can be stored), and the notes."""

    clean: str | None
    notes: tuple[Note, ...] = ()


def note(code: str, suggestion: str | list[str] | None = None, **facts: object) -> Note:
    """Return the rule's note with its sentence made from these facts."""
    return Note(code, sentence(code, **facts), suggestion or None)


def finding(
    row: int, column: str | None, field: str | None, new: Note, others: list[int] | None = None
) -> Finding:
    """Return the finding that a note is at its place."""
    severity = RULES[new.code].severity
    return Finding(
        row, column, field, new.code, severity, new.message, new.suggestion, others or []
    )


class Marks:
    """The notes on the cells of one batch. A cell keeps the first error it earns, and no second."""

    def __init__(self) -> None:
        self._cells: dict[str, dict[int, list[Note]]] = {}

    def add(self, field: str, index: int, new: Note) -> None:
        notes = self._cells.setdefault(field, {}).setdefault(index, [])
        if not (new.is_error and any(old.is_error for old in notes)):
            notes.append(new)

    def drop(self, field: str, index: int, code: str) -> None:
        """Take back the notes of a rule on a cell, if there are any."""
        notes = self._cells.get(field, {}).get(index)
        if notes is not None:
            notes[:] = [old for old in notes if old.code != code]

    def suggested(self, field: str, index: int, code: str) -> list[str]:
        """Return the values from which a rule's note on a cell lets choose, or none."""
        for old in self._cells.get(field, {}).get(index, ()):
            if old.code == code and isinstance(old.suggestion, list):
                return old.suggestion
        return []

    def has_error(self, field: str, index: int) -> bool:
        notes = self._cells.get(field, {}).get(index, ())
        return any(note.is_error for note in notes)

    def findings(self, rows: list[int], letters: dict[str, str]) -> list[Finding]:
        """Return all notes as findings, by row, then by column, then in the order of the rules.

        `letters` has the column letter of every field that stands in the sheet, from left to right.
        """
        place = {field: number for number, field in enumerate(letters)}
        placed = sorted(
            self._all(),
            key=lambda entry: (
                entry[1],
                place.get(entry[0], len(place) + _FIELD_ORDER[entry[0]]),
                _RULE_ORDER[entry[2].code],
            ),
        )
        return [
            finding(rows[index], letters.get(field), field, new) for field, index, new in placed
        ]

    def _all(self) -> Iterator[tuple[str, int, Note]]:
        for field, cells in self._cells.items():
            for index, notes in cells.items():
                for new in notes:
                    yield field, index, new
