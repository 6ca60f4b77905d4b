"""A whole roster read and judged: what `registry check` prints and `registry mark` writes back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from registry.roster.check import CheckedBatch, Checker
from registry.roster.findings import FileFinding, Finding
from registry.roster.labels import labels_of
from registry.roster.sandbox import ORDINARY, Limits, open_sheet
from registry.roster.sheet import SheetColumn, SheetHead, SheetTail, Skipped

__all__ = [
    "Counts",
    "RosterReport",
    "check_roster",
    "count",
    "in_order",
    "labels_of",
    "worst_by_row",
]

Progress = Callable[[str, int], None]


class Counts(NamedTuple):
    """Rows by their worst finding; `total` is the sum of the others."""

    total: int
    ok: int
    warning: int
    error: int
    skipped: int


@dataclass(slots=True)
class RosterReport:
    """All that is said of a roster. `findings` are sorted by row, then by column; `batches` are
    empty where the caller did not keep them."""

    head: SheetHead
    tail: SheetTail
    counts: Counts
    findings: list[Finding]
    file_findings: list[FileFinding]
    batches: list[CheckedBatch]

    def to_json(self, name: str, sha256: str) -> dict[str, Any]:
        """Return the document that `registry check --json` prints."""
        head = self.head
        return {
            "file": {
                "name": name,
                "sha256": sha256,
                "format": head.format,
                "sheet": head.sheet,
                "header_row": head.header_row,
                "columns": [column._asdict() for column in head.columns],
            },
            "rows": self.counts._asdict(),
            "skipped": [_skipped(entry) for entry in self.tail.skipped],
            "findings": [finding._asdict() for finding in self.findings],
            "file_findings": [finding._asdict() for finding in self.file_findings],
        }


def check_roster(
    content: bytes,
    today: date,
    answers: Mapping[str, str] | None = None,
    limits: Limits = ORDINARY,
    progress: Progress | None = None,
    *,
    keep: bool = True,
) -> RosterReport:
    """Read and judge the roster in a file's bytes.

    `today` is the day in Asia/Shanghai; `answers` as for `Checker`; `progress` is told the stage
    ("check") and the number of rows done. With `keep` false the judged rows are let go of, only
    the findings stay. Raises RosterRefused (file.*).
    """
    findings: list[Finding] = []
    batches: list[CheckedBatch] = []
    persons = 0
    with open_sheet(content, limits) as reader:
        checker = Checker(reader.head.columns, today, answers)
        for batch in reader:
            checked = checker.judge(batch)
            persons += len(batch.rows)
            findings += checked.findings
            if keep:
                batches.append(checked)
            if progress is not None:
                progress("check", persons)
        tail = reader.tail
    findings = in_order([*findings, *checker.finish()], reader.head.columns)
    return RosterReport(
        head=reader.head,
        tail=tail,
        counts=count(findings, persons, tail),
        findings=findings,
        file_findings=[
            *reader.head.file_findings,
            *checker.file_findings,
            *tail.file_findings,
        ],
        batches=batches,
    )


def in_order(findings: Iterable[Finding], columns: Iterable[SheetColumn]) -> list[Finding]:
    """Return findings by row, then from left to right; those without a column come last."""
    place = {column.column: number for number, column in enumerate(columns)}
    last = len(place)
    return sorted(
        findings,
        key=lambda found: (found.row, place.get(found.column, last) if found.column else last),
    )


def worst_by_row(findings: Iterable[Finding]) -> dict[int, str]:
    """Return "error" or "warning" for each row that has such a finding; the others are ok."""
    worst: dict[int, str] = {}
    for found in findings:
        if found.severity == "error" or (
            found.severity == "warning" and worst.get(found.row) != "error"
        ):
            worst[found.row] = found.severity
    return worst


def count(findings: Iterable[Finding], persons: int, tail: SheetTail) -> Counts:
    """Return the rows of a roster by their worst finding; skipped runs count as their rows."""
    severities = list(worst_by_row(findings).values())
    errors, warnings = severities.count("error"), severities.count("warning")
    skipped = sum((entry.last or entry.row) - entry.row + 1 for entry in tail.skipped)
    return Counts(
        total=tail.total,
        ok=persons - errors - warnings,
        warning=warnings,
        error=errors,
        skipped=skipped,
    )


def _skipped(entry: Skipped) -> dict[str, Any]:
    said: dict[str, Any] = {"row": entry.row, "why": entry.why}
    if entry.last is not None:
        said["last"] = entry.last
    return said
