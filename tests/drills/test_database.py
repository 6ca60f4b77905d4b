"""The database goes away under load and comes back; the power goes."""

import time

import pytest

from tests.drills import grounds
from tests.drills.installation import installed, wait
from tests.drills.people import Load

RESTART = "restart of the database under load (pg_ctl restart -m immediate)"
POWER = "power loss (ext4 shut down without its journal, acknowledgements kept elsewhere)"
# What the clerks may wait for at most, from the restart on.
BACK_SECONDS = 5


@pytest.mark.soak
def test_a_restarted_database_loses_nothing_and_everybody_goes_on(postgresql_drill, tmp_path):
    drill, times = postgresql_drill, postgresql_drill.times(2, 20)
    with (
        grounds.server() as server,
        installed(tmp_path, server.url, tables=False, unions=3) as site,
    ):
        site.start_site(), site.start_worker()
        load, waited = Load(site, drill.random), []
        with load.running():
            wait(lambda: load.acks, "an acknowledgement")
            for _ in range(times):
                time.sleep(drill.random.uniform(0.5, 2))
                server.crash()
                back = time.monotonic()
                wait(lambda: site.call("GET", "/readyz").status == 200, "the site")
                waited.append(time.monotonic() - back)
            time.sleep(1)
        note = (
            f"ready again after {max(waited):.1f} s at most;"
            f" answers by status {dict(sorted(load.statuses.items()))}"
        )
        drill.passed(RESTART, times, site, load.settle(), note)
        assert 500 not in load.statuses


def test_without_its_database_the_site_says_so_and_comes_back(postgresql_drill, tmp_path):
    drill = postgresql_drill
    with (
        grounds.server() as server,
        installed(tmp_path, server.url, tables=False, unions=1) as site,
    ):
        site.start_site()
        wait(lambda: site.call("GET", "/sign-in").status == 200, "the first page")
        server.kill()
        page, said = site.call("GET", "/sign-in"), _asked(site)
        assert site.call("GET", "/readyz").status == 503
        assert (said.status, said.headers["Retry-After"]) == (503, "30")
        assert b'"database.away"' in said.body
        assert page.status in (200, 503)
        assert b"Traceback" not in page.body + said.body
        home = site.call("GET", "/home", None, {"Cookie": "tongxin=whatever"})
        assert home.status in (303, 503)
        server.start()
        wait(lambda: _asked(site).status == 200, "the site to come back", BACK_SECONDS)
        site.start_worker()
        wait(lambda: site.call("GET", "/readyz").status == 200, "the worker")
        drill.passed("the database is away, and back", 1, site, [])


def _asked(site):
    desk = site.desks[0]
    headers = {"Authorization": f"Bearer {desk.token}"}
    return site.call("GET", f"/api/v1/unions/{desk.union}/totals", None, headers)


@pytest.mark.soak
def test_what_was_acknowledged_survives_the_loss_of_power(drill, open_place):
    times = drill.times(1, 10)
    try:
        disk = grounds.Cut(open_place, 1024)
    except grounds.NotPossible as why:
        drill.not_possible(POWER, str(why))
        return
    try:
        _lose_power(drill, disk, times)
    except grounds.NotPossible as why:
        drill.not_possible(POWER, str(why))
    finally:
        disk.end()


def _lose_power(drill, disk, times):
    acks = []
    if drill.engine == "sqlite":
        with installed(disk.place, None, tables=False, unions=2) as site:
            _cut_again_and_again(drill, disk, times, site, acks, None)
            drill.passed(POWER, times, site, acks)
        return
    with grounds.server(disk.place / "cluster") as server:
        place = disk.place / "data-of-site"
        with installed(place, server.url, tables=False, unions=2) as site:
            _cut_again_and_again(drill, disk, times, site, acks, server)
            drill.passed(POWER, times, site, acks)


def _cut_again_and_again(drill, disk, times, site, acks, server):
    disk.sync()  # the installation was laid without waiting for the disk
    for _ in range(times):
        processes = [site.start_site(), site.start_worker()]
        load = Load(site, drill.random)
        with load.running():
            wait(lambda load=load: load.acks, "an acknowledgement")
            time.sleep(drill.random.uniform(0.5, 3))
            disk.cut()
            known = list(load.acks.values())
            for process in processes:
                process.kill()
            if server is not None:
                server.kill()
        acks += known
        disk.power_again()
        if server is not None:
            (server.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
            server.start()
        site.command("resume")
    site.start_site(), site.start_worker()
    last = Load(site, drill.random)
    last.acks = {ack.submission: ack for ack in acks}
    last.settle()
