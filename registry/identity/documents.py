"""Judging a column of document numbers, each by the rules of its kind (rules `document.*`)."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, cast

from registry.identity import divisions, forms, parts, resident_id
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
    found = _sound_residents(numbers, kinds, today)
    for row, judgement in enumerate(found):
        if judgement is None:
            hint = hints[row] if hints is not None else _NO_HINT
            found[row] = _judge(numbers[row], kinds[row], today, hint)
    return cast("list[Judgement]", found)


def _sound_residents(
    numbers: Sequence[str | None], kinds: Sequence[str | None], today: date
) -> list[Judgement | None]:
    """Return the judgements of resident numbers without any problem, None for all others.

    Nearly every number is one. A column at a time, and each distinct part weighed but once, this
    is ten times faster than judging number by number.
    """
    region_sums, days, tail_sums = parts.region_sums(), parts.DAYS, parts.tail_sums()
    resident, new = forms.RESIDENT, tuple.__new__
    texts = [number or "" for number in numbers]
    regions = [region_sums.get(text[:6]) for text in texts]
    births = [days[text[6:14]] for text in texts]
    tails = [tail_sums.get(text[14:]) for text in texts]
    return [
        new(Judgement, (text, resident, (), birth[1], tail[1], False))
        if region is not None
        and tail is not None
        and (region + birth[0] + tail[0]) % 11 == 1
        and birth[1] <= today
        and (kind is None or kind == resident)
        else None
        for text, kind, region, birth, tail in zip(
            texts, kinds, regions, births, tails, strict=True
        )
    ]


def key_form(kind: str, number: str) -> str:
    """Return the text by which a document is the same document: its kind and its long form.

    A number of 18 digits has the kind of its form whatever was declared; a resident number of 15
    digits stands as its successor.
    """
    upper = number.upper()
    form = forms.kind_of_number18(upper)
    if form is not None:
        return f"{form}:{upper}"
    if resident_id.is_number15(upper) and (kind == forms.RESIDENT or _is_sound_legacy(upper)):
        return f"{forms.RESIDENT}:{resident_id.successor(upper)}"
    return f"{kind}:{upper}"


def _judge(text: str | None, declared: str | None, today: date, hint: Hint) -> Judgement:
    number = normalise(text)[0] if text else ""
    if not number:
        return Judgement(None, declared or forms.RESIDENT, (), None, None, False)
    judged = _judge_as_written(number, declared, today, hint)
    if not judged.has_error or judged.problems[0].code != "document.format":
        return judged
    meant = _without_confusables(number, declared, today)
    return judged._replace(problems=(Problem("document.format", meant), *judged.problems[1:]))


def _judge_as_written(number: str, declared: str | None, today: date, hint: Hint) -> Judgement:
    form = kind_by_form(number)
    kind = declared or form or forms.RESIDENT
    if forms.is_placeholder(number):
        return _faulty(number, kind, Problem("document.placeholder", None))
    long_form = _long_form(number)
    fault = _fault(number, long_form, today, hint) if long_form else None
    if long_form and not fault and _is_meant(number, form, kind):
        born, sex = resident_id.born_on(long_form), resident_id.sex(long_form)
        return Judgement(number, kind, _warnings(number, long_form, kind), born, sex, False)
    if not forms.fits(kind, number):
        return _faulty(number, kind, *_misfit(form, kind))
    if fault and kind in forms.NUMBERED_LIKE_RESIDENT:
        return _faulty(number, kind, fault)
    return Judgement(number, kind, (), None, None, False)


def _is_meant(number: str, form: str | None, kind: str) -> bool:
    """Whether a number sound as a resident's is one, even where another kind was declared."""
    return form == kind or len(number) == 18 or _is_sound_legacy(number)


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
        last = f"{today:%Y%m%d}"
        found = [one for one in resident_id.corrections(number, *hint) if one[6:14] <= last]
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


def _misfit(form: str | None, kind: str) -> list[Problem]:
    """Return what is wrong with a number that has not the form of its kind."""
    problems = [Problem("document.format", None)]
    if form in (forms.HONG_KONG_PASS, forms.PERMANENT_CARD) and form != kind:
        problems.append(Problem("document.kind_doubtful", forms.LABELS[form]))
    return problems


def _without_confusables(number: str, declared: str | None, today: date) -> str | None:
    """Return the one valid number that reading O, I or l as digits makes of a misfit."""
    valid = {
        candidate
        for candidate in forms.without_confusables(number)
        if not _judge_as_written(candidate, declared, today, _NO_HINT).has_error
    }
    return valid.pop() if len(valid) == 1 else None


def _faulty(number: str, kind: str, *problems: Problem) -> Judgement:
    return Judgement(number, kind, problems, None, None, True)


def _is_sound_legacy(number: str) -> bool:
    """Whether 15 digits, which have no check, can hardly be anything but a resident number."""
    real = resident_id.born_on(resident_id.successor(number))
    return real is not None and divisions.was_ever_issued(number[:6])
