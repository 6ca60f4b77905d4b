"""The distinct parts of resident numbers, each weighed once for a whole column.

A number checks when the weighted sums of its division, its birth date and its last four characters
add up to 1 modulo 11: a hundred thousand members share some thousand divisions and dates.
"""

from datetime import date
from functools import cache, lru_cache

from registry.identity import divisions, resident_id


class _Days(dict[str, tuple[int, date]]):
    """The weighted sum and the date of each birth date seen, worked out once.

    Only real dates within living memory are kept, so that no file can make the table grow; other
    text is a day that never comes.
    """

    def __missing__(self, digits: str) -> tuple[int, date]:
        found = resident_id.day(digits)
        if found is None or not resident_id.EARLIEST_YEAR <= found.year < 2200:
            return 0, date.max
        self[digits] = _weighed(digits[:4], 6) + _weighed(digits[4:], 10), found
        return self[digits]


@lru_cache(maxsize=2048)
def _weighed(part: str, start: int) -> int:
    return resident_id.weigh(part, start)


DAYS = _Days()


@cache
def region_sums() -> dict[str, int]:
    """Return the weighted sum of each division of residents; permits are judged one by one."""
    # Seven thousand codes have but a few hundred pairs of digits among them.
    return {
        code: _weighed(code[:2], 0) + _weighed(code[2:4], 2) + _weighed(code[4:], 4)
        for code in divisions.issued() - divisions.PERMIT_DIVISIONS
    }


@cache
def tail_sums() -> dict[str, tuple[int, str]]:
    """Return the weighted sum and the sex of every possible last four characters."""
    tails = {}
    for sequence in range(1000):
        digits = f"{sequence:03}"
        weight = resident_id.weigh(digits, 14)
        of_sex = "1" if sequence % 2 else "2"
        for value, char in enumerate("0123456789X"):
            tails[digits + char] = (weight + value, of_sex)
    return tails
