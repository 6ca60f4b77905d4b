"""Checking a file against the register without storing anything."""

import hashlib
from collections import Counter
from typing import Any

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.db import db, setting
from registry.members.match import Match
from registry.roster.findings import Finding
from registry.roster.limits import ordinary
from registry.roster.report import Counts, RosterReport
from registry.roster.sheet import SheetColumn, SheetTail
from registry.submissions.intake import skipped_rows, taken_in
from registry.submissions.report import findings_of
from registry.submissions.storing import LATE_NAMES, Ref, StoredRows, add_late
from registry.submissions.weighing import left_out, weigh
from registry.unions import queries as union_queries
from registry.vault.vault import Vault, vault

# A stand-in for the number of a submission that will never be: it only names a place to seal for.
UNSTORED = 0


def match_report(
    content: bytes, *, file_name: str, union_code: str, actor: Actor
) -> dict[str, Any]:
    """Return a check's document with what the register has to say: findings, counts, matches.

    Without a kind of roster members who are not in it are counted (`missing`), as for a full one,
    but are not said to leave: an increment would be a big change each time.
    """
    session = db.session()
    union = union_queries.find(session, union_code)
    demand(actor, Permission.WORK_ROSTER, union.path)
    keeper, ref = vault(), Ref(union.county, UNSTORED, union.code)
    limits = ordinary(setting)
    with taken_in(
        session, keeper, ref, content, today=today(), limits=limits, answers={}, edits={}
    ) as intake:
        chunks = list(intake)
    _add_late(chunks, intake.findings)
    matches = Counter(match for chunk in chunks for match in chunk.columns["match"] if match)
    named = {key for chunk in chunks for key in chunk.columns["person_key"] if key}
    missing = left_out(session, ref.county, ref.union_code, named)
    report = RosterReport(
        head=intake.head,
        tail=intake.tail,
        counts=_counts(chunks, intake.tail),
        findings=[],
        file_findings=[*intake.file_findings, *weigh(session, ref, matches)],
        batches=[],
    )
    document = report.to_json(file_name, hashlib.sha256(content).hexdigest())
    document["findings"] = _findings(keeper, ref, intake.head.columns, chunks)
    names = (Match.NEW, Match.CHANGED, Match.UNCHANGED, Match.TRANSFER, Match.CONFLICT)
    matched = {name.lower(): matches[name] for name in names}
    return {**document, "matches": {**matched, "missing": missing}}


def _add_late(chunks: list[StoredRows], findings: list[Finding]) -> None:
    """Add what only the whole roster shows."""
    if not findings:
        return
    places = {
        row: (chunk.columns, index)
        for chunk in chunks
        for index, row in enumerate(chunk.columns["row"])
    }
    for finding in findings:
        columns, index = places[finding.row]
        values = {name: columns[name][index] for name in LATE_NAMES}
        add_late(values, [finding])
        for name, value in values.items():
            columns[name][index] = value


def _counts(chunks: list[StoredRows], tail: SheetTail) -> Counts:
    worst = Counter(value for chunk in chunks for value in chunk.columns["worst"])
    return Counts(tail.total, worst["ok"], worst["warning"], worst["error"], skipped_rows(tail))


def _findings(
    keeper: Vault, ref: Ref, columns: list[SheetColumn], chunks: list[StoredRows]
) -> list[dict[str, Any]]:
    """Return all findings by row, then from left to right; those without a column come last."""
    place = {column.column: number for number, column in enumerate(columns)}
    found = [
        finding
        for chunk in chunks
        for row, text, sealed in zip(
            *(chunk.columns[name] for name in ("row", "findings", "sealed")), strict=True
        )
        if text
        for finding in findings_of(keeper, ref, row, text, sealed)
    ]
    return sorted(found, key=lambda one: (one["row"], place.get(one["column"], len(place))))
