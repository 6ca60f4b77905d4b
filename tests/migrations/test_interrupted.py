"""A migration killed half-way is simply run again; two runs at once end with one schema."""

import os
import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from config import ROOT
from seeds.installation import schema_is_current, upgrade_schema

# Kills itself before the statement with the given number.
PROGRAM = """
import os, signal, sys
import sqlalchemy as sa
from seeds.installation import upgrade_schema

engine, last = sa.create_engine(sys.argv[1]), int(sys.argv[2])

@sa.event.listens_for(engine, "before_cursor_execute")
def count(connection, cursor, statement, parameters, context, many):
    global last
    if statement.lstrip().startswith(("CREATE", "INSERT", "UPDATE")):
        last -= 1
        if last == 0:
            os.kill(os.getpid(), signal.SIGKILL)

upgrade_schema(engine)
"""
NEVER = 0


def _start(url: str, last: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, str(last)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("last", [4, 40])
def test_killed_half_way_and_run_again(new_url, last):
    url = new_url()
    assert _start(url, last).wait() == -signal.SIGKILL
    engine = sa.create_engine(url)
    assert sa.inspect(engine).get_table_names() == []
    upgrade_schema(engine)
    assert schema_is_current(engine)
    engine.dispose()


def test_two_at_once(new_url):
    url = new_url()
    runs = [_start(url, NEVER) for _ in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    engine = sa.create_engine(url)
    assert schema_is_current(engine)
    engine.dispose()
