"""Numbers of invented persons."""

from datetime import date

from registry.identity import resident_id


def make_resident_id(
    division: str = "331083", born_on: date = date(1985, 3, 7), sequence: int = 120
) -> str:
    """Return a sound 18-digit number; an odd sequence is a man's."""
    body = f"{division}{born_on:%Y%m%d}{sequence:03}"
    return body + resident_id.check_character(body)


def make_legacy_id(
    division: str = "332627", born_on: date = date(1965, 3, 7), sequence: int = 120
) -> str:
    """Return a first-generation number of 15 digits."""
    return f"{division}{born_on:%y%m%d}{sequence:03}"


def with_check(body: str) -> str:
    """Return 17 digits with their check character."""
    return body + resident_id.check_character(body)


def spoilt(number: str, place: int = 15) -> str:
    """Return the number with one digit changed, so that its check fails."""
    other = "5" if number[place] != "5" else "6"
    return number[:place] + other + number[place + 1 :]
