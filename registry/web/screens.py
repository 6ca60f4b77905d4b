"""All screens and their frame, put on an application: what only the site needs."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from registry.web import (
    bundles,
    drawing,
    errors,
    filters,
    frame,
    guard,
    login,
    metrics,
    numbers,
    once,
    security,
    standstill,
)
from registry.web.blueprints import FAMILIES

csrf = CSRFProtect()


def install(app: Flask) -> None:
    """Add the guards, the error pages, the filters and every family of screens."""
    # Before the form is read for its token.
    standstill.install(app)
    app.before_request(bundles.allow_large)
    csrf.init_app(app)
    for part in (numbers, security, metrics, errors, filters, drawing, login, guard, once, frame):
        part.install(app)
    for family in FAMILIES:
        app.register_blueprint(family.blueprint)
    app.extensions["waiting"] = [family.waiting for family in FAMILIES if family.waiting]
