"""What can be said only when the whole roster is known: duplicates, shared mobiles, runs."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import cast

from registry.roster.checks.notes import finding, note
from registry.roster.findings import Finding
from registry.roster.messages import rows_named

SHARED_FROM = 5
RUN_FROM = 5
# Each row of a group names the others; a file of one number in every row must not grow by squares.
_OTHERS_NAMED = 50


# Kinds whose sound 18-digit numbers have a check character, which follows from the first seventeen
# digits: those alone tell such numbers apart.
_NUMBERED_KINDS = frozenset({"01:", "02:", "03:", "06:"})
_KEY_LENGTH = len("01:") + 18


class Roll:
    """Collects of each row only what roster-wide rules need: eight or sixteen bytes a value."""

    def __init__(self) -> None:
        self._bodies = array("q")
        self._body_rows = array("q")
        self._other_keys: dict[str, list[int]] = {}
        self._mobiles = array("q")
        self._mobile_rows = array("q")

    def add(
        self, rows: Sequence[int], keys: Sequence[str | None], mobiles: Sequence[str | None]
    ) -> None:
        """Take the rows of a batch, with the key forms of sound numbers and the sound mobiles."""
        if None in keys:
            rows_of_keys = [row for row, key in zip(rows, keys, strict=True) if key is not None]
            numbered = [key for key in keys if key is not None]
        else:
            rows_of_keys, numbered = list(rows), list(cast("Sequence[str]", keys))
        if not _all_numbered(numbered):
            rows_of_keys, numbered = self._sorted_out(rows_of_keys, numbered)
        self._bodies.extend([int(key[3:20]) for key in numbered])
        self._body_rows.extend(rows_of_keys)
        reachable = [mobile for mobile in mobiles if mobile is not None]
        self._mobiles.extend(list(map(int, reachable)))
        if len(reachable) < len(rows):
            rows = [row for row, mobile in zip(rows, mobiles, strict=True) if mobile is not None]
        self._mobile_rows.extend(rows)

    def _sorted_out(self, rows: list[int], keys: list[str]) -> tuple[list[int], list[str]]:
        """Keep the keys of other documents as they are; return those that are numbers."""
        numbered_rows, numbered = [], []
        for row, key in zip(rows, keys, strict=True):
            if len(key) == _KEY_LENGTH and key[:3] in _NUMBERED_KINDS:
                numbered_rows.append(row)
                numbered.append(key)
            else:
                self._other_keys.setdefault(key, []).append(row)
        return numbered_rows, numbered

    def findings(self, letters: dict[str, str]) -> list[Finding]:
        """Return the findings on all rows taken, by row; `letters` as for `Marks.findings`."""
        found: list[Finding] = []
        ordered = sorted(self._bodies)
        same = {body for body, following in pairwise(ordered) if body == following}
        groups = _rows_of(same, self._bodies, self._body_rows)
        doubled = [rows for rows in self._other_keys.values() if len(rows) > 1]
        for rows in [*groups.values(), *doubled]:
            found += _group("roster.duplicate", "document_number", rows, letters)
        runs = list(_runs(ordered))
        of_body = _rows_of({b for run in runs for b in run}, self._bodies, self._body_rows)
        for run in runs:
            rows = sorted(row for body in run for row in of_body[body])
            found += _group("document.consecutive", "document_number", rows, letters)
        shared = {n for n, times in Counter(self._mobiles).items() if times >= SHARED_FROM}
        for rows in _rows_of(shared, self._mobiles, self._mobile_rows).values():
            found += _group("mobile.shared", "mobile", rows, letters)
        found.sort(key=lambda entry: entry.row)
        return found


def _all_numbered(keys: Sequence[str]) -> bool:
    return set(map(len, keys)) <= {_KEY_LENGTH} and {key[:3] for key in keys} <= _NUMBERED_KINDS


def _runs(ordered: Sequence[int]) -> Iterable[list[int]]:
    """Yield the runs of consecutive bodies that are long enough."""
    run: list[int] = []
    for before, body in pairwise(ordered):
        if body - before > 1:
            if len(run) >= RUN_FROM:
                yield run
            run = []
        elif body != before:
            run = run or [before]
            run.append(body)
    if len(run) >= RUN_FROM:
        yield run


def _rows_of(wanted: set[int], values: Sequence[int], rows: Sequence[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    if wanted:
        for value, row in zip(values, rows, strict=True):
            if value in wanted:
                found[value].append(row)
    return found


def _group(code: str, field: str, rows: list[int], letters: dict[str, str]) -> list[Finding]:
    """Return the finding of each row of a group, naming the other rows (of a large group, some)."""
    first = rows[: _OTHERS_NAMED + 1]
    found = []
    for row in rows:
        others = [other for other in first if other != row][:_OTHERS_NAMED]
        named = rows_named(others, total=len(rows) - 1)
        new = note(code, others=named, count=len(rows))
        found.append(finding(row, letters.get(field), field, new, others))
    return found
