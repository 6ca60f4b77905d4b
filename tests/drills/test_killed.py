"""Killed at any moment: the worker in the middle of a file, the site in the middle of a request."""

import time

from tests.drills.checker import Register
from tests.drills.conftest import SHORT_ON_SQLITE
from tests.drills.installation import wait
from tests.drills.people import Load, acknowledged, hand_in
from tests.factories.people import make_people
from tests.factories.rosters import make_roster

WORKER = "kill -9 of a worker in the middle of an import"
SITE = "kill -9 of the site during POST, and answers lost after the commit"


@SHORT_ON_SQLITE
def test_a_worker_that_is_killed_leaves_no_row_undone_or_done_twice(drill, install):
    site, times = install(drill.engine), drill.times(2, 100)
    rows = 6_000 if drill.is_long else 3_000
    site.start_site()
    with Register(site.folder, site.url) as register:
        load, claims = Load(site, drill.random), 0
        for _ in range(times):
            if register.ask("SELECT count(*) FROM batch WHERE state <> 'DONE'") == [(0,)]:
                _hand_in_a_large_one(drill, site, load, rows)
            worker = site.start_worker()
            claims = wait(lambda c=claims: _claims(register, above=c), "the worker to begin")
            time.sleep(drill.random.uniform(0, 1))
            worker.kill()
    site.start_worker()

    note = f"{len(load.acks)} files of {rows:,} rows"
    drill.passed(WORKER, times, site, load.settle(), note)


def _hand_in_a_large_one(drill, site, load, rows):
    number, desk = drill.random.randrange(10**9), site.desks[0]
    content = make_roster(make_people(rows, seed=number))
    answer = hand_in(site, desk, content, f"large-{number}")
    ack = acknowledged(desk, content, rows, answer)
    load.acks[ack.submission] = ack


def _claims(register, above):
    """Return how often workers took work up, if that is more than before."""
    [(claims,)] = register.ask("SELECT sum(fence) FROM batch")
    return claims if claims > above else 0


@SHORT_ON_SQLITE
def test_what_a_killed_site_acknowledged_is_there_once(drill, install):
    site, times = install(drill.engine), drill.times(2, 40)
    process, _ = site.start_site(), site.start_worker()
    load = Load(site, drill.random, loss=0.2)

    with load.running():
        for _ in range(times):
            time.sleep(drill.random.uniform(0.5, 1.5))
            process.kill()
            process.start()
            site.wait_for_site()
        wait(lambda: load.acks, "an acknowledgement")
        time.sleep(1)

    note = f"answers by status {dict(sorted(load.statuses.items()))}"
    drill.passed(SITE, times, site, load.settle(), note)
