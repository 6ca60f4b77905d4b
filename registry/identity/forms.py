"""The forms of identity documents: which characters a number of each kind is made of."""

import re
from collections.abc import Iterator

from registry.identity import resident_id
from registry.identity.characters import half_width, without_apostrophe, without_invisible

# The codes of seeds/codes/document_kind.csv; a test holds the labels to that list.
RESIDENT, HONG_KONG_PERMIT, TAIWAN_PERMIT = "01", "02", "03"
HONG_KONG_PASS, TAIWAN_PASS, PERMANENT_CARD = "04", "05", "06"
MILITARY = "09"
LABELS = {
    RESIDENT: "居民身份证",
    HONG_KONG_PERMIT: "港澳居民居住证",
    TAIWAN_PERMIT: "台湾居民居住证",
    HONG_KONG_PASS: "港澳居民来往内地通行证",
    TAIWAN_PASS: "台湾居民来往大陆通行证",
    PERMANENT_CARD: "外国人永久居留身份证",
    "07": "护照",
    "08": "外国人工作许可证",
    MILITARY: "军官证",
    "99": "其他",
}

_SHAPES = {
    RESIDENT: re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}"),
    HONG_KONG_PERMIT: re.compile(r"8[12][0-9]{15}[0-9X]"),
    TAIWAN_PERMIT: re.compile(r"83[0-9]{15}[0-9X]"),
    HONG_KONG_PASS: re.compile(r"[HM](?:[0-9]{8}|[0-9]{10})"),
    TAIWAN_PASS: re.compile(r"[0-9]{8}|[0-9]{10}"),
    PERMANENT_CARD: re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}"),
    # An officer's card reads 军字第1234567号.
    MILITARY: re.compile(r"[A-Z0-9\u4e00-\u9fff]{5,30}"),
}
LONGEST = 30
_ANY_SHAPE = re.compile(r"[A-Z0-9]{5,30}")
_OLD_PERMANENT_CARD = re.compile(r"[A-Z]{3}[0-9]{12}")
_KIND_OF_PREFIX = {"81": HONG_KONG_PERMIT, "82": HONG_KONG_PERMIT, "83": TAIWAN_PERMIT}

# Kinds whose numbers carry division or country, birth date, sex and check character.
NUMBERED_LIKE_RESIDENT = frozenset({RESIDENT, HONG_KONG_PERMIT, TAIWAN_PERMIT, PERMANENT_CARD})

_ASCENDING = "0123456789" * 3
_DESCENDING = _ASCENDING[::-1]

# Latin, full-width, multiplication signs, Cyrillic, Greek, the Roman ten.
_LOOKS_LIKE_X = frozenset("XxＸｘ×✕✖⨯╳ХхΧχⅩⅹ")
_RESIDENT_BODY = re.compile(r"[0-9]{17}")
_CLEAN = re.compile("[0-9A-Z]+")
_BLANKS = re.compile(r"\s+")
_CONFUSABLES = str.maketrans("OIL", "011")
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]*)?[Ee][+]?[0-9]{1,3}")


def normalise(text: str) -> tuple[str, set[str]]:
    """Return the number in capitals without blanks, and the fixes that this took.

    The fixes are `document.upper_x` (the final x, or a character that looks like it, became X)
    and `text.normalised` (blanks, full width, invisible characters, an apostrophe).
    """
    if _CLEAN.fullmatch(text):
        return text, set()
    plain = _BLANKS.sub("", without_apostrophe(without_invisible(text)))
    body, last = half_width(plain[:-1]), plain[-1:]
    if last in _LOOKS_LIKE_X and _RESIDENT_BODY.fullmatch(body):
        fixes = {"document.upper_x"} if last != "X" else set()
        return f"{body}X", fixes | ({"text.normalised"} if body + last != text else set())
    clean = half_width(plain)
    # Capitals are a matter of writing: nothing was removed, so nothing is told.
    return clean.upper(), {"text.normalised"} if clean != text else set()


def fits(kind: str, number: str) -> bool:
    """Return whether a normalised number has length and characters of that kind of document."""
    return _SHAPES.get(kind, _ANY_SHAPE).fullmatch(number) is not None


def kind_by_form(number: str) -> str | None:
    """Return the kind of document that alone has this form, or None where several could."""
    if (kind := kind_of_number18(number)) is not None:
        return kind
    if resident_id.is_number15(number):
        return RESIDENT
    if _OLD_PERMANENT_CARD.fullmatch(number):
        return PERMANENT_CARD
    if fits(HONG_KONG_PASS, number):
        return HONG_KONG_PASS
    # Eight digits are as often a birthday in the wrong column, or a stand-in.
    if fits(TAIWAN_PASS, number) and not resident_id.day(number) and not _is_one_run(number):
        return TAIWAN_PASS
    return None


def kind_of_number18(number: str) -> str | None:
    """Return the kind that an 18-digit number's first digits name; None for another form."""
    if not resident_id.is_number18(number):
        return None
    return PERMANENT_CARD if number[0] == "9" else _KIND_OF_PREFIX.get(number[:2], RESIDENT)


def is_placeholder(number: str) -> bool:
    """Return whether a number of resident form is one digit repeated or one run of digits."""
    if not fits(RESIDENT, number):
        return False
    return _is_one_run(number.removesuffix("X"))


def _is_one_run(digits: str) -> bool:
    return digits in _ASCENDING or digits in _DESCENDING or digits == digits[0] * len(digits)


def looks_scientific(text: str) -> bool:
    """Return whether the text is a number in scientific form, such as 3.31E+17."""
    plain = text.strip()
    # A bare 1E23456 could be a passport: the form has a point or a plus, or is very short.
    return _SCIENTIFIC.fullmatch(plain) is not None and (
        "." in plain or "+" in plain or len(plain) < 5
    )


def without_confusables(number: str) -> Iterator[str]:
    """Yield the number with letters read as the digits they resemble: each alone, then all.

    A text too long for any document yields nothing.
    """
    if len(number) > LONGEST:
        return
    places = [place for place, char in enumerate(number) if char in "OIL"]
    for place in places:
        yield number[:place] + number[place].translate(_CONFUSABLES) + number[place + 1 :]
    if len(places) > 1:
        yield number.translate(_CONFUSABLES)
