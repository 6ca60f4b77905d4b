"""Reading `seeds/codes/*.csv` and finding codes in what clerks wrote."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from registry.codes.likeness import likeness, simplified, sound

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "codes"

# Below this likeness a suggestion misleads more often than it helps, and so does one that is much
# less like the text than the best.
LIKENESS_CUT_OFF = 0.6
LIKENESS_BEHIND_THE_BEST = 0.2
# One of two characters right: worth a word only where one label has it, or few begin with it.
_HALF_ALIKE = 0.5
_SHORT = 3
_FEW = 3


class Code(NamedTuple):
    """One entry: `code` is stored, `label` is shown."""

    code: str
    label: str


class CodeList:
    """One immutable list of codes; `entries` are (code, label, aliases) in the list's order."""

    def __init__(self, name: str, entries: Sequence[tuple[str, str, Sequence[str]]]) -> None:
        self.name = name
        self._codes = {code: Code(code, label) for code, label, _ in entries}
        self._words = _words(entries, self._codes)
        # Alternative spellings, consulted only when the words themselves do not match.
        self._folded = _without_rivals((_fold(word), code) for word, code in self._words.items())
        # A number that is no code is like no code.
        self._spoken = [word for word in self._folded if not _bare(word)]
        self._letters = {char for word in self._spoken for char in word + sound(word)}
        bare = [entry for entry in self._codes.values() if _bare(entry.code)]
        self._short = _without_rivals((str(int(entry.code)), entry) for entry in bare)

    def find(self, text: str) -> Code | None:
        """Return the entry meant by a label, an alias or a code, or None.

        Blanks, letter case and the width of characters do not matter, nor do the leading zeros
        that a spreadsheet takes from a code ("1" is "01" where no other code reads as 1).
        """
        trimmed = text.strip()
        found = self._words.get(trimmed)
        if found is not None or not trimmed:
            return found
        folded = _fold(trimmed)
        found = self._folded.get(folded)
        if found is None and _bare(folded):
            found = self._short.get(folded.lstrip("0") or "0")
        return found

    def is_alias(self, text: str) -> bool:
        """Return whether the text means an entry without being its label."""
        found = self.find(text)
        return found is not None and found.label != text.strip()

    def label(self, code: str) -> str:
        """Return the label of a code; KeyError when the list has no such code."""
        return self._codes[code].label

    def nearest(self, text: str, count: int = 3) -> list[str]:
        """Return at most `count` labels that look or sound like the text, the likeliest first."""
        folded = simplified(_fold(text))
        if not self._letters & {*folded, *sound(folded)}:
            return []
        found: dict[str, list[float]] = {}
        for word, score in likeness(folded, self._spoken).items():
            found.setdefault(self._folded[word].label, []).append(score)
        best = {label: sorted(scores, reverse=True) for label, scores in found.items()}
        close = _close({label: scores[0] for label, scores in best.items()})
        if not close:
            close = _half_alike(folded, best)
        return sorted(close, key=lambda label: best[label][:2], reverse=True)[:count]

    def __iter__(self) -> Iterator[Code]:
        return iter(self._codes.values())

    def __len__(self) -> int:
        return len(self._codes)

    def __contains__(self, code: object) -> bool:
        return code in self._codes

    def __repr__(self) -> str:
        return f"CodeList({self.name!r})"


@cache
def code_list(name: str) -> CodeList:
    """Return the list of that name, read once; KeyError when there is none."""
    path = SEEDS / f"{name}.csv"
    if not name.isidentifier() or not path.is_file():
        raise KeyError(name)
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames is None or "label" not in rows.fieldnames:
            raise KeyError(name)
        return CodeList(name, [(r["code"], r["label"], _split(r["aliases"])) for r in rows])


def _split(aliases: str | None) -> list[str]:
    return [alias for alias in (aliases or "").split("|") if alias]


def _close(best: dict[str, float]) -> list[str]:
    """Return the labels near enough to be meant and not far behind the nearest."""
    least = max(LIKENESS_CUT_OFF, max(best.values()) - LIKENESS_BEHIND_THE_BEST)
    return [label for label, score in best.items() if score >= least]


def _half_alike(text: str, best: dict[str, list[float]]) -> list[str]:
    """Return the labels that share half of a short word, if they are few: 群从 for 群众."""
    half = [label for label, scores in best.items() if scores[0] >= _HALF_ALIKE]
    if len(text) > _SHORT:
        return []
    if len(half) == 1:
        return half
    begun = [label for label in half if label[:1] == text[:1]]
    return begun if len(begun) <= _FEW else []


def _bare(code: str) -> bool:
    return code.isascii() and code.isdigit()


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _words(
    entries: Sequence[tuple[str, str, Sequence[str]]], codes: dict[str, Code]
) -> dict[str, Code]:
    """Map every word to its entry; a label wins over an alias, an alias over a code."""
    words: dict[str, Code] = {code: codes[code] for code, _, _ in entries}
    for code, _, aliases in entries:
        words.update(dict.fromkeys(aliases, codes[code]))
    words.update({label: codes[code] for code, label, _ in entries})
    return words


def _without_rivals(pairs: Iterable[tuple[str, Code]]) -> dict[str, Code]:
    """Keep only the spellings that mean one entry."""
    meanings: dict[str, set[Code]] = {}
    for spelling, code in pairs:
        meanings.setdefault(spelling, set()).add(code)
    return {spelling: codes.pop() for spelling, codes in meanings.items() if len(codes) == 1}
