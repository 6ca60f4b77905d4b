"""Whether the process lives and the site is ready, for those who watch it."""

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from registry.access.doors import open_to_all
from registry.db import db, reachable
from registry.jobs.queries import worker_alive
from registry.storage import fault_in

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
    not.
    """
    writable = fault_in(current_app.config["DATA"]) is None
    parts = {"database": _database(), "worker": _worker(), "writable": writable}
    ready = all(parts.values())
    return jsonify(status="ok" if ready else "unavailable", **parts), 200 if ready else 503


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
