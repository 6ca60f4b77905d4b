"""Months as the periods have them. Pure."""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self

from registry.clock import end_of_day
from registry.errors import InputRefused

# An act that began before midnight has ended long before.
_SETTLES = timedelta(hours=1)


class Month(NamedTuple):
    """A month; it is written 2018-03."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def named(cls, text: str) -> Self:
        """Return the month that a text names. Raises `InputRefused` (period.month)."""
        found = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", text.strip(), re.ASCII)
        if found is None:
            raise InputRefused("period.month", f"月份“{text[:20]}”不对，请写成 2018-03 的样子。")
        return cls(int(found[1]), int(found[2]))

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.next.first_day - timedelta(days=1)

    @property
    def day_before(self) -> date:
        """The last day of the month before."""
        return self.first_day - timedelta(days=1)

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before it."""
        return Month.of(self.day_before)

    @property
    def settles_at(self) -> datetime:
        """The instant from which nothing is added to it any more."""
        return end_of_day(self.last_day) + _SETTLES

    @property
    def label(self) -> str:
        """The month as a sentence names it."""
        return f"{self.year}年{self.number}月"

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"
