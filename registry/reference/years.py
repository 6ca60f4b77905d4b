"""The years in which somebody took part, as bits of one number: SQL adds years. Pure."""

import re

FIRST, LAST = 2000, 2060
_RANGE = re.compile(r"(20\d\d)年?度?\s*[-—–~～至到]\s*(20\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_DAY = re.compile(r"(20\d\d)-\d\d(?:-\d\d.*)?")


def bits_of(cell: object) -> int:
    """Return the years that a cell names (2016, 2010-2018, 2016、2017), 0 where it names none."""
    text = str(cell).strip() if isinstance(cell, str | int) else ""
    day = _DAY.fullmatch(text)
    if day is not None and _RANGE.fullmatch(text) is None:
        return bits_between(int(day[1]), int(day[1]))
    bits = 0
    for first, last in _RANGE.findall(text):
        bits |= bits_between(int(first), int(last))
    for year in _YEAR.findall(_RANGE.sub(" ", text)):
        bits |= bits_between(int(year), int(year))
    return bits


def bits_between(first: int, last: int) -> int:
    """Return the years from the first to the last, 0 where they are none."""
    if not FIRST <= first <= last <= LAST:
        return 0
    return (1 << (last - FIRST + 1)) - (1 << (first - FIRST))


def last_of(bits: int) -> int:
    """Return the last of the years."""
    return FIRST + bits.bit_length() - 1


def shown(bits: int) -> str:
    """Return years as they are read: 2010–2013、2016."""
    years = [FIRST + place for place in range(bits.bit_length()) if bits >> place & 1]
    runs: list[list[int]] = []
    for year in years:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
