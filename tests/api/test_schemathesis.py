"""The interface called with what its own description allows, and with what it does not.

Whatever is sent: no fault of ours, an answer that is described, in the shape that is described.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from registry.access.roles import Role
from registry.api.openapi import document
from registry.db import db
from registry.trail.queries import verify
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_roster, send_in, take_in
from tests.factories.tokens import ROOT, make_token
from tests.factories.unions import COUNTY

EXAMPLES = 25
OPERATIONS = [
    (path, method)
    for path, item in document()["paths"].items()
    for method in item
    if method != "parameters" and path != "/openapi.json"  # which nothing is said to
]
THERE = {"code": UNION, "submission_id": 1}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture
def app(each_app):
    """The site on each engine."""
    return each_app


@pytest.fixture
def tokens(app):
    """A clerk's token, with a draft 1 and a sent roster 2, and the city's."""
    app.config["ELIGIBILITY_PER_DAY"] = app.config["UPLOADS_PER_DAY"] = 1_000
    clerk, people = make_clerk(), make_people(3)
    take_in(make_roster(people), clerk)
    send_in(make_roster(people[:1]), clerk)
    return {
        "/eligibility": make_token(make_actor(Role.AUDITOR, COUNTY)),
        "": make_token(clerk),
    }


@pytest.fixture
def described(app):
    """The description, as schemathesis reads it from the site."""

    def site(environ, start_response):
        with app.app_context():  # each request has a session of its own
            return app(environ, start_response)

    return schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", site)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_the_answer_is_as_described(described, tokens, path, method):
    operation = described[path][method.upper()]
    token, answered = tokens.get(path, tokens[""]), set()
    for mode in GenerationMode:
        answered |= _call_often(operation, mode, token)
    # What was sent came as far as the operation, and not all of it was taken.
    assert {status for status in answered if status < 300 or status == 409}, answered
    assert {status for status in answered if 400 <= status < 500}, answered
    assert verify(db.session())[1] == []


def _call_often(operation, mode, token):
    """Call an operation with what its description allows or forbids; returns the statuses."""
    answered = set()

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_there=booleans())
    def call(case, is_there):
        if is_there:
            case.path_parameters.update({name: THERE[name] for name in case.path_parameters})
        db.session.rollback()
        authorization = {"Authorization": f"Bearer {token}"}
        answer = case.call_and_validate(headers=authorization, checks=CHECKS)
        answered.add(answer.status_code)

    call()
    return answered
