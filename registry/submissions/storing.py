"""From judged batches to columns ready for the table: sealed, hashed, compact.

What may hold a full document number or mobile (the raw cells, the clerk's edits, suggestions for
those two fields) stands only in the sealed parts.
"""

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from registry.identity.mobile import normalise_column as plain_mobiles
from registry.identity.written import blinded
from registry.roster.check import CheckedBatch
from registry.roster.columns import COLUMNS
from registry.roster.findings import Finding
from registry.roster.sheet import Cell, CellFault, SheetBatch
from registry.submissions.sealed_rows import SealedRow, pack, packed_cells, row_of, unpack
from registry.vault.vault import MOBILE, PERSON, Vault, of_person, of_row, of_rows

# Fields with a column of their own in `submission_row`; all others stand in `clean`.
APART = frozenset(
    {
        "full_name",
        "document_kind",
        "document_number",
        "mobile",
        "change",
        "changed_on",
        "change_reason",
    }
)
# Columns of the roster that say nothing lasting about the person.
PASSING = frozenset({"sequence", "remark", "union_name"})
PARTICULARS = tuple(
    column.field for column in COLUMNS if column.field not in APART and column.field not in PASSING
)
COUNTED = tuple(
    column.field for column in COLUMNS if column.requirement in {"required", "recommended"}
)
SENSITIVE = frozenset({"document_number", "mobile"})
NAME_LENGTH = 200
# Cells of any wording; a clerk who took the wrong column has a document number standing there.
FREE_TEXT = tuple(
    column.field for column in COLUMNS if column.kind == "text" and column.field not in PASSING
)
RANK = {"error": 2, "warning": 1}
# Rows with an error are not matched, so what the register said of them goes.
_OF_REGISTER = ("member.", "change.no_member")

_encode = msgspec.json.encode


class StoredFinding(msgspec.Struct, array_like=True):
    """A finding as stored with its row; `suggestion` of a sensitive field stands sealed."""

    column: str | None
    field: str | None
    code: str
    severity: str
    message: str
    suggestion: Any
    other_rows: list[int]


_findings_decoder = msgspec.json.Decoder(list[StoredFinding])

# What `add_late` changes.
LATE_NAMES = ("worst", "match", "changed_fields", "findings")
COLUMN_NAMES = (
    "county",
    "submission_id",
    "row",
    "state",
    "worst",
    "match",
    "change",
    "changed_on",
    "change_reason",
    "person_key",
    "full_name",
    "document_kind",
    "document_sealed",
    "mobile_sealed",
    "mobile_key",
    "clean",
    "filled",
    "findings",
    "sealed",
    "changed_fields",
    "version",
)


@dataclass(frozen=True, slots=True)
class Ref:
    """Which submission rows belong to."""

    county: str
    submission_id: int
    union_code: str


@dataclass(slots=True)
class StoredRows:
    """Rows column-wise, by the names of `COLUMN_NAMES`, ready for bulk insertion."""

    columns: dict[str, list[Any]]

    def __len__(self) -> int:
        return len(self.columns["row"])

    def add_finding(self, index: int, finding: Finding) -> None:
        """Add a finding made later (roster-wide, or by the register) to the row at `index`."""
        columns = self.columns
        stored = decode_findings(columns["findings"][index])
        stored.append(to_stored(finding))
        columns["findings"][index] = encode_findings(stored)
        columns["worst"][index] = worst_of(stored)


def store(
    vault: Vault,
    ref: Ref,
    raw: SheetBatch,
    checked: CheckedBatch,
    edits: Mapping[int, dict[str, Cell]] | None = None,
    *,
    state: str = "DRAFT",
    numbers_of: Sequence[int] | None = None,
) -> StoredRows:
    """Return the columns of a judged batch; `raw` holds the file's own cells, before the edits.

    `numbers_of` gives the submission of each row where they are not all of `ref`.
    """
    count = len(raw.rows)
    numbers_of = numbers_of or [ref.submission_id] * count
    clean = checked.clean | {field: blinded(checked.clean[field]) for field in FREE_TEXT}
    blank: list[str | None] = [None] * count
    keys = vault.keyed_hashes(PERSON, checked.document_keys)
    mobiles = plain_mobiles(clean.get("mobile", blank))
    findings = _by_row(checked.findings)
    numbers = clean.get("document_number", blank)
    columns: dict[str, list[Any]] = {
        "county": [ref.county] * count,
        "submission_id": list(numbers_of),
        "row": list(raw.rows),
        "state": [state] * count,
        "worst": [worst_of(findings[row]) if row in findings else "ok" for row in raw.rows],
        "match": [None] * count,
        "change": [change or "1" for change in clean.get("change", blank)],
        "changed_on": clean.get("changed_on", blank),
        "change_reason": clean.get("change_reason", blank),
        "person_key": list(keys),
        "full_name": [name and name[:NAME_LENGTH] for name in clean.get("full_name", blank)],
        "document_kind": clean.get("document_kind", blank),
        "document_sealed": _seal_for_person(vault, "document_number", numbers, keys),
        "mobile_sealed": _seal_for_person(vault, "mobile", mobiles, keys),
        "mobile_key": vault.keyed_hashes(MOBILE, mobiles),
        "clean": _particulars(clean, count),
        "filled": _filled(clean, count),
        "findings": [
            encode_findings([to_stored(finding) for finding in findings[row]])
            if row in findings
            else None
            for row in raw.rows
        ],
        "sealed": _seal_rows(vault, ref.county, numbers_of, raw, findings, edits or {}),
        "changed_fields": [None] * count,
        # Edited rows are known by their version when a file is read again (`jobs.work`).
        "version": [2 if edits and row in edits else 1 for row in raw.rows],
    }
    return StoredRows(columns)


def add_late(values: MutableMapping[str, Any], findings: Iterable[Finding]) -> None:
    """Add what only the whole roster shows to a row that is matched already; again changes nothing.

    `values` are the row's `findings`, `worst`, `match` and `changed_fields` as stored. A row that
    becomes faulty has no match, and nothing that the register said of it.
    """
    stored = decode_findings(values["findings"])
    there = {one.code for one in stored}
    stored += [to_stored(one) for one in findings if one.code not in there]
    values["worst"] = worst_of(stored)
    if values["worst"] == "error":
        stored = [one for one in stored if not one.code.startswith(_OF_REGISTER)]
        values["match"] = values["changed_fields"] = None
    values["findings"] = encode_findings(stored)


def worst_of(findings: Iterable[Finding | StoredFinding]) -> str:
    """Return error, warning or ok: a row counts under its worst finding, repairs count as ok."""
    worst = max((RANK.get(finding.severity, 0) for finding in findings), default=0)
    return ("ok", "warning", "error")[worst]


def decode_findings(text: str | None) -> list[StoredFinding]:
    """Return a row's findings from their stored form."""
    return _findings_decoder.decode(text) if text else []


def encode_findings(findings: Sequence[StoredFinding]) -> str | None:
    """Return the stored form of a row's findings, None for none."""
    return _encode(findings).decode() if findings else None


def to_stored(finding: Finding) -> StoredFinding:
    """Return a finding as it stands in clear; what a sensitive field should be stays out."""
    hidden = finding.field in SENSITIVE
    return StoredFinding(
        finding.column,
        finding.field,
        finding.code,
        finding.severity,
        finding.message,
        None if hidden else finding.suggestion,
        finding.other_rows,
    )


def open_row(vault: Vault, ref: Ref, row: int, sealed: bytes) -> SealedRow:
    """Open what stands sealed beside a row. The caller has recorded why on the trail."""
    return unpack(vault.open(sealed, of_row(ref.county, ref.submission_id, row)))


def seal_row(vault: Vault, ref: Ref, row: int, content: SealedRow) -> bytes:
    """Seal a row's file cells, edits and suggestions again."""
    return vault.seal(pack(content), of_row(ref.county, ref.submission_id, row))


def effective(raw: SheetBatch, edits: Mapping[int, dict[str, Cell]]) -> SheetBatch:
    """Return the batch as judged: the file's cells overlaid with the clerk's edits."""
    if not edits or not any(row in edits for row in raw.rows):
        return raw
    cells = {field: list(values) for field, values in raw.cells.items()}
    for index, row in enumerate(raw.rows):
        for field, value in edits.get(row, {}).items():
            column = cells.setdefault(field, [None] * len(raw.rows))
            column[index] = None if value == "" else value
    faults = [fault for fault in raw.faults if fault.field not in edits.get(fault.row, {})]
    return SheetBatch(list(raw.rows), cells, faults)


def batch_of(rows: Mapping[int, SealedRow]) -> SheetBatch:
    """Return the file's cells of some opened rows as one batch."""
    numbers = sorted(rows)
    fields = dict.fromkeys(field for number in numbers for field in rows[number].raw)
    cells: dict[str, list[Cell]] = {
        field: [rows[number].raw.get(field) for number in numbers] for field in fields
    }
    faults = [
        CellFault(number, field, code)
        for number in numbers
        for field, code in rows[number].faults.items()
    ]
    return SheetBatch(numbers, cells, faults)


def _by_row(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    grouped: dict[int, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.row, []).append(finding)
    return grouped


def _seal_for_person(
    vault: Vault, field: str, values: Sequence[str | None], keys: Sequence[bytes | None]
) -> list[bytes | None]:
    prefix = of_person(field, b"")
    return vault.seal_column(
        [None if value is None else value.encode() for value in values],
        [None if key is None else prefix + key for key in keys],
    )


def _particulars(clean: Mapping[str, Sequence[str | None]], count: int) -> list[str]:
    """Return each row's particulars as JSON by field, without blanks: what a column says is put
    into words once for each distinct value."""
    columns = []
    for field in PARTICULARS:
        values = clean.get(field)
        if values is not None:
            said = {one: _said(field, one) for one in set(values)}
            columns.append([said[one] for one in values])
    if not columns:
        return ["{}"] * count
    return ["{" + ",".join(filter(None, row)) + "}" for row in zip(*columns, strict=True)]


def _said(field: str, value: str | None) -> str:
    return "" if value is None else f'"{field}":{_encode(value).decode()}'


def _filled(clean: Mapping[str, Sequence[str | None]], count: int) -> list[int]:
    columns = [clean[field] for field in COUNTED if field in clean]
    if not columns:
        return [0] * count
    return [len(row) - row.count(None) for row in zip(*columns, strict=True)]


def _seal_rows(
    vault: Vault,
    county: str,
    numbers_of: Sequence[int],
    raw: SheetBatch,
    findings: Mapping[int, list[Finding]],
    edits: Mapping[int, dict[str, Cell]],
) -> list[bytes]:
    faults: dict[int, dict[str, str]] = {}
    for fault in raw.faults:
        faults.setdefault(fault.row, {})[fault.field] = fault.code
    plains = list(packed_cells(raw.cells, len(raw.rows)))
    special = findings.keys() | faults.keys() | edits.keys()
    for at, row in enumerate(raw.rows):
        if row in special:
            full = {
                finding.code: finding.suggestion
                for finding in findings.get(row, ())
                if finding.field in SENSITIVE and finding.suggestion is not None
            }
            more = (faults.get(row, {}), edits.get(row, {}), full)
            if any(more):
                plains[at] = pack(SealedRow(row_of(raw.cells, at), *more))
    contexts = of_rows(county, numbers_of, raw.rows)
    return [sealed for sealed in vault.seal_column(plains, contexts) if sealed is not None]
