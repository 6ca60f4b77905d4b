"""Which union a written name means. Pure: nothing is guessed, only told apart or suggested."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import fuzz, process

from registry.unions.named import How
from registry.unions.queries import Union

SUGGESTED = 3
_NEAR_ENOUGH = 55
_BLANKS = re.compile(r"\s+")
# What the same union is written with and without. Not 联合工会, 联合会, 总工会: those are kinds.
_TAILS = ("基层工会委员会", "工会委员会", "基层工会", "工会")
_KEPT_BEFORE_TAIL = ("联合", "总")
_FEDERATION = re.compile(r"(总工会|工会联合会|联合工会委员会)$")
_PROVINCE = "浙江省"
_SHORTEST = 3
_CODE_LENGTH = 13
_LONGEST_SHOWN = 200
# So many digits in a name, however they are set apart, are a person's: dates, phones, documents.
_MOST_DIGITS = 6
_DIGITS_SHOWN = 4


class Meant(NamedTuple):
    """What a written name means: a union and how that is known, or the nearest ones to ask for."""

    union_code: str | None
    how: How
    suggestions: list[str]


class NameBook:
    """The grassroots unions of one place by all that they may be written as.

    `county_name` is the county federation's name, whose 玉环市 may stand before a name or not.
    """

    def __init__(self, unions: Iterable[Union], county_name: str) -> None:
        self._place = _FEDERATION.sub("", plain(county_name))
        self._codes: set[str] = set()
        self._names: dict[str, set[str]] = {}
        self._short: dict[str, set[str]] = {}
        self._by_short: dict[str, str] = {}
        for union in unions:
            self._codes.add(union.code)
            self._names.setdefault(plain(union.name), set()).add(union.code)
            short = self._shortened(union.name)
            self._short.setdefault(short, set()).add(union.code)
            self._by_short[union.code] = short

    def meant(self, written: str) -> Meant:
        """Return what a name means here; of unions elsewhere nothing is known."""
        return self._told(written) or Meant(None, How.OPEN, self._nearest(self._shortened(written)))

    def union_of(self, written: str) -> str | None:
        """Return the one union that a name surely means, None where a person would be asked."""
        told = self._told(written)
        return told and told.union_code

    def _told(self, written: str) -> Meant | None:
        """Return what a name says by itself, None where only its likeness to others may tell."""
        name = plain(written)
        if not name:
            return Meant(None, How.OPEN, [])
        if name in self._codes:
            return Meant(name, How.CODE, [])
        short = self._shortened(written)
        for known, form, how in ((self._names, name, How.NAME), (self._short, short, How.ALIKE)):
            found = known.get(form, set())
            if len(found) == 1:
                return Meant(next(iter(found)), how, [])
            if found:
                return Meant(None, How.OPEN, sorted(found)[:SUGGESTED])
        return None

    def chosen(self, text: str) -> str | None:
        """Return the union that a person named by code, by name, or by both ("code name")."""
        first = text.strip().partition(" ")[0]
        for form in (text, first):
            meant = self.meant(form)
            if meant.union_code is not None:
                return meant.union_code
        return None

    def __contains__(self, code: object) -> bool:
        return code in self._codes

    def _nearest(self, short: str) -> list[str]:
        found = process.extract(
            short, self._by_short, scorer=fuzz.WRatio, score_cutoff=_NEAR_ENOUGH, limit=SUGGESTED
        )
        return [code for _, _, code in found]

    def _shortened(self, name: str) -> str:
        """Return a name without place before and 工会委员会 behind; short ones stay whole."""
        text = plain(name)
        for head in (_PROVINCE, self._place):
            if head and text.startswith(head) and len(text) - len(head) >= _SHORTEST:
                text = text.removeprefix(head)
        for tail in _TAILS:
            rest = text.removesuffix(tail)
            if rest != text:
                is_kind = rest.endswith(_KEPT_BEFORE_TAIL)
                return text if is_kind or len(rest) < _SHORTEST else rest
        return text


def shown(written: str, county: str) -> str:
    """Return a written name as it is kept and shown: who took the wrong column has numbers of
    persons standing there, whole or in groups. The code of a union of the county is no person's.
    """
    if written.isdecimal() and len(written) == _CODE_LENGTH and written.startswith(county):
        return written
    written = "".join(char if char.isprintable() else " " for char in written)
    if sum(char.isdigit() for char in written) <= _MOST_DIGITS:
        return written[:_LONGEST_SHOWN]
    digits, kept = 0, []
    for char in written:
        is_check = char in "XxＸｘ" and digits > _MOST_DIGITS
        digits += char.isdigit()
        hidden = is_check or (char.isdigit() and digits > _DIGITS_SHOWN)
        kept.append("*" if hidden else char)
    return "".join(kept)[:_LONGEST_SHOWN]


def plain(text: str) -> str:
    """Return a name without blanks, with half-width brackets and letters."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()
