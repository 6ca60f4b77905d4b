"""A backup that is made under load and restored elsewhere holds what was acknowledged before it."""

import subprocess
import time

import pytest

from config import ROOT
from registry.app import create_app
from tests.drills.checker import check
from tests.drills.installation import REGISTRY, surroundings, wait
from tests.drills.people import Load
from tests.factories.app import running
from tests.factories.backups import empty_place, stamp

FAULT = "a backup made under load, restored elsewhere"


@pytest.mark.soak
def test_a_backup_under_load_is_whole(drill, install, tmp_path, request):
    site, times = install(drill.engine), drill.times(1, 5)
    with running(create_app(site.environ, screens=False)):
        stamp()
    site.start_site(), site.start_worker()
    load, kept = Load(site, drill.random), 0
    with load.running():
        for step in range(times):
            wait(lambda step=step: len(load.acks) > 3 * step, "some acknowledgements")
            before = list(load.acks.values())
            place = tmp_path / f"restored-{step}"
            url = f"sqlite:///{place / 'registry.sqlite3'}"
            if drill.engine == "postgresql":
                url = request.getfixturevalue("new_postgresql")()
            _back_up_and_restore(site, place, url)
            outcome = check(place, url, before)
            assert outcome.faults == []
            kept += len(before)
            time.sleep(0.5)
    drill.passed(FAULT, times, site, load.settle(), f"{kept} acks held against the backups")


def _back_up_and_restore(site, place, url):
    """As docs/operators/backing-up.md says, by its commands."""
    backup = place.with_suffix(".backup")
    made = site.command("backup", str(backup))
    assert made.returncode == 0, made.stderr
    empty_place(place, site.folder)
    restored = subprocess.run(
        [REGISTRY, "restore", str(backup)],
        cwd=ROOT,
        env=surroundings(place, url),
        capture_output=True,
        text=True,
        check=False,
    )
    assert restored.returncode == 0, restored.stderr
