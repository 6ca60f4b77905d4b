"""Mainland mobile numbers: 1, then 3 to 9, then nine digits (YD/T numbering plan)."""

import re
from collections.abc import Iterable

from registry.identity.characters import half_width, without_apostrophe, without_invisible

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_FILLERS = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
_COUNTRY = re.compile(r"^(?:\(?(?:\+|00)86\)?|86(?=1[0-9]{10}$))")


def is_mobile(text: str) -> bool:
    """Return whether a normalised text is a mainland mobile number."""
    return _MOBILE.fullmatch(text) is not None


def normalise(text: str) -> str:
    """Return the number without blanks, hyphens, +86 and characters that cannot be seen."""
    if is_mobile(text):
        return text
    plain = without_apostrophe(half_width(without_invisible(text)))
    return _COUNTRY.sub("", _FILLERS.sub("", plain), count=1) if plain else plain


def normalise_column(texts: Iterable[str | None]) -> list[str | None]:
    """Return a column of numbers, each as `normalise` gives it; blanks are None."""
    is_plain = _MOBILE.fullmatch
    return [(text if is_plain(text) else normalise(text)) if text else None for text in texts]
