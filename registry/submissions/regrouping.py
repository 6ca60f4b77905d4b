"""Rows of a draft judged again: written back all at once, and the duplicates among them redone."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, update
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.roster.findings import Finding
from registry.roster.messages import rows_named, sentence
from registry.submissions.intake import match_chunk
from registry.submissions.models import SubmissionRow
from registry.submissions.queries import SubmissionView
from registry.submissions.states import RowState
from registry.submissions.storing import (
    COLUMN_NAMES,
    Ref,
    StoredFinding,
    StoredRows,
    decode_findings,
    encode_findings,
    to_stored,
    worst_of,
)

_KEYS_AT_ONCE = 500
# As in the file: a roster of one number in every row must not grow by squares.
_OTHERS_NAMED = 50
_CODE = "roster.duplicate"
_WRITTEN = tuple(
    name
    for name in COLUMN_NAMES
    if name not in {"county", "submission_id", "row", "state", "version"}
)


def ref_of(submission: SubmissionView) -> Ref:
    """Return what rows of the submission are sealed for."""
    return Ref(submission.county, submission.id, submission.union_code)


def rows_in(submission: SubmissionView, rows: Iterable[int]) -> Select[Any]:
    """Return the query for rows with all columns that are stored."""
    return select(*(getattr(SubmissionRow, name) for name in COLUMN_NAMES)).where(
        SubmissionRow.county == submission.county,
        SubmissionRow.submission_id == submission.id,
        SubmissionRow.row.in_(list(rows)),
    )


def update_rows(session: Session, submission: SubmissionView, stored: StoredRows) -> None:
    """Write rows that were judged again, their versions raised; states stay."""
    columns = [stored.columns[name] for name in ("row", *_WRITTEN)]
    lines = [
        dict(zip(("row", *_WRITTEN), values, strict=True)) for values in zip(*columns, strict=True)
    ]
    _write(session, submission, _WRITTEN, lines)


def redo_duplicates(
    session: Session, submission: SubmissionView, keys: Collection[bytes]
) -> list[int]:
    """Mark or unmark the rows that share a document number; returns the rows that changed."""
    letters = {column.field: column.column for column in submission.columns if column.field}
    lines: list[dict[str, Any]] = []
    for group in _groups(session, submission, list(keys)):
        live = [one.row for one in group if one.state != RowState.EXCLUDED]
        for one in group:
            findings = [f for f in decode_findings(one.findings) if f.code != _CODE]
            if one.row in live and len(live) > 1:
                findings.append(_duplicate(one.row, live, letters))
            text = encode_findings(findings)
            if text != one.findings:
                lines.append({"row": one.row, "findings": text, "worst": worst_of(findings)})
    _write(session, submission, ("findings", "worst"), lines, raises_version=False)
    changed = [line["row"] for line in lines]
    _match_again(session, submission, changed)
    return changed


def _groups(
    session: Session, submission: SubmissionView, keys: Sequence[bytes]
) -> Iterator[list[Row[Any]]]:
    """Yield the rows of each document number, in the order of the file."""
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        query = (
            select(
                SubmissionRow.person_key,
                SubmissionRow.row,
                SubmissionRow.findings,
                SubmissionRow.state,
            )
            .where(
                SubmissionRow.county == submission.county,
                SubmissionRow.submission_id == submission.id,
                SubmissionRow.person_key.in_(keys[start : start + _KEYS_AT_ONCE]),
            )
            .order_by(SubmissionRow.row)
        )
        groups: dict[bytes, list[Row[Any]]] = {}
        for one in session.execute(query):
            groups.setdefault(one.person_key, []).append(one)
        yield from groups.values()


def _duplicate(row: int, live: list[int], letters: Mapping[str, str]) -> StoredFinding:
    others = [other for other in live[: _OTHERS_NAMED + 1] if other != row][:_OTHERS_NAMED]
    message = sentence(_CODE, others=rows_named(others, total=len(live) - 1))
    letter = letters.get("document_number")
    return to_stored(Finding(row, letter, "document_number", _CODE, "error", message, None, others))


def _match_again(session: Session, submission: SubmissionView, rows: list[int]) -> None:
    """A row that is no duplicate any more has not been matched yet."""
    if not rows:
        return
    query = rows_in(submission, rows).where(
        SubmissionRow.worst != "error",
        SubmissionRow.match.is_(None),
        SubmissionRow.person_key.is_not(None),
    )
    found = list(session.execute(query))
    if not found:
        return
    chunk = StoredRows({name: [getattr(one, name) for one in found] for name in COLUMN_NAMES})
    match_chunk(session, ref_of(submission), chunk, submission.columns)
    update_rows(session, submission, chunk)


def _write(
    session: Session,
    submission: SubmissionView,
    names: Sequence[str],
    lines: list[dict[str, Any]],
    *,
    raises_version: bool = True,
) -> None:
    """Update rows with one prepared statement; each line has `row` and the named columns."""
    if not lines:
        return
    table = table_of(SubmissionRow)
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    if raises_version:
        values["version"] = table.c.version + 1
    statement = (
        update(table)
        .where(
            table.c.county == submission.county,
            table.c.submission_id == submission.id,
            table.c.row == bindparam("key_row"),
        )
        .values(values)
    )
    session.connection().execute(
        statement,
        [
            {"key_row": line["row"], **{f"new_{name}": line[name] for name in names}}
            for line in lines
        ],
    )
