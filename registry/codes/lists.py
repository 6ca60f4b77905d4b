"""Reading `seeds/codes/*.csv` and finding codes in what clerks wrote."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "codes"

# Below this likeness a suggestion misleads more often than it helps (rapidfuzz, 0 to 100).
LIKENESS_CUT_OFF = 75


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
        """Return at most `count` labels that look like the text, the likeliest first."""
        # Only faulty cells come here: the rest of the work does without the library.
        from rapidfuzz import fuzz, process

        words = list(self._folded)
        hits = process.extract(
            _fold(text), words, scorer=fuzz.WRatio, score_cutoff=LIKENESS_CUT_OFF, limit=None
        )
        labels = dict.fromkeys(self._folded[word].label for word, _, _ in hits)
        return list(labels)[:count]

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
