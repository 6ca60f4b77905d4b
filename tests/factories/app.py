"""An application on a fresh data folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.db import db
from registry.vault import keyfile


class Client(FlaskClient):
    """A browser whose requests share nothing with the test's own context and session."""

    def open(self, *args: object, **kwargs: object) -> TestResponse:
        """Send a request in a context of its own."""
        _forget()
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        _forget()
        return answer


def _forget() -> None:
    """End the test's reading transaction: what the request changed is to be seen."""
    if has_app_context():
        db.session.rollback()


def make_app(
    tmp_path: Path,
    database_url: str | None = None,
    *,
    demo: bool = False,
    secure: bool = False,
    **environ: str,
) -> Flask:
    """Return an application with keys and empty tables; `environ` adds settings by variable.

    The cookie is plain unless `secure`, because the test client speaks http.
    """
    folder = tmp_path / "data"
    if not keyfile.path_in(folder).exists():
        keyfile.create(folder, demo=demo)
    settings = {"REGISTRY_DATA": str(folder), "REGISTRY_SECURE_COOKIE": "1" if secure else "0"}
    if database_url:
        settings["DATABASE_URL"] = database_url
    app = create_app(settings | environ)
    app.testing = True
    app.test_client_class = Client
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _do_not_wait_for_the_disk)
        db.create_all()
    return app


def _do_not_wait_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    """What a power failure would lose does not matter here; the tests run several times as fast."""
    connection.execute("PRAGMA synchronous=OFF").close()


@contextmanager
def running(app: Flask) -> Iterator[Flask]:
    """The application's context; its connections are closed at the end."""
    with app.app_context():
        yield app
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
