"""Refusals and file findings from codes and facts: the sentences are those of `messages`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.errors import RosterRefused
from registry.roster.columns import COLUMN
from registry.roster.findings import FileFinding
from registry.roster.messages import quoted, sentence
from registry.roster.rules import RULES

_NEAR_ENOUGH = 50


def refused(code: str, facts: Mapping[str, Any] | None = None) -> RosterRefused:
    """Return the refusal for a code and the facts from the sandbox; an unknown code, which only a
    subverted child could send, becomes file.damaged."""
    rule = RULES.get(code)
    if rule is None or rule.severity != "refused":
        code, facts = "file.damaged", None
    given = dict(facts or {})
    if code == "file.missing_column":
        given = _missing_column(given["missing"], given["unmapped"], given.get("looks") or {})
    return RosterRefused(code, sentence(code, **given))


def file_finding(code: str, facts: Mapping[str, Any]) -> FileFinding:
    """Return a finding on the file as a whole for a code and the facts from the sandbox."""
    given = dict(facts)
    if code == "file.unmapped_column":
        # A header is the clerk's text and may hold a number.
        given["header"] = quoted(given["header"])[1:-1] or "（没有列名）"
        if given.get("repeats") in COLUMN:
            given["why"] = f"和另一列都是“{COLUMN[given['repeats']].label}”，只用了另一列"
    elif code == "file.several_sheets":
        given["others"] = "、".join(given["others"])
    elif code == "file.hidden_rows":
        given["what"] = _hidden(given["rows"], given["columns"])
    return FileFinding(code, RULES[code].severity, sentence(code, **given))


def _hidden(rows: int, columns: int) -> str:
    words = [f"{rows} 行"] if rows else []
    return "、".join([*words, f"{columns} 列"] if columns else words)


def _missing_column(
    missing: Sequence[str], unmapped: Sequence[str], looks: Mapping[str, str]
) -> dict[str, str]:
    """Name the missing columns and, for each, the header that comes nearest to it, or the column
    whose cells look like it."""
    hints = []
    for field in missing:
        label, nearest = COLUMN[field].label, _nearest(field, unmapped)
        if field in looks:
            hints.append(f"第 {looks[field][:3]} 列像是{label}，是的话请把列名写成“{label}”")
        elif nearest:
            hints.append(f"“{nearest}”列如果是{label}，请把列名改为“{label}”")
    labels = "”和“".join(COLUMN[field].label for field in missing)
    return {"label": labels, "hint": f"（{'；'.join(hints)}）" if hints else ""}


def _nearest(field: str, headers: Sequence[str]) -> str | None:
    from rapidfuzz import fuzz, process

    column = COLUMN[field]
    best: tuple[float, str] | None = None
    for label in (column.label, *column.aliases):
        found = process.extractOne(label, headers, scorer=fuzz.ratio, score_cutoff=_NEAR_ENOUGH)
        if found is not None and (best is None or found[1] > best[0]):
            best = (found[1], found[0])
    return quoted(best[1])[1:-1] if best else None
