"""At one moment: one file by two clerks, a double click, every union and its reviewer together."""

import threading
import time

from tests.drills.conftest import SHORT_ON_SQLITE
from tests.drills.installation import wait
from tests.drills.people import LONG, Load, acknowledged, hand_in
from tests.factories.people import make_people
from tests.factories.rosters import make_roster

FAULT = "two clerks one file, double clicks, all unions at once with a reviewer approving"


@SHORT_ON_SQLITE
def test_the_same_at_one_moment_is_done_once(drill, install):
    """Everything comes over the line to a site of four threads, with its worker beside it."""
    times = drill.times(2, 21)
    unions = min(606, 30 * times) if drill.is_long else 4
    site = install(drill.engine, unions)
    site.start_site(), site.start_worker()
    acks = []
    for _ in range(times):
        acks += _twice(drill, site)
    load = Load(site, drill.random, rows=2, each=1)
    with load.running():
        wait(lambda: len(load.acks) >= unions, "every union", LONG)
        time.sleep(1)

    note = f"{unions} unions"
    drill.passed(FAULT, times, site, [*load.settle(), *acks], note)
    assert set(load.statuses) <= {202, 503}, load.statuses


def _twice(drill, site):
    """Two requests with one file, each time with keys of their own; returns the one ack."""
    content = make_roster(make_people(3, seed=drill.random.randrange(10**9)))
    desk = site.desks[0]
    answers = _together(
        *(lambda key=key: _until_taken(site, desk, content, key) for key in ("left", "right"))
    )
    acks = {acknowledged(desk, content, 3, answer) for answer in answers}
    assert len(acks) == 1, acks
    return acks


def _until_taken(site, desk, content, key):
    while (answer := hand_in(site, desk, content, f"{key}-{hash(content)}")).status != 202:
        assert answer.status == 503, answer
    return answer


def _together(*acts):
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        barrier.wait()
        answers[place] = act()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
