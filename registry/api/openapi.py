"""The description of the interface, `/api/v1/openapi.json`. A test compares it with the routes."""

from functools import cache
from typing import Any

from registry.access.scopes import Scope
from registry.api.schemas import DAY, FLAG, NUMBER, SCHEMAS, TEXT, Schema, named, one_of
from registry.submissions.states import Kind

_REFUSALS = {
    400: "The request cannot be read",
    401: "No token, or none that is good",
    403: "The token's scope or the account's permission is missing",
    404: "Not there, or outside the account's part of the tree",
    409: "The state does not allow it",
    413: "The file is too large",
    422: "A value cannot be taken",
    429: "Too many wrong tokens, uploads or questions",
    500: "A fault of the site; the number stands in its log",
    503: "The database does not answer",
}
_ALWAYS = (400, 401, 403, 404, 429, 500, 503)


@cache
def document() -> dict[str, Any]:
    """Return the whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "同心册 Tongxin",
            "version": "1",
            "description": "Rosters, totals and eligibility for programs. Personal data is masked.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": {
            "/openapi.json": {"get": _description()},
            "/unions/{code}/submissions": {"parameters": [_CODE], "post": _deliver()},
            "/submissions/{submission_id}": {"parameters": [_SUBMISSION], "get": _submission()},
            "/submissions/{submission_id}/findings": {
                "parameters": [_SUBMISSION],
                "get": _page("findings", "Findings", "The findings of some rows, masked"),
            },
            "/submissions/{submission_id}/decisions": {
                "parameters": [_SUBMISSION],
                "get": _page("decisions", "Decisions", "Decisions, and what became of some rows"),
            },
            "/submissions/{submission_id}/submit": {"parameters": [_SUBMISSION], "post": _submit()},
            "/submissions/{submission_id}/withdraw": {
                "parameters": [_SUBMISSION],
                "post": _withdraw(),
            },
            "/unions/{code}/totals": {"parameters": [_CODE], "get": _totals()},
            "/eligibility": {"post": _eligibility()},
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "tx_<county>_<43 letters, digits, - and _>",
                    "description": "Made on the account's own page. x-scope names what it must be "
                    f"for: {', '.join(Scope)}.",
                }
            },
        },
    }


def _parameter(where: str, name: str, schema: Schema, about: str) -> dict[str, Any]:
    said = {"name": name, "in": where, "schema": schema, "description": about}
    return {**said, "required": True} if where == "path" else said


_CODE = _parameter("path", "code", {**TEXT, "pattern": "^[0-9]{6,16}$"}, "The union's code")
_SUBMISSION = _parameter("path", "submission_id", {**NUMBER, "maximum": 2**63 - 1}, "Its number")
_ROWS = [
    _parameter(
        "query",
        "after",
        {"type": "integer", "minimum": 0, "maximum": 2**31 - 1, "default": 0},
        "The row that the page before ended with (its `next`)",
    ),
    _parameter(
        "query",
        "limit",
        {"type": "integer", "minimum": 1, "maximum": 1000, "default": 200},
        "How many rows to look at",
    ),
]
_EMPLOYEES: Schema = {"type": "integer", "minimum": 1, "maximum": 1_000_000}
_BESIDE: dict[str, tuple[Schema, str]] = {
    "kind": (
        {**one_of(*(kind.lower() for kind in Kind)), "default": "increment"},
        "What kind of roster it is",
    ),
    "hold_errors": ({**FLAG, "default": False}, "Send the good rows, keep faulty ones as a draft"),
    "employees": (_EMPLOYEES, "The union's employees: with each full roster, with no other"),
    "notice": (
        {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
        "The version of the notice that people were told",
    ),
    "sha256": ({**TEXT, "pattern": "^([0-9A-Fa-f]{64})?$"}, "The file's own, to notice a cut-off"),
}


def _operation(
    name: str,
    about: str,
    answers: str,
    scope: Scope,
    *,
    status: int = 200,
    refusals: tuple[int, ...] = (),
    **more: Any,
) -> dict[str, Any]:
    return {
        "operationId": name,
        "summary": about,
        "x-scope": scope,
        **more,
        "responses": {
            str(status): {"description": about, "content": _json(named(answers))},
            **{str(each): _refusal(each) for each in sorted({*_ALWAYS, *refusals})},
        },
    }


def _refusal(status: int) -> dict[str, Any]:
    return {"description": _REFUSALS[status], "content": _json(named("Refused"))}


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _body(schema: str, *, required: bool) -> dict[str, Any]:
    return {"required": required, "content": _json(named(schema))}


def _description() -> dict[str, Any]:
    return {
        "operationId": "describe",
        "summary": "This description",
        "security": [],
        "responses": {"200": {"description": "OpenAPI 3.1", "content": _json({"type": "object"})}},
    }


def _deliver() -> dict[str, Any]:
    file: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}
    form: Schema = {
        "type": "object",
        "properties": {"file": file, **{name: schema for name, (schema, _) in _BESIDE.items()}},
        "required": ["file"],
    }
    key = _parameter(
        "header",
        "Idempotency-Key",
        {**TEXT, "maxLength": 200, "pattern": "^[!-~]*$"},
        "The same key and content again: the same answer; the same key, other content: 422",
    )
    beside = [_parameter("query", name, *said) for name, said in _BESIDE.items()]
    named_file = _parameter("query", "file_name", TEXT, "The file's name, where it comes bare")
    return _operation(
        "deliver",
        "Hand in a roster; it is sent for review once it has been read",
        "Delivered",
        Scope.ROSTERS_SEND,
        status=202,
        refusals=(409, 413, 422),
        parameters=[key, named_file, *beside],
        requestBody={
            "required": True,
            "content": {
                "application/octet-stream": {"schema": file},
                "multipart/form-data": {"schema": form},
            },
        },
    )


def _submission() -> dict[str, Any]:
    return _operation("submission", "How a submission stands", "Submission", Scope.ROSTERS_READ)


def _page(name: str, schema: str, about: str) -> dict[str, Any]:
    return _operation(name, about, schema, Scope.ROSTERS_READ, refusals=(422,), parameters=_ROWS)


def _submit() -> dict[str, Any]:
    return _operation(
        "submit",
        "Send a draft for review",
        "Submitted",
        Scope.ROSTERS_SEND,
        refusals=(409, 413, 422),
        requestBody=_body("Sending", required=False),
    )


def _withdraw() -> dict[str, Any]:
    return _operation(
        "withdraw",
        "Take an undecided submission back, or give a draft up",
        "Withdrawn",
        Scope.ROSTERS_SEND,
        refusals=(409,),
    )


def _totals() -> dict[str, Any]:
    on = _parameter("query", "on", DAY, "The day at whose end, in Asia/Shanghai; today if not said")
    return _operation(
        "totals",
        "The figures of the parts of a place",
        "Totals",
        Scope.TOTALS_READ,
        refusals=(422,),
        parameters=[on],
    )


def _eligibility() -> dict[str, Any]:
    return _operation(
        "eligibility",
        "Whether somebody is a member in work of the county; nothing more is told",
        "Eligible",
        Scope.ELIGIBILITY_ASK,
        refusals=(413, 422),
        requestBody=_body("Question", required=True),
    )
