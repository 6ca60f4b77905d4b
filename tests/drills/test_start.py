"""Starts that must not go on: no keys, others' keys, a schema half laid, a clock that jumps."""

import time
from datetime import timedelta

import pytest

from registry.clock import now
from registry.db import db
from registry.review.operations import approve
from registry.vault import keyfile
from tests.drills.checker import check
from tests.drills.conftest import Drill
from tests.drills.installation import REGISTRY, Process, surroundings
from tests.drills.people import Load, acknowledged, hand_in
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in

KEYS = "key file missing, unreadable or of another installation at start"
SCHEMA = "a migration killed half-way"
CLOCK = "the clock jumps"


@pytest.mark.soak
def test_without_its_keys_nothing_starts(sqlite_drill, install, tmp_path):
    drill = sqlite_drill
    site = install(drill.engine)
    site.start_site(), site.start_worker()
    ack = _one_roster(drill, site)
    site.end()
    keys = site.folder / "keys.json"
    kept = keys.read_bytes()
    keyfile.create(tmp_path / "other", demo=False)
    wrongs = [b"", b"{}", kept[: len(kept) // 2], (tmp_path / "other" / "keys.json").read_bytes()]
    keys.unlink()
    _demand_refusal(site)
    for wrong in wrongs:
        keys.write_bytes(wrong)
        _demand_refusal(site)
    keys.write_bytes(kept)
    assert site.command("reconcile").returncode == 0
    drill.passed(KEYS, 1 + len(wrongs), site, [ack])


def _one_roster(drill, site):
    content = make_roster(make_people(3, seed=drill.seed))
    desk = site.desks[0]
    ack = acknowledged(desk, content, 3, hand_in(site, desk, content, "one"))
    load = Load(site, drill.random)
    load.acks[ack.submission] = ack
    return load.settle()[0]


def _demand_refusal(site):
    """Command and site say in one line what is the matter, and end."""
    command = site.command("reconcile")
    assert command.returncode == 2
    assert command.stderr.startswith("密钥文件")
    assert command.stderr.count("\n") == 1
    said = site.import_site()
    assert said.returncode == 2
    assert said.stderr == command.stderr


@pytest.mark.soak
def test_a_migration_that_is_killed_is_simply_started_again(drill, tmp_path, request):
    times, place = drill.times(3, 30), tmp_path / "data"
    url = None
    if drill.engine == "postgresql":
        url = request.getfixturevalue("new_postgresql")()
    environ = surroundings(place, url or f"sqlite:///{place / 'registry.sqlite3'}")
    keyfile.create(place, demo=False)
    for _ in range(times):
        seeding = Process([REGISTRY, "seed"], environ, tmp_path / "log")
        time.sleep(drill.random.uniform(0.3, 4))
        seeding.kill()
    for _ in range(2):
        seeding = Process([REGISTRY, "seed"], environ, tmp_path / "log")
        assert seeding.running.wait(300) == 0, (tmp_path / "log").read_text("utf-8")
    outcome = check(place, environ["DATABASE_URL"])
    drill.write(SCHEMA, times, 0, 0, 0)
    assert outcome.faults == []


def test_a_clock_that_jumps_spoils_nothing(register, monkeypatch):
    drill = Drill(db.engine.dialect.name)
    times, began = drill.times(4, 40), now()
    clerk, reviewer = make_clerk(), make_reviewer()
    for _ in range(times):
        jump = timedelta(seconds=drill.random.randrange(-40 * 86_400, 400 * 86_400))
        set_clock(monkeypatch, began + jump)
        people = make_people(3, seed=drill.random.randrange(10**9))
        approve(send_in(make_roster(people), clerk), actor=reviewer)
    monkeypatch.undo()
    db.session.remove()
    outcome = check(register.config["DATA"], register.config["DATABASE_URL"])
    drill.write(CLOCK, times, times, outcome.lost, outcome.doubled)
    assert outcome.faults == []
