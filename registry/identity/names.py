"""Names of persons: every character of GB 18030, the separator · (U+00B7), Latin names."""

import re
import unicodedata

from registry.identity.characters import half_width, without_apostrophe, without_invisible
from registry.identity.private_use import STANDARD_FOR_PRIVATE_USE

__all__ = ["STANDARD_FOR_PRIVATE_USE", "is_unusual", "normalise", "standard_form"]

SEPARATOR = "\u00b7"

# Nearly all names: nothing to repair, nothing unusual.
_PLAIN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]+")

# Bullets, hyphenation and dot operators, katakana dots, Greek ano teleia, word separators.
_DOTS = re.compile(
    "[\u2022\u2027\u2219\u22c5\u25cf\u26ab\u25aa\u25e6\u30fb\uff65\u0387\u16eb\u2e31\u2e33\ua78f]"
)
# Stops are separators only in a name that is not Latin: John F. Kennedy keeps his.
_STOPS = re.compile(r"(?<=[^\x00-\x7f])[.．﹒。｡](?=[^\x00-\x7f]|\s+[^\x00-\x7f])")
_AROUND_SEPARATOR = re.compile(rf"\s*{SEPARATOR}[\s{SEPARATOR}]*")
_BLANK_IN_CHINESE = re.compile(r"(?<=[^\x00-\u024f\s])\s+(?=[^\x00-\u024f\s])")
_BLANKS = re.compile(r"\s+")
# Text copied from a PDF carries radicals (U+2F00 to U+2FD5) that look like the characters.
_RADICALS = re.compile("[\u2f00-\u2fd5]")

# What stands for a character that some system did not have, or is no part of a name.
_UNUSUAL = re.compile(
    r"[?？\ufffd□■〓◻▢\uffff*＊()（）\[\]［］【】〔〕{}｛｝<>＜＞《》〈〉「」『』]"
)


def normalise(text: str) -> tuple[str, set[str]]:
    """Return the name as it is stored, and which of these fixes that took.

    `name.middle_dot`: a look-alike separator became U+00B7. `text.normalised`: blanks, full-width
    Latin letters, invisible characters or a leading apostrophe went. Blanks inside Latin names
    stay. No character of a Chinese name is changed.
    """
    if _PLAIN.fullmatch(text):
        return text, set()
    plain = without_apostrophe(without_invisible(text))
    dotted = _STOPS.sub(SEPARATOR, _DOTS.sub(SEPARATOR, plain))
    clean = _AROUND_SEPARATOR.sub(SEPARATOR, dotted)
    clean = _RADICALS.sub(_ideograph, half_width(clean))
    clean = _BLANKS.sub(" ", _BLANK_IN_CHINESE.sub("", clean))
    fixes = set()
    if dotted != plain:
        fixes.add("name.middle_dot")
    if plain != text or clean != dotted:
        fixes.add("text.normalised")
    return clean, fixes


def is_unusual(text: str) -> bool:
    """Return whether a name has private-use or replacement characters, ?, digits or brackets."""
    if _PLAIN.fullmatch(text):
        return False
    return _UNUSUAL.search(text) is not None or any(
        unicodedata.category(char) in ("Co", "Cs", "Nd", "No") for char in text
    )


def standard_form(text: str) -> str | None:
    """Return the name with known private-use characters made standard, None if there are none."""
    standard = "".join(STANDARD_FOR_PRIVATE_USE.get(char, char) for char in text)
    return standard if standard != text else None


def _ideograph(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match.group())
