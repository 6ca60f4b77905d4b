"""An installation as an operator runs it: site and worker as processes that can be killed."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from config import ROOT
from registry.access.roles import Role
from registry.accounts.queries import actor_of
from registry.db import db
from tests.drills.checker import Ack, Outcome, check
from tests.factories.accounts import MadeAccount, make_account
from tests.factories.app import make_app, running
from tests.factories.tokens import make_token
from tests.factories.unions import TOWNSHIP, make_union_tree
from tests.fixtures.logs import new_log
from tests.fixtures.site import HOST, free_port

PATIENCE = 120
REGISTRY = str(Path(sys.executable).with_name("registry"))


class Desk(NamedTuple):
    """A union, its clerk, and a token of the clerk's."""

    union: str
    clerk: MadeAccount
    token: str


class Process:
    """A process of the installation, which can be killed and started again."""

    def __init__(self, command: list[str], environ: dict[str, str], log: Path) -> None:
        self.command, self.environ, self.log = command, environ, log
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as words:
            self.running = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environ, stdout=words, stderr=words
            )

    @property
    def pid(self) -> int:
        return self.running.pid

    def kill(self) -> None:
        """As the kernel does it: at once."""
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()

    def stop(self) -> None:
        """As an operator does it."""
        self.running.terminate()
        try:
            self.running.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()


class Answer(NamedTuple):
    """What came over the line; status 0 where the line broke."""

    status: int
    body: bytes
    headers: dict[str, str]


def surroundings(folder: Path, url: str) -> dict[str, str]:
    """Return the variables of an installation's processes; those of the tests must not reach it."""
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return given | {
        "REGISTRY_DATA": str(folder),
        "DATABASE_URL": url,
        "REGISTRY_SECURE_COOKIE": "0",
        "REGISTRY_LEASE_SECONDS": "2",
        "REGISTRY_UPLOADS_PER_DAY": "1000000",
    }


class Installation:
    """The folder and the database of an installation, its people, and its processes."""

    def __init__(self, folder: Path, url: str, desks: list[Desk], reviewer: MadeAccount) -> None:
        self.folder, self.url, self.desks, self.reviewer = folder, url, desks, reviewer
        self.port = free_port()
        self.environ = surroundings(folder, url)
        self.log = new_log(f"drill-{self.port}")
        self.processes: list[Process] = []

    def start_site(self) -> Process:
        """Start the site as docs/operators/running.md says, and wait until it answers."""
        listen = ["--threads=4", f"--listen={HOST}:{self.port}", "--connection-limit=1000"]
        waitress = [sys.executable, "-m", "waitress", "--asyncore-use-poll", *listen]
        process = self._process([*waitress, "wsgi:application"])
        self.wait_for_site()
        return process

    def wait_for_site(self) -> None:
        wait(lambda: self.call("GET", "/healthz").status == 200, "the site")

    def start_worker(self) -> Process:
        return self._process([REGISTRY, "work"])

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the installation to its end."""
        return self._run([REGISTRY, *arguments])

    def import_site(self) -> subprocess.CompletedProcess[str]:
        """Load the site as its server does, and end."""
        return self._run([sys.executable, "-c", "import wsgi"])

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        seconds: float = 60,
    ) -> Answer:
        """Send one request on a line of its own."""
        line = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            line.request(method, path, body, headers or {})
            answer = line.getresponse()
            return Answer(answer.status, answer.read(), dict(answer.getheaders()))
        except (OSError, http.client.HTTPException):
            return Answer(0, b"", {})
        finally:
            line.close()

    def check(self, acks: list[Ack]) -> Outcome:
        """Have the independent checker look through everything."""
        return check(self.folder, self.url, acks)

    def end(self) -> None:
        for process in self.processes:
            if process.running.poll() is None:
                process.stop()

    def _process(self, command: list[str]) -> Process:
        process = Process(command, self.environ, self.log)
        self.processes.append(process)
        return process


def wait(true, what: str, seconds: float = PATIENCE):
    """Wait until something is so; returns it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for: {what}")


@contextlib.contextmanager
def installed(place: Path, url: str | None, *, tables: bool, unions: int) -> Iterator[Installation]:
    """Lay an installation below `place` (SQLite where there is no `url`) with so many unions; its
    processes end with it.
    """
    with running(make_app(place, url, has_tables=tables, screens=False)) as app:
        make_union_tree(townships=1, unions=unions)
        desks = [_desk(f"{TOWNSHIP}{number:04}") for number in range(1, unions + 1)]
        reviewer = make_account(Role.REVIEWER, TOWNSHIP)
        found = Installation(app.config["DATA"], app.config["DATABASE_URL"], desks, reviewer)
    try:
        yield found
    finally:
        found.end()


def _desk(union: str) -> Desk:
    clerk = make_account(Role.CLERK, union)
    return Desk(union, clerk, make_token(actor_of(db.session(), clerk.id)))
