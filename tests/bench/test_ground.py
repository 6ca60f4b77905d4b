"""Each step of the bench has a fresh copy of its template, on both engines."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.ground import POSTGRESQL, SQLITE, Ground
from bench.measure import MeasureFailed
from bench.postgresql import server


@pytest.fixture
def on_sqlite(tmp_path):
    """A ground without a server."""
    return Ground(SQLITE, tmp_path, rows=10, rounds=1)


def lay(place):
    """Begin an installation with one row."""
    (place.data / "keys.json").write_text("{}")
    with closing(sqlite3.connect(place.data / "registry.sqlite3")) as database:
        database.execute("CREATE TABLE unions AS SELECT 7 AS code")
        database.commit()


def test_places_are_copies_and_are_gone_afterwards(on_sqlite):
    filled = []
    for _ in range(2):
        name = on_sqlite.template("laid", None, lambda place: filled.append(lay(place)))
    with on_sqlite.place(name) as place:
        (place.data / "keys.json").unlink()
        assert place.ask_all("SELECT code FROM unions") == [7]
    assert not place.data.exists()
    with on_sqlite.place(name) as another:
        assert (another.data / "keys.json").exists()
    assert len(filled) == 1, "a template is made once"


def test_a_workbook_is_written_once_or_not_at_all(on_sqlite):
    path = on_sqlite.workbook("small", lambda: [["甲"]], ["姓名"])
    assert on_sqlite.workbook("small", lambda: 1 / 0) == path
    with pytest.raises(MeasureFailed):
        on_sqlite.workbook("broken", lambda: 1 / 0)


@pytest.mark.postgresql
def test_databases_are_copies_too_and_the_server_ends():
    # Not in pytest's own folder, where only we may go: the server runs as nobody where we are root.
    with TemporaryDirectory() as lent:
        folder = Path(lent)
        folder.chmod(0o755)
        with server(folder / "server") as running:
            ground = Ground(POSTGRESQL, folder, rows=10, rounds=1, server=running)

            def fill(place):
                with running.connect(place.database_name) as connection:
                    connection.execute("CREATE TABLE unions AS SELECT 7 AS code")

            name = ground.template("laid", None, fill)
            with ground.place(name) as place:
                assert place.ask_all("SELECT code FROM unions") == [7]
            assert running.cpu() > 0
        assert not (folder / "server" / "data" / "postmaster.pid").exists()
