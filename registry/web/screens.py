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
    # Before the form is read for its token, and who asks is known: what refuses it says so to them.
    standstill.install(app)
    app.before_request(bundles.allow_large)
    for part in (numbers, security, metrics, errors, filters, drawing, login, guard):
        part.install(app)
    csrf.init_app(app)
    for part in (once, frame):
        part.install(app)
    for family in FAMILIES:
        app.register_blueprint(family.blueprint)
    app.extensions["waiting"] = [family.waiting for family in FAMILIES if family.waiting]
