"""The shapes of the interface's JSON, as OpenAPI 3.1 schemas (JSON Schema 2020-12)."""

from typing import Any

from registry.roster.columns import COLUMNS
from registry.submissions.states import Kind, RowState, State
from registry.totals.metrics import METRIC_LABELS

Schema = dict[str, Any]

# How far a roster's reading is, and what may be decided: words that the tables' own enums hold too.
READING = ("WAITING", "RUNNING", "DONE", "ASKING", "REFUSED", "FAILED", "PAUSED", "CANCELLED")
VERDICTS = ("APPROVE", "SEND_BACK", "REJECT", "REVOKE")

COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "integer", "minimum": 1}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
INSTANT: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}


def exactly(**fields: Schema) -> Schema:
    """Return the schema of an object with just these fields, all of them."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def list_of(item: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


def or_null(schema: Schema) -> Schema:
    """Return the schema of what may be missing."""
    return {"anyOf": [schema, {"type": "null"}]}


def one_of(*values: str) -> Schema:
    """Return the schema of one word out of several."""
    return {"type": "string", "enum": list(values)}


def named(name: str) -> Schema:
    """Return the reference to a schema of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


_MATCHES = exactly(
    new=COUNT, changed=COUNT, unchanged=COUNT, transfer=COUNT, conflict=COUNT, missing=COUNT
)
_STATE = one_of(*State)
_FIELD = or_null(one_of(*(column.field for column in COLUMNS)))
_CODE = exactly(code=TEXT, message=TEXT)
_FILE_FINDING = {**exactly(code=TEXT, severity=TEXT, message=TEXT), "additionalProperties": True}
_SKIPPED: Schema = {
    "type": "object",
    "properties": {"row": NUMBER, "why": TEXT, "last": NUMBER},
    "required": ["row", "why"],
    "additionalProperties": False,
}
_OUTLINE = {
    "file": exactly(
        name=TEXT,
        sha256=or_null(TEXT),
        format=or_null(TEXT),
        sheet=or_null(TEXT),
        header_row=or_null(NUMBER),
        columns=list_of(exactly(column=TEXT, header=TEXT, field=_FIELD)),
    ),
    "rows": exactly(total=COUNT, ok=COUNT, warning=COUNT, error=COUNT, skipped=COUNT),
    "file_findings": list_of(_FILE_FINDING),
}
_FINDING = exactly(
    row=NUMBER,
    column=or_null(TEXT),
    field=_FIELD,
    code=TEXT,
    severity=one_of("error", "warning", "fixed"),
    message=TEXT,
    suggestion={},
    other_rows=list_of(NUMBER),
)
_DECIDED = exactly(
    total=COUNT,
    approved=COUNT,
    sent_back=COUNT,
    rejected=COUNT,
    revoked=COUNT,
    pending=COUNT,
    held=COUNT,
    draft=COUNT,
    skipped=COUNT,
)
_DECISION = exactly(
    decision=NUMBER,
    verdict=one_of(*VERDICTS),
    reason=or_null(TEXT),
    note=or_null(TEXT),
    rows=COUNT,
    decided_at=INSTANT,
    by_transfer=FLAG,
    revokes=or_null(NUMBER),
)
_FATE = exactly(
    row=NUMBER, state=one_of(*RowState), decision=or_null(NUMBER), draft=or_null(NUMBER)
)
_RATIO = exactly(numerator=COUNT, denominator=COUNT, percent=TEXT)
_FIGURES = exactly(
    code=TEXT,
    name=TEXT,
    unions=COUNT,
    unions_covered=COUNT,
    members=COUNT,
    retained=COUNT,
    employees=COUNT,
    pending_rows=COUNT,
    metrics=exactly(**dict.fromkeys(METRIC_LABELS, _RATIO)),
)

SCHEMAS: dict[str, Schema] = {
    "Refused": exactly(refused=_CODE),
    "Delivered": exactly(submission=NUMBER, state=_STATE, already=FLAG),
    "Submission": exactly(
        submission=NUMBER,
        union=TEXT,
        kind=one_of(*Kind),
        state=_STATE,
        matches=_MATCHES,
        **_OUTLINE,
        decided=_DECIDED,
        progress=or_null(exactly(state=one_of(*READING), stage=TEXT, done=COUNT, total=COUNT)),
        refused=or_null(_CODE),
        draft=or_null(NUMBER),
        created_at=INSTANT,
        submitted_at=or_null(INSTANT),
        closed_at=or_null(INSTANT),
        notice=or_null(exactly(version=NUMBER, purpose=TEXT, confirmed_at=INSTANT, shown=FLAG)),
    ),
    "Findings": exactly(
        submission=NUMBER,
        skipped=list_of(_SKIPPED),
        findings=list_of(_FINDING),
        next=or_null(NUMBER),
    ),
    "Decisions": exactly(
        submission=NUMBER, decisions=list_of(_DECISION), rows=list_of(_FATE), next=or_null(NUMBER)
    ),
    "Sending": {
        "type": "object",
        "properties": {
            "hold_errors": {**FLAG, "default": False},
            "employees": or_null({"type": "integer", "minimum": 1, "maximum": 1_000_000}),
            "notice": or_null(NUMBER),
        },
        "additionalProperties": False,
    },
    "Submitted": exactly(
        submission=NUMBER,
        state=_STATE,
        already=FLAG,
        matches=_MATCHES,
        held=COUNT,
        draft=or_null(NUMBER),
    ),
    "Withdrawn": exactly(submission=NUMBER, state=_STATE, draft=or_null(NUMBER)),
    "Totals": exactly(on=DAY, under=TEXT, units=list_of(_FIGURES), total=_FIGURES),
    "Question": exactly(
        document_kind={**TEXT, "minLength": 1},
        number={**TEXT, "minLength": 1, "maxLength": 40},
        name={**TEXT, "minLength": 1, "maxLength": 50},
    ),
    "Eligible": exactly(eligible=FLAG),
}
