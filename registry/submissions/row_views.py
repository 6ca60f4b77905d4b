"""A row of a roster as it is shown: its columns, its plain values, and what is told of who is
restricted.
"""

from typing import Any, NamedTuple

import msgspec

from registry.db import table_of
from registry.identity.mask import SHOWN_AS
from registry.members.match import Match
from registry.members.restricting import RULE, names_restricted
from registry.roster.messages import sentence
from registry.roster.rules import RULES
from registry.submissions.models import SubmissionRow
from registry.submissions.states import RowState
from registry.submissions.storing import StoredFinding, decode_findings

_row = table_of(SubmissionRow).c


class RowView(NamedTuple):
    """A roster row as stored, nothing opened. Of who is a restricted member it says only that."""

    row: int
    state: RowState
    worst: str
    match: Match | None
    change: str
    changed_on: str | None
    change_reason: str | None
    person_key: bytes | None
    full_name: str | None
    document_kind: str | None
    document_sealed: bytes | None
    mobile_sealed: bytes | None
    clean: dict[str, str]
    findings: list[StoredFinding]
    changed_fields: list[str]
    sealed: bytes
    decision_id: int | None
    follow_up_id: int | None
    version: int
    is_restricted: bool


ROW_COLUMNS = (
    *(_row[name] for name in RowView._fields if name != "is_restricted"),
    names_restricted(_row.county, _row.person_key).label("is_restricted"),
)


def row_view(found: Any) -> RowView:
    """Return the plain values of a row of `ROW_COLUMNS`."""
    *said, clean, findings, changed, sealed, decision, up, version, is_restricted = found
    row, state, worst, match, *said = said
    decode = msgspec.json.decode
    view = RowView._make(
        (
            row,
            RowState(state),
            worst,
            Match(match) if match else None,
            *said,
            decode(clean),
            decode_findings(findings),
            decode(changed) if changed else [],
            sealed,
            decision,
            up,
            version,
            bool(is_restricted),
        )
    )
    return _concealed(view) if is_restricted else view


def _concealed(view: RowView) -> RowView:
    """Return a row that names nobody; what it does to the membership is still told."""
    why = StoredFinding(
        None, "document_number", RULE, RULES[RULE].severity, sentence(RULE), None, []
    )
    return view._replace(
        full_name=SHOWN_AS,
        document_kind=None,
        document_sealed=None,
        mobile_sealed=None,
        clean={},
        findings=[why],
        changed_fields=[one for one in view.changed_fields if one == "membership_state"],
    )
