"""Where things are measured: data folders and databases of one engine, each a copy of a template.

A template is made once a run (the demo's tree of unions, a register of a million …) and copied
before each measured step, so that all rounds begin alike.
"""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
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

    def ask_all(self, question: str) -> list[Any]:
        """Return the first value of each row that a SELECT gives."""
        if self.server:
            with self.server.connect(self.database_name) as connection:
                return [row[0] for row in connection.execute(question.encode())]
        with closing(sqlite3.connect(self.data / "registry.sqlite3")) as lite:
            return [row[0] for row in lite.execute(question)]

    @property
    def database_name(self) -> str:
        """The database's own name on the server."""
        return self.database_url.partition("@/")[2].partition("?")[0]

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
                with self.server.connect(place.database_name) as connection:
                    connection.execute("VACUUM ANALYZE")
            self._templates[name] = place
        return name

    def seeded(self) -> str:
        """Return the template with the demo's 606 unions and its accounts."""
        return self.template(SEEDED, None, lambda place: place.registry("seed", "--demo"))

    def empty(self) -> str:
        """Return the template with nothing in it, for what is not the product."""
        return self.template("empty", None, lambda place: None)

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
                self.server.drop(place.database_name)

    def workbook(
        self,
        name: str,
        rows: Callable[[], Iterable[list[str]]],
        header: Sequence[str] = (),
        *,
        inline: bool = False,
    ) -> Path:
        """Return a workbook with `rows` below the roster's header, or another one; written once a
        run."""
        path = self.folder / f"{name}.xlsx"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            # In a process of its own: this one stays small.
            pid = os.fork()
            if pid == 0:
                try:
                    draft = path.with_suffix(".new")
                    labels = list(header) or roster.header()
                    workbook.write(draft, chain([labels], rows()), inline=inline)
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
        shutil.rmtree(data, ignore_errors=True)  # of a filling that failed
        if template:
            shutil.copytree(template.data, data)
        else:
            data.mkdir()
        if self.server is None:
            return Place(data, "", None)
        self.server.copy(template.database_name if template else None, name)
        return Place(data, self.server.address(name), self.server)


def answer(cost: Cost) -> dict[str, Any]:
    """Return the document that a `registry … --json` wrote."""
    return msgspec.json.decode(cost.output, type=dict[str, Any])
