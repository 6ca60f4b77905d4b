"""The unified social credit code of an organisation, GB 32100-2015: 18 characters, MOD 31."""

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

# The first character names the registering authority; 81 is a grassroots trade union.
_CODE = re.compile(rf"[1-9ANY][{ALPHABET}][0-9]{{6}}[{ALPHABET}]{{10}}")
_BODY = re.compile(rf"[{ALPHABET}]{{17}}")
_VALUES = {char: value for value, char in enumerate(ALPHABET)}
_LENGTH = 18
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


def normal(text: str) -> str:
    """Return what was typed without blanks and hyphens, half-width and in capitals."""
    return re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", text)).upper()


def fault(code: str) -> str:
    """Return what is wrong with a credit code and the way out, in Chinese; "" for a valid one."""
    if len(code) != _LENGTH:
        return f"统一社会信用代码应为 {_LENGTH} 位，现有 {len(code)} 位。"
    strange = sorted(set(code) - set(ALPHABET))
    if strange:
        return f"统一社会信用代码中不会有“{'、'.join(strange)}”，请核对（没有字母 I、O、S、V、Z）。"
    if _CODE.fullmatch(code) is None:
        return "统一社会信用代码的第 1 位应为 1—9、A、N、Y，第 3—8 位应为数字，请核对。"
    expected = check_character(code[:-1])
    if code[-1] != expected:
        return f"统一社会信用代码校验码不正确，末位应为 {expected}；请逐位核对，不要只改末位。"
    return ""
