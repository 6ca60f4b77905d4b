"""Answers with figures or one bit: totals, and whether somebody is a member."""

import msgspec
from flask import Response, g, request

from registry.access.scopes import Scope
from registry.api.answers import answer, family
from registry.api.asking import body
from registry.api.guard import guard
from registry.db import db
from registry.members import eligibility
from registry.totals import queries
from registry.totals.days import day_of

blueprint = family("api_figures")


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """Whom it is about."""

    document_kind: str
    number: str
    name: str


@blueprint.get("/unions/<code>/totals")
@guard(Scope.TOTALS_READ)
def totals(code: str) -> Response:
    """Give the figures of the parts of a place and their total, at the end of a day."""
    day = day_of(request.args.get("on"))
    return answer(queries.totals(db.session(), code, day).to_json())


@blueprint.post("/eligibility")
@guard(Scope.ELIGIBILITY_ASK)
def eligible() -> Response:
    """Tell whether somebody is a member in work of the county, and nothing more."""
    asked = body(Question)
    found = eligibility.ask(
        asked.document_kind,
        asked.number,
        asked.name,
        actor=g.actor,
        token_id=g.bearer.id,
    )
    return answer({"eligible": found})
