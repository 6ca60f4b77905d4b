"""Judging a column of document numbers, each by the rules of its kind (rules `document.*`)."""

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import repeat
from typing import NamedTuple

from registry.identity import divisions, forms, resident_id
from registry.identity.forms import kind_by_form, looks_scientific, normalise

__all__ = [
    "Judgement",
    "Problem",
    "judge_documents",
    "key_form",
    "kind_by_form",
    "looks_scientific",
    "normalise",
]

Hint = tuple[str | None, str | None]
_NO_HINT: Hint = (None, None)


class Problem(NamedTuple):
    """One rule that a number breaks, and what may be meant instead."""

    code: str
    suggestion: str | None


class Judgement(NamedTuple):
    """What is known of one document number.

    `number` is normalised, None for a blank cell. `kind` is the declared code, else that of the
    number's form, else 01. `problems` holds at most one error, then warnings. `born_on` and `sex`
    are given where the form carries them and the number has no error.
    """

    number: str | None
    kind: str
    problems: tuple[Problem, ...]
    born_on: date | None
    sex: str | None
    has_error: bool


def judge_documents(
    numbers: Sequence[str | None],
    kinds: Sequence[str | None],
    today: date,
    hints: Sequence[Hint] | None = None,
) -> list[Judgement]:
    """Judge a column of numbers as written, with the codes of their declared kinds.

    `hints` are the birth dates (ISO text) and sex codes of the same rows: they help to correct a
    number whose check character is wrong. Sequences of different length are a ValueError.
    """
    if len(numbers) != len(kinds) or (hints is not None and len(hints) != len(numbers)):
        raise ValueError("a number, a kind and a hint for each row")
    regions, days, tails = _region_sums(), _DAYS, _tail_sums()
    resident, new = forms.RESIDENT, tuple.__new__
    judged: list[Judgement] = []
    add = judged.append
    for number, kind, hint in zip(numbers, kinds, hints or repeat(_NO_HINT), strict=False):
        # Nearly every number is sound: three look-ups and a sum, without calling anything.
        if number is not None and (kind is None or kind == resident):
            region = regions.get(number[:6])
            tail = tails.get(number[14:])
            if region is not None and tail is not None:
                weight, born = days[number[6:14]]
                if born is not None and (region + weight + tail[0]) % 11 == 1 and born <= today:
                    add(new(Judgement, (number, resident, (), born, tail[1], False)))
                    continue
        add(_judge(number, kind, today, hint))
    return judged


def key_form(kind: str, number: str) -> str:
    """Return the text by which a document is the same document: its kind and its long form.

    A number of 18 digits has the kind of its form whatever was declared; a resident number of 15
    digits stands as its successor.
    """
    upper = number.upper()
    if resident_id.is_number18(upper):
        return f"{kind_by_form(upper)}:{upper}"
    if resident_id.is_number15(upper) and (kind == forms.RESIDENT or _is_sound_legacy(upper)):
        return f"{forms.RESIDENT}:{resident_id.successor(upper)}"
    return f"{kind}:{upper}"


def _judge(text: str | None, declared: str | None, today: date, hint: Hint) -> Judgement:
    number = normalise(text)[0] if text else ""
    form = kind_by_form(number)
    kind = declared or form or forms.RESIDENT
    if not number:
        return Judgement(None, kind, (), None, None, False)
    if forms.is_placeholder(number):
        return _faulty(number, kind, Problem("document.placeholder", None))
    long_form = _long_form(number)
    if long_form is None:
        if forms.fits(kind, number):
            return Judgement(number, kind, (), None, None, False)
        return _misfit(number, declared, kind, today)
    fault = _fault(number, long_form, today, hint)
    if fault is None and (form == kind or len(number) == 18 or _is_sound_legacy(number)):
        born, sex = resident_id.born_on(long_form), resident_id.sex(long_form)
        return Judgement(number, kind, _warnings(number, long_form, kind), born, sex, False)
    if not forms.fits(kind, number):
        return _misfit(number, declared, kind, today)
    if fault is not None and kind in forms.NUMBERED_LIKE_RESIDENT:
        return _faulty(number, kind, fault)
    return Judgement(number, kind, (), None, None, False)


def _long_form(number: str) -> str | None:
    """Return the 18 digits of a number built like a resident's, None for another form."""
    if resident_id.is_number18(number):
        return number
    return resident_id.successor(number) if resident_id.is_number15(number) else None


def _fault(number: str, long_form: str, today: date, hint: Hint) -> Problem | None:
    born = resident_id.born_on(long_form)
    if born is None or born > today:
        return Problem("document.birth_date", None)
    if not resident_id.checks(long_form):
        found = resident_id.corrections(number, *hint)
        return Problem("document.checksum", found[0] if len(found) == 1 else None)
    if born.year < resident_id.EARLIEST_YEAR:
        return Problem("document.birth_date", None)
    return None


def _warnings(number: str, long_form: str, kind: str) -> tuple[Problem, ...]:
    form = kind_by_form(number)
    found = []
    # The permanent residence card names a country where others have a division.
    if form != forms.PERMANENT_CARD and not divisions.was_ever_issued(number[:6]):
        found.append(Problem("document.division_unknown", None))
    if number != long_form:
        found.append(Problem("document.legacy", long_form))
    if form is not None and form != kind:
        found.append(Problem("document.kind_doubtful", forms.LABELS[form]))
    return tuple(found)


def _misfit(number: str, declared: str | None, kind: str, today: date) -> Judgement:
    """Judge a number that has not the form of its kind."""
    valid = {
        candidate
        for candidate in forms.without_confusables(number)
        if not _judge(candidate, declared, today, _NO_HINT).has_error
    }
    fault = Problem("document.format", valid.pop() if len(valid) == 1 else None)
    form = kind_by_form(number)
    if form in (forms.HONG_KONG_PASS, forms.PERMANENT_CARD) and form != kind:
        doubt = Problem("document.kind_doubtful", forms.LABELS[form])
        return _faulty(number, kind, fault, doubt)
    return _faulty(number, kind, fault)


def _faulty(number: str, kind: str, *problems: Problem) -> Judgement:
    return Judgement(number, kind, problems, None, None, True)


def _is_sound_legacy(number: str) -> bool:
    """Whether 15 digits can hardly be anything but a resident number: they have no check."""
    real = resident_id.born_on(resident_id.successor(number))
    return real is not None and divisions.was_ever_issued(number[:6])


class _Days(dict[str, tuple[int, date | None]]):
    """The weighted sum and the date of each birth date seen, worked out once.

    Only real dates within living memory are kept, so that no file can make the table grow.
    """

    def __missing__(self, digits: str) -> tuple[int, date | None]:
        found = resident_id.day(digits)
        if found is None or not resident_id.EARLIEST_YEAR <= found.year < 2200:
            return 0, None
        self[digits] = _four_weighed(digits[:4], 6) + _four_weighed(digits[4:], 10), found
        return self[digits]


@lru_cache(maxsize=2048)
def _four_weighed(part: str, start: int) -> int:
    return resident_id.weigh(part, start)


_DAYS = _Days()


@cache
def _region_sums() -> dict[str, int]:
    """Return the weighted sum of each division of residents; permits are judged one by one."""
    return {
        code: resident_id.weigh(code, 0) for code in divisions.issued() - divisions.PERMIT_DIVISIONS
    }


@cache
def _tail_sums() -> dict[str, tuple[int, str]]:
    """Return the weighted sum and the sex of every possible last four characters."""
    tails = {}
    for sequence in range(1000):
        digits = f"{sequence:03}"
        weight = resident_id.weigh(digits, 14)
        of_sex = "1" if sequence % 2 else "2"
        for value, char in enumerate("0123456789X"):
            tails[digits + char] = (weight + value, of_sex)
    return tails
