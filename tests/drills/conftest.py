"""What every drill has: its seed, its repetitions, a place to write what came of it."""

import contextlib
import json
import os
import random
import tempfile
import time
from pathlib import Path

import pytest

from tests.drills.checker import Ack
from tests.drills.installation import Installation, installed

ENGINES = ("sqlite", "postgresql")


# A short form runs with the tests on SQLite only; a drill of its own takes both.
SHORT_ON_SQLITE = pytest.mark.parametrize(
    "drill", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True
)


class Drill:
    """One drill on one engine. `python3 dev.py drills` says by the environment how long it is."""

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self.seed = int(os.environ.get("DRILL_SEED", "7"))
        self.random = random.Random(f"{self.seed} {engine}")
        self.is_long = "DRILL_REPORT" in os.environ
        self._report = os.environ.get("DRILL_REPORT")
        self._began = time.monotonic()

    def times(self, quick: int, long: int) -> int:
        """Return how often to do it: a few times among the tests, often in a drill of its own."""
        asked = os.environ.get("DRILL_TIMES")
        return int(asked) if asked else long if self.is_long else quick

    def passed(
        self, fault: str, times: int, site: Installation, acks: list[Ack], note: str = ""
    ) -> None:
        """Have the checker look through the installation, keep what came of it, and demand that
        nothing is wrong.
        """
        outcome = site.check(acks)
        self.write(fault, times, len(acks), outcome.lost, outcome.doubled, note)
        assert outcome.faults == []

    def write(
        self, fault: str, times: int, acknowledged: int, lost: int, doubled: int, note: str = ""
    ) -> None:
        """Keep a line for docs/reliability.md."""
        line = {
            "fault": fault,
            "engine": self.engine,
            "times": times,
            "acknowledged": acknowledged,
            "lost": lost,
            "doubled": doubled,
            "seconds": round(time.monotonic() - self._began),
            "note": note,
        }
        if self._report:
            with Path(self._report).open("a", encoding="utf-8") as report:
                report.write(json.dumps(line, ensure_ascii=False) + "\n")

    def not_possible(self, fault: str, why: str) -> None:
        """Say that this machine does not allow the drill."""
        self.write(fault, 0, 0, 0, 0, f"not possible here: {why}")


@pytest.fixture(params=ENGINES)
def drill(request):
    """The drill, once for each engine."""
    return Drill(request.param)


@pytest.fixture
def sqlite_drill():
    """A drill of what concerns SQLite's own file."""
    return Drill("sqlite")


@pytest.fixture
def postgresql_drill():
    """A drill of what concerns the server of PostgreSQL."""
    return Drill("postgresql")


@pytest.fixture
def open_place():
    """A folder that also a server's own user may enter, which a test's own is not."""
    with tempfile.TemporaryDirectory(prefix="drill-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def install(request, tmp_path):
    """Return a function that lays an installation for a drill; it ends with the test."""
    with contextlib.ExitStack() as ended:

        def lay(engine: str, unions: int = 2) -> Installation:
            url = None
            if engine == "postgresql":
                url = request.getfixturevalue("postgresql_with_tables")
            laid = installed(tmp_path, url, tables=url is not None, unions=unions)
            return ended.enter_context(laid)

        yield lay
