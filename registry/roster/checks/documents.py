"""The columns of document kind and number: `registry.identity` judges, here it becomes notes."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, NoReturn, cast, overload

from registry.codes import code_list
from registry.identity import resident_id
from registry.identity.documents import (
    Judgement,
    Problem,
    judge_documents,
    key_form,
    looks_scientific,
    normalise,
)
from registry.roster.checks.notes import Marks, Note, note
from registry.roster.checks.text import as_text, is_error_word, repaired
from registry.roster.columns import COLUMN
from registry.roster.messages import COVERED, COVERED_REMEDY
from registry.roster.sheet import Cell

# A spreadsheet keeps 15 digits of a number.
_SIXTEEN_DIGITS = 10**15
_RESIDENT = "01"


class Documents(NamedTuple):
    """What a batch's documents say, one entry for each row.

    `born_on` (ISO) and `sex` come from sound numbers of a form that carries them; `sound` is
    whether there is a number without any error; `keys` are set for those.
    """

    numbers: list[str | None]
    kinds: list[str]
    keys: list[str | None]
    born_on: list[str | None]
    sex: list[str | None]
    sound: list[bool]


class Hints(Sequence[tuple[str | None, str | None]]):
    """Birth date and sex as the rows give them; a pair is made only where a number is wrong.

    A birth date such as 1990.1, which may be January or October, says no more than its year.
    """

    def __init__(
        self, births: Sequence[str | None], sexes: Sequence[str | None], marks: Marks
    ) -> None:
        self._births, self._sexes, self._marks = births, sexes, marks

    def __len__(self) -> int:
        return len(self._births)

    @overload
    def __getitem__(self, index: int) -> tuple[str | None, str | None]: ...
    @overload
    def __getitem__(self, index: slice) -> NoReturn: ...
    def __getitem__(self, index: int | slice) -> tuple[str | None, str | None]:
        if isinstance(index, slice):
            raise TypeError("hints are for one row at a time")
        birth = self._births[index]
        if birth is not None and self._marks.suggested("born_on", index, "date.month_only"):
            birth = birth[:4]
        return birth, self._sexes[index]


def judge_column(
    cells: Sequence[Cell],
    kinds: Sequence[str | None],
    hints: Hints,
    today: date,
    marks: Marks,
) -> Documents:
    """Judge the numbers of a batch with their declared kinds (codes) and mark their cells.

    `hints` are for the correction of a wrong number.
    """
    texts, lost = _texts(cells, marks)
    judged = judge_documents(texts, kinds, today, hints)
    numbers = [judgement.number for judgement in judged]
    problems = any(judgement.problems for judgement in judged)
    if problems or numbers != texts:
        for index, (judgement, text) in enumerate(zip(judged, texts, strict=True)):
            if judgement.problems or judgement.number != text:
                _mark(index, judgement, text or "", marks)
    kinds_found = [judgement.kind for judgement in judged]
    births = [judgement.born_on for judgement in judged]
    days = {day: day.isoformat() if day is not None else None for day in set(births)}
    if problems or None in numbers or set(kinds_found) != {_RESIDENT}:
        keys = list(map(_key, judged))
        sound = [key is not None for key in keys]
    else:
        keys = [f"{_RESIDENT}:{number}" for number in numbers]
        sound = [True] * len(keys)
    for index, text in lost.items():
        numbers[index] = text
    return Documents(
        numbers=numbers,
        kinds=kinds_found,
        keys=keys,
        born_on=list(map(days.__getitem__, births)),
        sex=[judgement.sex for judgement in judged],
        sound=sound,
    )


def _texts(cells: Sequence[Cell], marks: Marks) -> tuple[list[str | None], dict[int, str]]:
    """Return the cells as texts to judge, and by index those of which the digits are lost."""
    if set(map(type, cells)) == {str}:
        return cast("list[str | None]", list(cells)), {}
    texts: list[str | None] = []
    lost: dict[int, str] = {}
    for index, cell in enumerate(cells):
        if cell is None:
            texts.append(None)
            continue
        if isinstance(cell, str):
            texts.append(cell)
        elif _loses_digits(cell):
            texts.append(None)
            lost[index] = as_text(cell)
            marks.add("document_number", index, note("document.numeric"))
        else:
            texts.append(as_text(cell))
    return texts, lost


def _loses_digits(cell: Cell) -> bool:
    return (
        isinstance(cell, int | float)
        and not isinstance(cell, bool)
        and not -_SIXTEEN_DIGITS < cell < _SIXTEEN_DIGITS
    )


def _key(judgement: Judgement) -> str | None:
    number, kind, problems, _, _, has_error = judgement
    if number is None or has_error:
        return None
    if not problems and kind == _RESIDENT and len(number) == 18:
        return f"{_RESIDENT}:{number}"
    return key_form(kind, number)


def _mark(index: int, judgement: Judgement, text: str, marks: Marks) -> None:
    if judgement.number is None:
        return
    if judgement.number != text:
        for fix in normalise(text)[1]:
            repair = repaired(_LABEL) if fix == "text.normalised" else note(fix)
            marks.add("document_number", index, repair)
    if judgement.has_error and is_error_word(text):
        marks.add("document_number", index, note("cell.error", label=_LABEL))
        return
    for problem in judgement.problems:
        field = "document_kind" if problem.code == "document.kind_doubtful" else "document_number"
        marks.add(field, index, _problem_note(problem, judgement))


def _problem_note(problem: Problem, judgement: Judgement) -> Note:
    facts: dict[str, object] = {}
    number = judgement.number or ""
    # No kind of document has a form that a scientific one would fit.
    if problem.code == "document.format" and looks_scientific(number):
        return note("document.scientific")
    if problem.code == "document.checksum":
        facts["expected"] = _expected(number, problem.suggestion)
    elif problem.code == "document.format":
        facts["kind"] = code_list("document_kind").label(judgement.kind)
        if COVERED in number:
            facts["remedy"] = COVERED_REMEDY
    elif problem.code == "document.kind_doubtful":
        facts["kind"] = problem.suggestion
    return note(problem.code, problem.suggestion, **facts)


def _expected(number: str, suggestion: str | None) -> str:
    # Where the slip is elsewhere, the last character is right: naming another would mislead.
    if suggestion and suggestion[:17] != number[:17]:
        return "与出生日期、性别都相符的改法只有一种"
    long_form = number if len(number) == 18 else resident_id.successor(number)
    last = resident_id.check_character(long_form[:17])
    # The wrong digit may stand anywhere: to change the last one alone only hides it.
    return f"至少有一位写错了（照前 17 位算，末位应为 {last}）"


_LABEL = COLUMN["document_number"].label
