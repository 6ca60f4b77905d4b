"""The disk fills up, or fails: what was acknowledged stays, and nothing more is."""

import time

import pytest

from tests.drills import grounds
from tests.drills.installation import installed, wait
from tests.drills.people import Load

FULL = "disk full: small at first, then larger"
FSYNC = "I/O error on fsync (strace fault injection)"


@pytest.mark.soak
def test_a_full_disk_loses_nothing_and_goes_on_with_more_room(sqlite_drill, tmp_path):
    drill, times = sqlite_drill, sqlite_drill.times(1, 5)
    try:
        with (
            grounds.small_disk(tmp_path / "disk", "8m") as disk,
            installed(disk, None, tables=False, unions=2) as site,
        ):
            site.start_site(), site.start_worker()
            acks = [ack for step in range(times) for ack in _fill(drill, site, disk, step)]
            drill.passed(FULL, times, site, acks)
    except grounds.NotPossible as why:
        drill.not_possible(FULL, str(why))


def _fill(drill, site, disk, step):
    """Work until the disk is full, be told so, make room, and go on; returns the acks."""
    load = Load(site, drill.random, rows=200)
    with load.running(review=False):
        wait(lambda: _not_writable(site), "the disk to be full")
        time.sleep(1)
        _demand_read_only(site)
    grounds.enlarge(disk, f"{16 + 8 * step}m")
    resumed = site.command("resume")
    assert resumed.returncode == 0, resumed.stderr
    assert not _not_writable(site)
    return load.settle()


@pytest.mark.soak
def test_a_disk_that_fails_makes_the_site_read_only(sqlite_drill, tmp_path):
    drill, times = sqlite_drill, sqlite_drill.times(1, 10)
    with installed(tmp_path, None, tables=False, unions=2) as site:
        acks = []
        for _ in range(times):
            processes = [site.start_site(), site.start_worker()]
            load = Load(site, drill.random)
            with load.running():
                wait(lambda load=load: load.acks, "an acknowledgement")
                time.sleep(drill.random.uniform(0.2, 1))
                try:
                    with grounds.failing_fsync(*(one.pid for one in processes)):
                        wait(lambda: _not_writable(site), "the site to turn read-only")
                        _demand_read_only(site)
                except grounds.NotPossible as why:
                    drill.not_possible(FSYNC, str(why))
                    return
                known = list(load.acks)
                time.sleep(1)
                assert list(load.acks) == known, "nothing is acknowledged any more"
            for process in processes:
                process.kill()
            resumed = site.command("resume")
            assert resumed.returncode == 0, resumed.stderr
            site.start_worker()
            site.start_site()
            acks += load.settle()
            for process in site.processes[-2:]:
                process.stop()
        drill.passed(FSYNC, times, site, acks)


@pytest.mark.soak
def test_a_server_whose_disk_fails_or_fills_up_recovers_by_itself(
    postgresql_drill, tmp_path, open_place
):
    drill, times = postgresql_drill, postgresql_drill.times(1, 5)
    try:
        with (
            grounds.small_disk(open_place / "disk", "200m") as disk,
            grounds.server(disk / "cluster") as server,
            installed(tmp_path, server.url, tables=False, unions=2) as site,
        ):
            site.start_site(), site.start_worker()
            acks = []
            for _ in range(times):
                acks += _fill_server(drill, site, disk)
            drill.passed(FULL, times, site, acks)
            drill.passed(FSYNC, times, site, _fail_server(drill, site, server, times))
    except grounds.NotPossible as why:
        drill.not_possible(FULL, str(why))


def _fill_server(drill, site, disk):
    load, ballast = Load(site, drill.random, rows=200), disk / "ballast"
    with load.running(review=False):
        wait(lambda: load.acks, "an acknowledgement")
        _fill_up(ballast)
        wait(lambda: any(status >= 500 for status in load.statuses), "the disk to be full")
        time.sleep(1)
    ballast.unlink()
    wait(lambda: site.call("GET", "/readyz").status in (200, 503), "an answer")
    wait(lambda: _back(site), "the server to recover")
    return load.settle()


def _fail_server(drill, site, server, times):
    acks = []
    for _ in range(times):
        load = Load(site, drill.random)
        with load.running():
            wait(lambda load=load: load.acks, "an acknowledgement")
            with grounds.failing_fsync(server.pid):
                wait(lambda load=load: any(s >= 500 for s in load.statuses), "the fault", 30)
            wait(lambda: _back(site), "the server to recover")
        acks += load.settle()
    return acks


def _back(site):
    """Whether all is well again; an operator resumes where the site has stopped writing."""
    if _not_writable(site):
        site.command("resume")
    return site.call("GET", "/readyz").status == 200


def _fill_up(ballast):
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            return


def _not_writable(site):
    return b'"writable":false' in site.call("GET", "/readyz").body.replace(b" ", b"")


def _demand_read_only(site):
    page = site.call("GET", "/sign-in")
    assert (page.status, "不能办理" in page.body.decode()) == (200, True)
    refused = site.call("POST", "/sign-in", b"")
    assert (refused.status, b"storage.read_only" in refused.body) == (503, True)
