"""Full numbers of somebody in what people write freely: found, or starred out. Pure.

Such words stand in the trail, in lists and in the database in clear, where no full number may.
"""

import re

from registry.errors import InputRefused
from registry.identity.characters import half_width

_APART = r"[ \u3000]?[\-—–._/·]?[ \u3000]?"  # what may stand between the groups of a number
_GROUPED = (
    # A resident number, cut wherever one likes: its birthday tells it from days and lists.
    rf"(?<![0-9])[1-9](?:{_APART}[0-9]){{5}}{_APART}(?:1{_APART}[89]|2{_APART}0)"
    rf"(?:{_APART}[0-9]){{2}}{_APART}(?:0{_APART}[1-9]|1{_APART}[0-2])"
    rf"{_APART}[0-3](?:{_APART}[0-9]){{4}}{_APART}[0-9Xx](?![0-9])"
    # A mobile in groups of three and more; shorter ones are rows or days.
    rf"|(?<![0-9])(?=1[3-9](?:{_APART}[0-9]){{9}}(?![0-9]))[0-9]{{3,}}(?:{_APART}[0-9]{{3,}})+"
)
# Eleven digits are a mobile, fifteen or eighteen a document.
_BLINDED = re.compile(rf"\d{{11,}}[XxＸｘ]?|{_GROUPED}")
# A letter and eight digits are a passport or a permit.
_FOUND = re.compile(rf"(?<![0-9A-Za-z])[A-Za-z]{{1,3}}[ \-]?[0-9]{{8,}}|[0-9]{{11,}}|{_GROUPED}")
# Eleven digits in whatever groups: also two days, where words are for neither days nor lists.
_ANYHOW = re.compile(rf"{_FOUND.pattern}|[0-9](?:[\s\-—–._/·]*[0-9]){{10,}}[Xx]?")
# What every number has that is starred out: quick to look for in a whole column.
_MANY = re.compile(r"\d(?:[ \-—–._/·\u3000]{0,3}\d){10}")
_SHOWN = 4


def full_number(text: str, *, anyhow: bool = False) -> re.Match[str] | None:
    """Return where words hold what may be a document number or a mobile in full, None for
    nowhere; with `anyhow` in whatever groups its digits stand.
    """
    return (_ANYHOW if anyhow else _FOUND).search(half_width(text))


def refuse_number(text: str, code: str, what: str = "原因", *, anyhow: bool = False) -> None:
    """Raise `InputRefused` (`code`) where words hold one; `what` they are."""
    if full_number(text, anyhow=anyhow):
        raise InputRefused(code, f"{what}里请不要写完整的证件号码或手机号。")


def blinded(texts: list[str | None]) -> list[str | None]:
    """Return texts with such numbers starred out behind their first four digits."""
    if not _MANY.search("\n".join(text for text in texts if text)):
        return texts
    return [text and _BLINDED.sub(_starred, text) for text in texts]


def _starred(number: re.Match[str]) -> str:
    seen, stars = 0, ""
    for sign in number[0]:
        seen += sign.isalnum()
        stars += "*" if sign.isalnum() and seen > _SHOWN else sign
    return stars
