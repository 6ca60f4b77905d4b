"""Where things are measured: data folders and databases of one engine, each a copy of a template.

A template is made once a run (the demo's tree of unions, a register of a million …) and copied
before each measured step, so that all rounds begin alike.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench import measure, roster, workbook
from bench.measure import Cost
from bench.postgresql import Server

REGISTRY = str(Path(sys.executable).with_name("registry"))
ROOT = Path(__file__).resolve().parent.parent
SQLITE, POSTGRESQL = "sqlite", "postgresql"
SEEDED = "seeded"
PASSWORD = "invented-for-the-bench"  # noqa: S105 - of accounts that live as long as a run


class Place(NamedTuple):
    """An installation: its data folder and its database's address ("" is SQLite's own file)."""

    data: Path
    database_url: str
    server: Server | None

    def environment(self) -> dict[str, str]:
        """Return the variables under which `registry`, or any Python, works here."""
        mine = {"REGISTRY_DATA": str(self.data), "DATABASE_URL": self.database_url}
        return {**os.environ, **mine, "REGISTRY_DEMO_PASSWORD": PASSWORD}

    def run(self, command: Sequence[str], *, good: Sequence[int] = (0,)) -> Cost:
        """Run a command here; what the database server did for it is in its cost."""
        server_cpu = self.server.cpu if self.server else lambda: 0.0
        return measure.run(command, self.environment(), good=good, server_cpu=server_cpu, cwd=ROOT)

    def registry(self, *arguments: str) -> Cost:
        """Run a `registry` command here; findings in a roster are no failure."""
        return self.run([REGISTRY, *arguments], good=(0, 1))

    def python(self, module: str, *arguments: str) -> Cost:
        """Run a module of the bench in a process of its own."""
        return self.run([sys.executable, "-m", module, *arguments])

    @property
    def database(self) -> str:
        """The database's address, also for SQLite."""
        return self.database_url or f"sqlite:///{self.data / 'registry.sqlite3'}"


@dataclass
class Ground:
    """One engine, with the folder and the server in which its places lie.

    `rows` is the size of a large roster and `rounds` how often each step is done; a measure scales
    its other sizes by `rows`, so that a small run tries everything.
    """

    engine: str
    folder: Path
    rows: int
    rounds: int
    server: Server | None = None
    _templates: dict[str, Place] = field(default_factory=dict)
    _count: int = 0

    def template(self, name: str, source: str | None, fill: Callable[[Place], Any]) -> str:
        """Make a template, once a run: a copy of `source` that `fill` changes; returns its name."""
        if name not in self._templates:
            place = self._copy(source, f"template-{name}")
            fill(place)
            if self.server:
                with self.server.connect(_database_of(place)) as connection:
                    connection.execute("VACUUM ANALYZE")
            self._templates[name] = place
        return name

    def seeded(self) -> str:
        """Return the template with the demo's 606 unions and its accounts."""
        return self.template(SEEDED, None, lambda place: place.registry("seed", "--demo"))

    @contextmanager
    def place(self, template: str) -> Iterator[Place]:
        """Lend a fresh copy of a template; it is gone when the block ends."""
        self._count += 1
        place = self._copy(template, f"place-{self._count}")
        try:
            yield place
        finally:
            shutil.rmtree(place.data)
            if self.server:
                self.server.drop(_database_of(place))

    def workbook(self, name: str, rows: Callable[[], Iterable[list[str]]], **how: Any) -> Path:
        """Return a workbook with the roster's header and `rows`, written once a run."""
        path = self.folder / f"{name}.xlsx"
        if not path.exists():
            # In a process of its own: this one stays small.
            pid = os.fork()
            if pid == 0:
                try:
                    draft = path.with_suffix(".new")
                    workbook.write(draft, [roster.header(), *rows()], **how)
                    draft.rename(path)
                finally:
                    os._exit(0)
            os.waitpid(pid, 0)
        if not path.exists():
            raise measure.MeasureFailed(f"{path.name} was not written")
        return path

    def _copy(self, source: str | None, name: str) -> Place:
        data = self.folder / f"{self.engine}-{name}"
        template = self._templates[source] if source else None
        if template:
            shutil.copytree(template.data, data)
        else:
            data.mkdir()
        if self.server is None:
            return Place(data, "", None)
        self.server.copy(_database_of(template) if template else None, name)
        return Place(data, self.server.address(name), self.server)


def answer(cost: Cost) -> dict[str, Any]:
    """Return the document that a `registry … --json` wrote."""
    return msgspec.json.decode(cost.output, type=dict[str, Any])


def _database_of(place: Place) -> str:
    return place.database_url.partition("@/")[2].partition("?")[0]
