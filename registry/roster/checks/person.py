"""Comparing the cells of a row: sex, birth date and joining date with the number, and ages.

All dates are ISO text here: such texts compare as the days do, and adding years to a birthday is
adding to its first four characters.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

from registry.codes import code_list
from registry.roster.checks.notes import Marks, Note, note
from registry.roster.columns import COLUMN

Values = list[str | None]

_AT_WORK = "1"
_FEMALE = "2"


class Ages(NamedTuple):
    """Settings: who may be a member at all, and which ages at work are worth a second look."""

    member: int = 16
    young: int = 18
    retired_man: int = 60
    retired_woman: int = 55


def years_later(day: str, years: int) -> str:
    """Return the ISO date (or year and month) that many years later."""
    return f"{int(day[:4]) + years:04}{day[4:]}"


def compare_sex(sexes: Values, from_number: Sequence[str | None], marks: Marks) -> None:
    """Fill blank cells from the number in place; mark cells that say something else."""
    if sexes == from_number:
        return
    label = code_list("sex").label
    for index, (given, real) in enumerate(zip(sexes, from_number, strict=True)):
        if given == real or real is None or marks.has_error("sex", index):
            continue
        if given is None:
            sexes[index] = real
            filled = note("cell.filled", label=COLUMN["sex"].label, value=label(real))
            marks.add("sex", index, filled)
        else:
            marks.add("sex", index, note("sex.mismatch", label(real), expected=label(real)))


def compare_birth(births: Values, from_number: Sequence[str | None], marks: Marks) -> None:
    """Fill blank and month-only cells from the number in place; mark those that differ."""
    if births == from_number:
        return
    for index, (given, real) in enumerate(zip(births, from_number, strict=True)):
        if given == real or real is None or marks.has_error("born_on", index):
            continue
        months = marks.suggested("born_on", index, "date.month_only")
        marks.drop("born_on", index, "date.month_only")
        if given is None or given == real[:7] or real[:7] in months:
            births[index] = real
            filled = note("cell.filled", label=COLUMN["born_on"].label, value=real)
            marks.add("born_on", index, filled)
        else:
            marks.add("born_on", index, note("born_on.mismatch", real, expected=real))


def judge_ages(
    births: Sequence[str | None],
    sexes: Sequence[str | None],
    work: Sequence[str | None],
    today: date,
    ages: Ages,
    marks: Marks,
    field: str,
) -> None:
    """Mark the cell of `field` of those too young to be members, or of unusual age at work.

    A birthday today counts; of a birth date without a day, the doubt is the person's benefit.
    """
    known = [birth for birth in births if birth is not None]
    day = today.isoformat()
    youngest, oldest = years_later(day, -ages.young), years_later(day, -ages.retired_woman)
    if not known or (max(known) <= youngest and min(known) >= oldest):
        return
    for index, birth in enumerate(births):
        if birth is None or oldest <= birth <= youngest:
            continue
        if birth > years_later(day, -ages.member):
            marks.add(field, index, note("age.under_16", age=ages.member))
        elif work[index] == _AT_WORK and (reason := _unusual(birth, sexes[index], day, ages)):
            marks.add(field, index, note("age.unusual", reason=reason))


def _unusual(birth: str, sex: str | None, day: str, ages: Ages) -> str | None:
    if birth > years_later(day, -ages.young):
        return f"未满 {ages.young} 周岁"
    limit = ages.retired_woman if sex == _FEMALE else ages.retired_man
    if birth < years_later(day, -limit)[: len(birth)]:
        return f"已过 {limit} 周岁"
    return None


def judge_changes(
    changes: Sequence[str | None],
    births: Sequence[str | None],
    today: date,
    ages: Ages,
    marks: Marks,
) -> None:
    """Mark joining and change dates in the future or before the birthday that allows joining."""
    day = today.isoformat()
    # A later year than that of the birthday settles it for nearly all.
    years = _years_of_birthdays(ages.member)
    doubtful = [
        (index, change, birth)
        for index, (change, birth) in enumerate(zip(changes, births, strict=True))
        if change is not None
        and (change > day or (birth is not None and change[:4] <= years[birth[:4]]))
    ]
    for index, change, birth in doubtful:
        if change > day:
            marks.add("changed_on", index, _impossible("晚于今天"))
        elif birth is not None:
            # 2017.1 may be October, and a month may mean its last day.
            latest = (marks.suggested("changed_on", index, "date.month_only") or [change])[-1]
            if latest < years_later(birth, ages.member)[: len(latest)]:
                marks.add("changed_on", index, _impossible(f"早于 {ages.member} 周岁生日"))


@cache
def _years_of_birthdays(age: int) -> dict[str, str]:
    """Return, by the year of birth, the year of the birthday at that age."""
    return {f"{year:04}": f"{year + age:04}" for year in range(1, 3000)}


def _impossible(reason: str) -> Note:
    return note("date.impossible", label=COLUMN["changed_on"].label, reason=reason)
