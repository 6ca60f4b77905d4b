"""An application on a fresh data folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from registry.app import create_app
from registry.db import db
from registry.vault import keyfile
from tests.factories.made_once import (
    share_addresses,
    share_connections,
    share_statements,
    share_templates,
)
from tests.factories.watch import watch_database, watch_requests

# The empty database of this test process, once it is made.
_empty: list[bytes] = []


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
    has_tables: bool = False,
    second_factor: bool = False,
    screens: bool = True,
    **environ: str,
) -> Flask:
    """Return an application with keys and empty tables; `environ` adds settings by variable.

    The cookie is plain unless `secure`, because the test client speaks http. No role must have a
    second factor unless `second_factor`: most tests sign in by the password alone. `has_tables`
    says that the database at `database_url` has them already. What opens no page is put together in
    a quarter of the time without `screens`.
    """
    folder = tmp_path / "data"
    if not keyfile.path_in(folder).exists():
        keyfile.create(folder, demo=demo)
    path = folder / "registry.sqlite3"
    if not database_url and not path.exists() and _empty:
        path.write_bytes(_empty[0])
        has_tables = True
    settings = {"REGISTRY_DATA": str(folder), "REGISTRY_SECURE_COOKIE": "1" if secure else "0"}
    if not second_factor:
        settings["REGISTRY_SECOND_FACTOR"] = "none"
    if database_url:
        settings["DATABASE_URL"] = database_url
    share_addresses()
    app = create_app(settings | environ, screens=screens)
    share_templates(app)
    app.testing = True
    app.test_client_class = Client
    watch_requests(app)
    with app.app_context():
        share_statements(db.engine)
        watch_database(db.engine)
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _do_not_wait_for_the_disk)
        elif has_tables:
            share_connections(db.engine)
        if not has_tables:
            db.create_all()
            if not database_url and not _empty:
                _keep_empty(path)
    return app


def _keep_empty(path: Path) -> None:
    """Keep the database as it is for the next: to make all tables takes longer than most tests."""
    with closing(sqlite3.connect(path)) as connection:
        _empty.append(connection.serialize())


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
