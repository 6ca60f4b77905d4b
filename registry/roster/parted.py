"""What can be said only when the whole file is known, where the file holds many rosters.

Runs and shared mobiles are judged within each roster; a document number is one person's, so it
may stand in the file once, in whichever roster.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence

from registry.roster.duplicates import Roll
from registry.roster.findings import Finding

_WHOLE_FILE = "roster.duplicate"


class PartedRoll:
    """Collects of each row what roster-wide rules need, by part; about fifty bytes a row."""

    def __init__(self) -> None:
        self._whole = Roll()
        self._parts: dict[int, Roll] = {}
        self._rows = array("q")
        self._part_of_row = array("i")

    def add(
        self,
        rows: Sequence[int],
        parts: Sequence[int],
        keys: Sequence[str | None],
        mobiles: Sequence[str | None],
    ) -> None:
        """Take rows, in ascending order over all calls; `parts` says to which roster each
        belongs.
        """
        self._rows.extend(rows)
        self._part_of_row.extend(parts)
        self._whole.add(rows, keys, [None] * len(rows))
        places: dict[int, list[int]] = {}
        for index, part in enumerate(parts):
            places.setdefault(part, []).append(index)
        for part, at in places.items():
            roll = self._parts.setdefault(part, Roll())
            roll.add([rows[i] for i in at], [keys[i] for i in at], [mobiles[i] for i in at])

    def findings(self, letters: Mapping[str, str]) -> Iterator[tuple[int, list[Finding]]]:
        """Yield parts with findings on their rows, in the order of the rows; a part may come
        twice. One part at a time: a placeholder in a million rows must not fill the memory.
        """
        named = dict(letters)
        doubled: dict[int, list[Finding]] = {}
        for finding in self._whole.findings(named):
            if finding.code == _WHOLE_FILE:
                doubled.setdefault(self._part(finding.row), []).append(finding)
        yield from doubled.items()
        for part, roll in self._parts.items():
            found = [one for one in roll.findings(named) if one.code != _WHOLE_FILE]
            if found:
                yield part, found

    def _part(self, row: int) -> int:
        return self._part_of_row[bisect_left(self._rows, row)]
