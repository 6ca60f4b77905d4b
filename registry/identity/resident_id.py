"""The citizen identity number, GB 11643-1999: six digits of division, eight of birth, three of
sequence (odd for men), and a check character by ISO 7064 MOD 11-2.

The residence permits (81, 82, 83) and the 18-digit permanent residence card (9) are built alike.
"""

import re
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)
CHECK_CHARACTERS = "10X98765432"

# The oldest person with papers was born in 1875: an earlier year is a slip, not a birth.
EARLIEST_YEAR = 1850

_BODY = re.compile(r"[0-9]{17}")
_NUMBER18 = re.compile(r"[0-9]{17}[0-9X]")
_NUMBER15 = re.compile(r"[0-9]{15}")
_DAY = re.compile(r"[0-9]{8}")

# For a remainder that is wrong by one, how far must the digit of each weight move (modulo 11)?
_INVERSE = {weight: pow(weight, -1, 11) for weight in WEIGHTS}


def is_number18(text: str) -> bool:
    """Return whether the text has the form of an 18-digit number, its X upper-case."""
    return _NUMBER18.fullmatch(text) is not None


def is_number15(text: str) -> bool:
    """Return whether the text has the form of a first-generation, 15-digit number."""
    return _NUMBER15.fullmatch(text) is not None


def weigh(part: str, start: int) -> int:
    """Return the weighted sum of a part (digits, X as ten) that begins at position `start`."""
    return sum(
        WEIGHTS[start + place] * (10 if char == "X" else int(char))
        for place, char in enumerate(part)
    )


def check_character(body: str) -> str:
    """Return the check character, 0 to 9 or X, of the 17 digits; ValueError for other text."""
    if _BODY.fullmatch(body) is None:
        raise ValueError("a body has 17 digits")
    return CHECK_CHARACTERS[weigh(body, 0) % 11]


def checks(number18: str) -> bool:
    """Return whether a number of the 18-digit form ends in its check character."""
    return weigh(number18, 0) % 11 == 1


def successor(number15: str) -> str:
    """Return the 18-digit number of a 15-digit one, born in the 1900s; ValueError otherwise."""
    if not is_number15(number15):
        raise ValueError("a first-generation number has 15 digits")
    body = f"{number15[:6]}19{number15[6:]}"
    return body + check_character(body)


def day(digits: str) -> date | None:
    """Return the date written as YYYYMMDD, or None when there is no such day."""
    # The check comes first: the library also reads weeks such as 2017W011.
    if _DAY.fullmatch(digits) is None:
        return None
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None


def born_on(number18: str) -> date | None:
    """Return the birth date inside an 18-digit number, or None when it is no real date."""
    return day(number18[6:14])


def sex(number18: str) -> str:
    """Return the sex code inside an 18-digit number: "1" male (odd 17th digit), "2" female."""
    return "1" if int(number18[16]) % 2 else "2"


def corrections(number: str, born_on: str | None, sex: str | None) -> list[str]:
    """Return the numbers one slip away whose check character, birth date and sex agree.

    `number` has the 18-digit form and fails its check; a slip is one wrong digit or two adjacent
    ones exchanged. `born_on` is the row's birth date as ISO text (a year and month is enough to
    compare), `sex` its code; None, or a sex other than 1 and 2, leaves that open.
    """
    return [
        candidate
        for candidate in dict.fromkeys(_one_slip_away(number))
        if _agrees(candidate, born_on, sex)
    ]


def _one_slip_away(number: str) -> list[str]:
    digits = [10 if char == "X" else int(char) for char in number]
    missing = (1 - weigh(number, 0)) % 11
    if missing == 0:
        return []
    found = []
    for place, weight in enumerate(WEIGHTS):
        # A weight has an inverse modulo 11, so each place has just one value that would do.
        value = (digits[place] + missing * _INVERSE[weight]) % 11
        if value < 10 or place == 17:
            found.append(number[:place] + "0123456789X"[value] + number[place + 1 :])
    for place in range(17):
        step = (WEIGHTS[place] - WEIGHTS[place + 1]) * (digits[place + 1] - digits[place])
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if step % 11 == missing and is_number18(swapped):
            found.append(swapped)
    return found


def _agrees(number: str, birth: str | None, of_sex: str | None) -> bool:
    real = born_on(number)
    if real is None or real.year < EARLIEST_YEAR:
        return False
    if birth is not None and not real.isoformat().startswith(birth):
        return False
    return of_sex not in ("1", "2") or sex(number) == of_sex
