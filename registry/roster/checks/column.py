"""One column of a batch at once: each distinct value is judged once, the rest is looked up."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache, partial
from itertools import filterfalse
from typing import cast

from registry.codes import code_list
from registry.roster.checks.choices import FLAG_LABELS, judge_code, judge_flag
from registry.roster.checks.dates import judge_date
from registry.roster.checks.names import (
    is_plain_mobile,
    is_plain_name,
    judge_mobile,
    judge_name,
)
from registry.roster.checks.notes import Note, Verdict, note
from registry.roster.checks.text import as_text, is_error_word, is_plain, judge_text
from registry.roster.columns import Column
from registry.roster.sheet import Cell

# Values kept from batch to batch; a column of names or addresses would else keep them all.
_REMEMBERED = 20_000


class ColumnJudge:
    """Judges the cells of the column `label`; remembers what it has seen between batches.

    `known` are texts that are stored as told, without a note. `plain` says of a text that it is
    stored as it stands without a note: where nearly all cells are plain (names, telephones,
    addresses), asking is cheaper than remembering.
    """

    def __init__(
        self,
        label: str,
        judge: Callable[[Cell, str], Verdict],
        plain: Callable[[str], object] | None = None,
        known: dict[str, str] | None = None,
    ) -> None:
        self._label = label
        self._judge = judge
        self._plain = plain
        self._known: dict[Cell, str | None] = {None: None}
        self._known.update(known or {})
        self._clean = dict(self._known)
        self._notes: dict[Cell, tuple[Note, ...]] = {}

    def judge(self, cells: Sequence[Cell]) -> tuple[list[str | None], dict[int, tuple[Note, ...]]]:
        """Return the stored value of each cell, and by index the notes on those that have some."""
        if len(self._clean) > _REMEMBERED:
            self._clean = dict(self._known)
            self._notes = {}
        if self._plain is not None:
            odd = _odd(cells, self._plain)
            if not odd:
                return cast("list[str | None]", list(cells)), {}
        elif not self._notes:
            # Mostly all has been seen before.
            with suppress(KeyError):
                return list(map(self._clean.__getitem__, cells)), {}
        distinct = set(cells)
        if 0 in distinct or 1 in distinct:
            # True equals 1 as a key but is no 1 in a cell.
            cells = [cell if type(cell) is str else _unequal(cell) for cell in cells]
            distinct = set(cells)
        unknown = distinct if self._plain is None else _odd(distinct, self._plain)
        for cell in unknown.difference(self._clean):
            self._learn(cell)
        return self._looked_up(cells)

    def _looked_up(
        self, cells: Sequence[Cell]
    ) -> tuple[list[str | None], dict[int, tuple[Note, ...]]]:
        found, notes = self._clean, self._notes
        # What has not been learnt is plain text.
        clean = [found[cell] if cell in found else cast("str", cell) for cell in cells]
        if not notes or notes.keys().isdisjoint(cells):
            return clean, {}
        return clean, {i: notes[cell] for i, cell in enumerate(cells) if cell in notes}

    def _learn(self, cell: Cell) -> None:
        if is_error_word(cell):
            verdict = Verdict(None, (note("cell.error", label=self._label),))
        else:
            verdict = self._judge(cell, self._label)
        self._clean[cell] = verdict.clean
        if verdict.notes:
            self._notes[cell] = verdict.notes


def _odd(cells: Iterable[Cell], plain: Callable[[str], object]) -> set[Cell]:
    """Return what is neither blank nor a plain text."""
    distinct = set(cells)
    distinct.discard(None)
    try:
        return set(filterfalse(cast("Callable[[object], object]", plain), distinct))
    except TypeError:  # numbers among them
        return {cell for cell in distinct if not (isinstance(cell, str) and plain(cell))}


def _unequal(cell: Cell) -> Cell:
    return as_text(cell) if cell in (0, 1) else cell


@cache
def _labels(codes: str) -> dict[str, str]:
    return {code.label: code.code for code in code_list(codes)}


def column_judge(column: Column) -> ColumnJudge:
    """Return the judge of a column by its kind; document numbers have their own (`documents`)."""
    label = column.label
    if column.field == "full_name":
        return ColumnJudge(label, judge_name, is_plain_name)
    if column.codes is not None:
        judge = partial(judge_code, codes=code_list(column.codes))
        return ColumnJudge(label, judge, known=_labels(column.codes))
    if column.kind == "flag":
        known = {text: flag for flag, text in FLAG_LABELS.items()}
        return ColumnJudge(label, judge_flag, known=known)
    if column.kind == "date":
        return ColumnJudge(label, judge_date)
    if column.kind == "mobile":
        return ColumnJudge(label, judge_mobile, is_plain_mobile)
    return ColumnJudge(label, judge_text, is_plain)
