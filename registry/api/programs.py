"""All addresses of the interface, put on an application."""

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from registry.access.doors import open_to_all
from registry.api import answers, figures, rosters, submissions
from registry.api.openapi import document

ROOT = "/api/v1"
blueprint = answers.family("api")


@blueprint.get("/openapi.json")
@open_to_all
def description() -> Response:
    """Describe the interface, as OpenAPI 3.1."""
    return answers.answer(document())


def install(app: Flask) -> None:
    """Add the addresses. No cookie is looked at, so that there is nothing to forge."""
    for family in (blueprint, rosters.blueprint, submissions.blueprint, figures.blueprint):
        app.extensions["csrf"].exempt(family)
        app.register_blueprint(family, url_prefix=ROOT)
    app.before_request(_unknown)


def _unknown() -> Response | None:
    """Answer programs in JSON also where there is no such address or method."""
    fault = request.routing_exception
    if isinstance(fault, HTTPException) and request.path.startswith(f"{ROOT}/"):
        return answers.of_http(fault)
    return None
