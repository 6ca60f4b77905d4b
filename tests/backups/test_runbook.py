"""The printed runbook, word for word: keeping the keys, and restoring on an empty machine."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

from config import ROOT
from registry.db import db, setting
from tests.factories.backups import back_up, stamp
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_roster, send_in

PAGE = (ROOT / "docs" / "operators" / "runbook.md").read_text("utf-8")


def commands(name):
    """Return the block of commands that the page marks with a name."""
    block = re.search(rf"<!-- {name} -->\s*\n( *)```\n(.*?)\n\1```", PAGE, re.S)
    return textwrap.dedent(block[2])


def typed(name, **environ):
    """Type a block into a shell; returns what was printed, in the end of which it was done."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    shell = subprocess.run(
        ["bash", "-e", "-u"],
        input=commands(name),
        env={"PATH": path, "LANG": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert shell.returncode == 0, shell.stderr
    return shell.stdout


def test_restored_word_for_word(register, request, tmp_path):
    stamp()
    send_in(make_roster(make_people(3)), make_clerk())
    keys, backups, there = (str(tmp_path / name) for name in ("keys", "backups", "there"))
    on_postgresql = db.engine.dialect.name == "postgresql"
    url = request.getfixturevalue("new_postgresql")() if on_postgresql else ""
    typed("keys", REGISTRY_DATA=str(setting("DATA")), KEYS=keys)
    Path(backups).mkdir()
    back_up(Path(backups))
    settings = {"REGISTRY_DATA": there, "DATABASE_URL": url}

    said = typed("restore", KEYS=keys, BACKUPS=backups, **settings)

    assert "核验：无误" in said and "submission_row 3 行" in said
    assert {path.name for path in Path(there).iterdir()} >= {"keys.json", "originals", "signing"}
    assert all(path.stat().st_mode & 0o77 == 0 for path in (Path(there), Path(there, "keys.json")))
