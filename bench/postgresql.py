"""A PostgreSQL server of the bench's own, as it comes, from the package that the tests use.

Only autovacuum is off: it would work for the one measure and land on the account of another. Each
template is analysed once instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.measure import MeasureFailed, tree_cpu
from workbench import postgresql

OPTIONS = "-c autovacuum=off"


class Server:
    """A running server; its databases are made as copies of one another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pid = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    def cpu(self) -> float:
        """Return the CPU seconds of all its processes so far."""
        return tree_cpu(self.pid)

    def address(self, database: str) -> str:
        """Return a database's address as `DATABASE_URL` takes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Return a connection that commits each statement by itself."""
        plain = self.address(database).replace("+psycopg", "", 1)
        return psycopg.connect(plain, autocommit=True)

    def copy(self, template: str | None, database: str) -> None:
        """Make a database as a copy of another, or an empty one."""
        self._admin(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        source = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
        self._admin(f'CREATE DATABASE "{database}"{source}')
        # What was written until now is not to be written out while something is measured.
        self._admin("CHECKPOINT")

    def drop(self, database: str) -> None:
        """Remove a database."""
        self._admin(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def _admin(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute(statement.encode())


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """Start a server in an empty folder; it has ended when the block ends."""
    folder.mkdir()
    try:
        postgresql.start(folder, OPTIONS)
        try:
            yield Server(folder)
        finally:
            postgresql.stop(folder)
    except postgresql.ServerFailed as failure:
        raise MeasureFailed(str(failure)) from failure
