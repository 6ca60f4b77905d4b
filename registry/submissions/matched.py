"""Checking a file against the register without storing anything."""

from typing import Any

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.db import db
from registry.members.match import Match
from registry.roster.sandbox import ORDINARY
from registry.submissions.intake import Prepared, prepare
from registry.submissions.storing import Ref, decode_findings
from registry.unions import queries as union_queries
from registry.vault.vault import vault

# A stand-in for the number of a submission that will never be: it only names a place to seal for.
UNSTORED = 0


def match_report(
    document: dict[str, Any], content: bytes, *, union_code: str, actor: Actor
) -> dict[str, Any]:
    """Return a check's document with what the register has to say: findings, counts, matches."""
    session = db.session()
    union = union_queries.find(session, union_code)
    demand(actor, Permission.WORK_ROSTER, union.path)
    ref = Ref(union.county, UNSTORED, union.code)
    prepared = prepare(
        session,
        vault(),
        ref,
        content,
        today=today(),
        limits=ORDINARY,
        answers={},
        edits={},
        is_full=True,
        report=lambda stage, done, total: None,
    )
    known = {(one["row"], one["field"], one["code"]) for one in document["findings"]}
    added = [
        one for one in _findings(prepared) if (one["row"], one["field"], one["code"]) not in known
    ]
    findings = sorted(document["findings"] + added, key=lambda one: one["row"])
    names = (Match.NEW, Match.CHANGED, Match.UNCHANGED, Match.TRANSFER, Match.CONFLICT)
    matches = {name.lower(): prepared.matches.get(name, 0) for name in names}
    return {
        **document,
        "rows": prepared.counts(),
        "findings": findings,
        "matches": {**matches, "missing": prepared.missing},
    }


def _findings(prepared: Prepared) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "column": finding.column,
            "field": finding.field,
            "code": finding.code,
            "severity": finding.severity,
            "message": finding.message,
            "suggestion": finding.suggestion,
            "other_rows": finding.other_rows,
        }
        for chunk in prepared.chunks
        for row, text in zip(chunk.columns["row"], chunk.columns["findings"], strict=True)
        for finding in decode_findings(text)
    ]
