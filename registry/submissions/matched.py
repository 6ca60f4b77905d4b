"""Checking a file against the register without storing anything."""

import hashlib
from typing import Any

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.members.match import Match
from registry.roster.report import Counts, RosterReport
from registry.roster.sandbox import ORDINARY
from registry.submissions.intake import Prepared, prepare
from registry.submissions.report import findings_of
from registry.submissions.storing import Ref
from registry.submissions.weighing import weigh
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
    prepared = prepare(
        session,
        keeper,
        ref,
        content,
        today=today(),
        limits=ORDINARY,
        answers={},
        edits={},
        is_full=True,
        report=lambda stage, done, total: None,
    )
    report = RosterReport(
        head=prepared.head,
        tail=prepared.tail,
        counts=Counts(**prepared.counts()),
        findings=[],
        file_findings=[*prepared.file_findings, *weigh(session, ref, prepared.matches)],
        batches=[],
    )
    document = report.to_json(file_name, hashlib.sha256(content).hexdigest())
    document["findings"] = _findings(keeper, ref, prepared)
    names = (Match.NEW, Match.CHANGED, Match.UNCHANGED, Match.TRANSFER, Match.CONFLICT)
    matches = {name.lower(): prepared.matches.get(name, 0) for name in names}
    return {**document, "matches": {**matches, "missing": prepared.missing}}


def _findings(keeper: Vault, ref: Ref, prepared: Prepared) -> list[dict[str, Any]]:
    """Return all findings by row, then from left to right; those without a column come last."""
    columns = prepared.head.columns
    place = {column.column: number for number, column in enumerate(columns)}
    found = [
        finding
        for chunk in prepared.chunks
        for row, text, sealed in zip(
            *(chunk.columns[name] for name in ("row", "findings", "sealed")), strict=True
        )
        if text
        for finding in findings_of(keeper, ref, row, text, sealed)
    ]
    return sorted(found, key=lambda one: (one["row"], place.get(one["column"], len(place))))
