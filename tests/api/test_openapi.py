"""The description is true to the routes, and its words to the tables' own."""

import re

from registry.access.doors import doors_of
from registry.access.scopes import Scope
from registry.api.openapi import document
from registry.api.schemas import READING, SCHEMAS, VERDICTS
from registry.jobs.models import BatchState
from registry.review.models import Verdict
from tests.factories.tokens import ROOT


def described():
    """Return (path, METHOD) of all operations of the description."""
    return {
        (path, name.upper())
        for path, item in document()["paths"].items()
        for name in item
        if name != "parameters"
    }


def routed(app):
    """Return (path, METHOD) of all routes of the interface, as the description writes them."""
    return {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(ROOT)), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(ROOT)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_described_and_no_other(app):
    assert described() == routed(app)


def test_the_parameters_of_paths_are_those_of_the_routes():
    for path, item in document()["paths"].items():
        names = [one["name"] for one in item.get("parameters", [])]
        assert names == re.findall(r"{(\w+)}", path), path


def test_every_scope_is_of_use_and_open_addresses_are_open(app):
    views = {rule.rule.removeprefix(ROOT): rule.endpoint for rule in app.url_map.iter_rules()}
    used = set()
    for path, item in document()["paths"].items():
        for name, operation in item.items():
            if name == "parameters":
                continue
            if operation.get("security") == []:
                assert doors_of(app.view_functions[views[path]]) == ("open",)
            else:
                used.add(operation["x-scope"])
    assert used == set(Scope)


def test_every_reference_leads_somewhere():
    named = set(re.findall(r"#/components/schemas/(\w+)", str(document())))
    assert named == SCHEMAS.keys()


def test_words_are_those_of_the_tables():
    assert list(READING) == list(BatchState)
    assert list(VERDICTS) == list(Verdict)


def test_it_is_given_to_everybody(app):
    answer = app.test_client().get(f"{ROOT}/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.json["openapi"] == "3.1.0"
