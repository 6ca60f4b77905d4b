"""The unified social credit code of an organisation, GB 32100-2015: 18 characters, MOD 31."""

import re

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# The first character names the registering authority; 81 is a grassroots trade union.
_CODE = re.compile(rf"[1-9ANY][{ALPHABET}][0-9]{{6}}[{ALPHABET}]{{10}}")
_BODY = re.compile(rf"[{ALPHABET}]{{17}}")
_VALUES = {char: value for value, char in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def check_character(body17: str) -> str:
    """Return the check character of the first 17 characters; ValueError for other text."""
    if _BODY.fullmatch(body17) is None:
        raise ValueError("a body has 17 characters of the code's alphabet")
    total = sum(w * _VALUES[char] for w, char in zip(_WEIGHTS, body17, strict=True))
    return ALPHABET[-total % 31]


def is_valid(code18: str) -> bool:
    """Return whether the text has the form of a credit code and its check character agrees."""
    return _CODE.fullmatch(code18) is not None and check_character(code18[:17]) == code18[17]
