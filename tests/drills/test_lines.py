"""Bad lines and bad files: cut off, slow, made to kill; whoever works beside them works on."""

import contextlib
import json
import socket
import statistics
import threading
import time

import pytest

from tests.drills.installation import wait
from tests.drills.people import Browser, acknowledged, hand_in
from tests.factories.hostile import FILES
from tests.factories.people import make_people
from tests.factories.rosters import make_roster
from tests.fixtures.site import HOST

CUT = "an upload cut off at 1, 25, 50 and 99 %"
SLOW = "one byte a second on 200 lines"
BOMBS = "twenty bombs at once, while clerks work"
SHARES = (0.01, 0.25, 0.5, 0.99)
SAMPLES, WARMING = 40, 5  # pages asked for; the first of a new site say nothing


def test_an_upload_that_is_cut_off_stores_nothing(sqlite_drill, install):
    drill, times = sqlite_drill, sqlite_drill.times(1, 25)
    site = install(drill.engine)
    site.start_site()
    desk, acks = site.desks[0], []
    for step in range(times):
        content = make_roster(make_people(30, seed=drill.seed + step))
        request = _request(site, desk, content, f"cut-{step}")
        for share in SHARES:
            with socket.create_connection((HOST, site.port)) as line:
                line.sendall(request[: int(len(request) * share)])
        stored = list((site.folder / "originals").glob("*"))
        assert len(stored) == step, "nothing of a cut-off upload is kept"
        acks.append(acknowledged(desk, content, 30, hand_in(site, desk, content, f"cut-{step}")))
    site.start_worker()
    drill.passed(CUT, times * len(SHARES), site, acks)


def _request(site, desk, content, key):
    head = (
        f"POST /api/v1/unions/{desk.union}/submissions HTTP/1.1\r\nHost: {HOST}\r\n"
        f"Authorization: Bearer {desk.token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


@pytest.mark.soak
def test_slow_lines_keep_nobody_from_working(sqlite_drill, install):
    drill, count = sqlite_drill, 200
    site = install(drill.engine)
    site.start_site()
    desk = site.desks[0]
    request = _request(site, desk, make_roster(make_people(30)), "slow")
    alone = _answer_times(site, SAMPLES)
    with contextlib.ExitStack() as lines:
        slow = [
            lines.enter_context(socket.create_connection((HOST, site.port))) for _ in range(count)
        ]
        stop = threading.Event()

        def drip():
            for byte in request:
                for line in slow:
                    with contextlib.suppress(OSError):
                        line.sendall(bytes([byte]))
                if stop.wait(1):
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        time.sleep(2)
        beside = _answer_times(site, SAMPLES)
        stop.set()
        dripping.join()
    note = f"p95 of a page {_p95(alone):.0f} ms alone, {_p95(beside):.0f} ms beside them"
    drill.passed(SLOW, count, site, [], note)
    assert _p95(beside) < 5 * _p95(alone) + 1_000


@pytest.mark.soak
def test_bombs_keep_nobody_from_working(sqlite_drill, install):
    drill, count = sqlite_drill, 20
    site = install(drill.engine, unions=4)
    site.start_site(), site.start_worker()
    alone = _answer_times(site, SAMPLES)
    numbers, bombs = [], drill.random.sample(sorted(FILES), count)
    for place, name in enumerate(bombs):
        bomb, desk = FILES[name](), site.desks[place % 3]
        answer = hand_in(site, desk, bomb, name)
        if answer.status == 422:  # refused at the door, as an empty file is
            continue
        assert answer.status == 202, answer
        numbers.append((desk, acknowledged(desk, bomb, 0, answer).submission))
    beside = _answer_times(site, SAMPLES)
    for desk, number in numbers:
        wait(lambda d=desk, n=number: _is_over(site, d, n), "an answer to the bomb", 600)
    content = make_roster(make_people(3, seed=drill.seed))
    ack = acknowledged(desk, content, 3, hand_in(site, desk, content, "good"))
    wait(lambda: _is_over(site, desk, ack.submission), "a good file to be read")
    note = f"p95 of a page {_p95(alone):.0f} ms alone, {_p95(beside):.0f} ms beside them"
    drill.passed(BOMBS, count, site, [ack], note)
    assert _p95(beside) < 5 * _p95(alone) + 1_000


def _is_over(site, desk, number):
    """Whether a file was read or refused; a reader that died counts as refused."""
    headers = {"Authorization": f"Bearer {desk.token}"}
    answer = site.call("GET", f"/api/v1/submissions/{number}", None, headers)
    return json.loads(answer.body)["progress"]["state"] not in ("WAITING", "RUNNING")


def _answer_times(site, count):
    """Return how long the clerk's first page takes, in milliseconds."""
    browser = Browser(site)
    clerk = site.desks[-1].clerk
    assert browser.sign_in(clerk.name, clerk.password)
    times = []
    for _ in range(WARMING + count):
        began = time.monotonic()
        assert browser.get("/home").status == 200
        times.append(1000 * (time.monotonic() - began))
    return times[WARMING:]


def _p95(times):
    return statistics.quantiles(times, n=20)[-1]
