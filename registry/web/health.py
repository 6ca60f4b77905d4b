"""Whether the process lives and the site is ready, for those who watch it."""

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from registry.access.doors import open_to_all
from registry.db import db, reachable
from registry.jobs.queries import worker_alive
from registry.storage import fault_in
from registry.trail import copies

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@open_to_all
def healthz() -> Response:
    """Answer while the process lives."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@open_to_all
def readyz() -> tuple[Response, int]:
    """Answer 200 when database and worker answer and the storage is sound, else 503 with what does
    not; what only wants looking after stands in `warnings`.
    """
    writable = fault_in(current_app.config["DATA"]) is None
    parts = {"database": _database(), "worker": _worker(), "writable": writable}
    ready = all(parts.values())
    more = {"warnings": ["trail_heads"]} if parts["database"] and _is_late() else {}
    status = "ok" if ready else "unavailable"
    return jsonify(status=status, **parts, **more), 200 if ready else 503


def _database() -> bool:
    try:
        return reachable()
    except SQLAlchemyError:
        db.session.remove()
        return False


def _worker() -> bool:
    try:
        return worker_alive(db.session())
    except SQLAlchemyError:
        db.session.remove()
        return False


def _is_late() -> bool:
    try:
        return bool(copies.late_counties(db.session()))
    except SQLAlchemyError:
        db.session.remove()
        return False
