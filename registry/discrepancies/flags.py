"""What does not agree about one union at the end of a day, from its figures alone. Pure."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Flag(StrEnum):
    """What does not agree."""

    OVER = "OVER"
    BELOW_ROSTER = "BELOW_ROSTER"
    MEMBERS_DROP = "MEMBERS_DROP"
    EMPLOYEES_DROP = "EMPLOYEES_DROP"
    BASE_APART = "BASE_APART"
    NO_HEADCOUNT = "NO_HEADCOUNT"

    @property
    def label(self) -> str:
        """The flag's name on the screen."""
        return {
            "OVER": "会员多于职工",
            "BELOW_ROSTER": "少于上次名册",
            "MEMBERS_DROP": "会员骤减",
            "EMPLOYEES_DROP": "职工骤减",
            "BASE_APART": "与基础库相差大",
            "NO_HEADCOUNT": "没有报职工人数",
        }[self]

    @property
    def sides(self) -> tuple[str, str]:
        """What the two numbers are that the flag compares (see `sides_of`)."""
        return {
            "OVER": ("申报职工", "在会会员"),
            "BELOW_ROSTER": ("上次全量名册", "在会会员"),
            "MEMBERS_DROP": ("此前会员", "现在会员"),
            "EMPLOYEES_DROP": ("此前申报职工", "现在申报职工"),
            "BASE_APART": ("基础库", "会员（含保留会籍）"),
            "NO_HEADCOUNT": ("申报职工", "在会会员"),
        }[self]


# Those that are looked at first: no part exceeds the whole, and nothing falls by itself.
GRAVE = (Flag.OVER, Flag.MEMBERS_DROP, Flag.EMPLOYEES_DROP)
# Those that compare a union with itself some while before.
OF_A_TIME = (Flag.MEMBERS_DROP, Flag.EMPLOYEES_DROP)


class Sides(NamedTuple):
    """The two numbers of people that do not agree: which one expects, and which one finds."""

    expected: int
    found: int

    def within(self, other: "Sides") -> bool:
        """Tell whether these lie no farther apart than others, and the same way."""
        same_way = (self.expected > self.found) == (other.expected > other.found)
        return same_way and abs(self.expected - self.found) <= abs(other.expected - other.found)


class Limits(NamedTuple):
    """Settings: per cent from which on a difference counts, and the smallest number of people of
    which per cents say anything.
    """

    below_roster: int
    drop: int
    base: int
    least: int


class Figures(NamedTuple):
    """A union's figures: employees as declared and when, rows admissible of its last full roster
    that was decided, active and retained members, people of the reference register; and what
    employees and members were some while before. None where there is no such figure.
    """

    employees: int | None = None
    declared_on: date | None = None
    roster: int | None = None
    members: int = 0
    retained: int = 0
    base: int = 0
    employees_before: int | None = None
    members_before: int = 0

    @property
    def unaccounted(self) -> int | None:
        """Members fewer than rows in the last full roster (negative: more)."""
        return None if self.roster is None else self.roster - self.members

    @property
    def outside(self) -> int | None:
        """Employees who are no members (negative: more members than employees)."""
        return None if self.employees is None else self.employees - self.members


def flags_of(one: Figures, limits: Limits) -> Iterator[Flag]:
    """Yield what does not agree, in the order of `Flag`."""
    if one.employees and one.members > one.employees:
        yield Flag.OVER
    if _fell(one.roster, one.members, limits.below_roster, limits.least):
        yield Flag.BELOW_ROSTER
    if _fell(one.members_before, one.members, limits.drop, limits.least):
        yield Flag.MEMBERS_DROP
    if _fell(one.employees_before, one.employees or 0, limits.drop, limits.least):
        yield Flag.EMPLOYEES_DROP
    live = one.members + one.retained
    if one.base and live:
        fewer, more = sorted((one.base, live))
        if _fell(more, fewer, limits.base, limits.least):
            yield Flag.BASE_APART
    if one.members and not one.employees:
        yield Flag.NO_HEADCOUNT


def sides_of(flag: Flag, one: Figures) -> Sides:
    """Return the two numbers that a flag compares, 0 where there is none."""
    before, after = {
        Flag.OVER: (one.employees, one.members),
        Flag.BELOW_ROSTER: (one.roster, one.members),
        Flag.MEMBERS_DROP: (one.members_before, one.members),
        Flag.EMPLOYEES_DROP: (one.employees_before, one.employees),
        Flag.BASE_APART: (one.base, one.members + one.retained),
        Flag.NO_HEADCOUNT: (one.employees, one.members),
    }[flag]
    return Sides(before or 0, after or 0)


def _fell(before: int | None, after: int, percent: int, least: int) -> bool:
    """Tell whether a number is by more than so many per cent below another one of some size."""
    if before is None or before < least:
        return False
    return (before - after) * 100 > before * percent
