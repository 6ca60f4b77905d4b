"""A backup that is made under load and restored elsewhere holds what was acknowledged before it."""

import contextlib
import shutil
import sqlite3
import subprocess
import time

import pytest

from tests.drills.checker import check
from tests.drills.installation import wait
from tests.drills.people import Load
from workbench.postgresql import program

FAULT = "a backup made under load, restored elsewhere"


@pytest.mark.soak
def test_a_backup_under_load_is_whole(drill, install, tmp_path, request):
    site, times = install(drill.engine), drill.times(1, 5)
    site.start_site(), site.start_worker()
    load, kept = Load(site, drill.random), 0
    with load.running():
        for step in range(times):
            wait(lambda step=step: len(load.acks) > 3 * step, "some acknowledgements")
            before = list(load.acks.values())
            place = tmp_path / f"restored-{step}"
            url = _back_up_and_restore(drill, site, place, request)
            outcome = check(place, url, before)
            assert outcome.faults == []
            kept += len(before)
            time.sleep(0.5)
    drill.passed(FAULT, times, site, load.settle(), f"{kept} acks held against the backups")


def _back_up_and_restore(drill, site, place, request):
    """As docs/operators/backing-up.md says: the database first, then the originals; returns the
    address of the copy.
    """
    place.mkdir()
    if drill.engine == "sqlite":
        with (
            contextlib.closing(sqlite3.connect(site.folder / "registry.sqlite3")) as there,
            contextlib.closing(sqlite3.connect(place / "registry.sqlite3")) as copy,
        ):
            there.execute("PRAGMA busy_timeout = 30000")
            there.backup(copy)
        url = f"sqlite:///{place / 'registry.sqlite3'}"
    else:
        url = _copied_by_dump(site, place, request.getfixturevalue("new_postgresql")())
    shutil.copytree(site.folder / "originals", place / "originals", ignore=_parts)
    shutil.copy(site.folder / "keys.json", place)
    return url


def _parts(_folder, names):
    return [name for name in names if name.endswith(".part")]


def _copied_by_dump(site, place, url):
    dump = place / "registry.dump"
    plain = [one.replace("+psycopg", "", 1) for one in (site.url, url)]
    for command in (
        [program("pg_dump"), "--format=custom", f"--file={dump}", plain[0]],
        [program("pg_restore"), "--no-owner", f"--dbname={plain[1]}", str(dump)],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return url
