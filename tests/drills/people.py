"""Clerks and a reviewer who go on whatever happens, and keep what was acknowledged to them."""

import hashlib
import http.client
import json
import random
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager

from tests.drills.checker import Ack
from tests.drills.installation import Answer, Desk, Installation, wait
from tests.factories.people import make_people
from tests.factories.rosters import make_roster
from tests.fixtures.site import HOST

PAUSE = 0.05
LONG = 1_800  # until all that was handed in has been read


def hand_in(site: Installation, desk: Desk, content: bytes, key: str) -> Answer:
    """Hand a roster in by `/api/v1`."""
    headers = {"Authorization": f"Bearer {desk.token}", "Idempotency-Key": key}
    address = f"/api/v1/unions/{desk.union}/submissions?file_name=r.csv"
    return site.call("POST", address, content, headers)


def hand_in_and_hang_up(
    site: Installation, desk: Desk, content: bytes, key: str, seconds: float
) -> None:
    """The same by somebody whose line breaks before the answer comes."""
    line = http.client.HTTPConnection(HOST, site.port, timeout=10)
    headers = {"Authorization": f"Bearer {desk.token}", "Idempotency-Key": key}
    address = f"/api/v1/unions/{desk.union}/submissions?file_name=r.csv"
    try:
        line.request("POST", address, content, headers)
        time.sleep(seconds)
    except (OSError, http.client.HTTPException):
        pass
    finally:
        line.close()


def acknowledged(desk: Desk, content: bytes, rows: int, answer: Answer) -> Ack:
    """Return what an answer of 202 acknowledges."""
    number = json.loads(answer.body)["submission"]
    return Ack(number, desk.union, hashlib.sha256(content).hexdigest(), rows)


class Load:
    """One clerk for each desk, who hands in one roster after the other, each until it is
    acknowledged, and a reviewer who approves what has been sent.
    """

    def __init__(
        self,
        site: Installation,
        rng: random.Random,
        *,
        rows: int = 3,
        loss: float = 0.0,
        each: int = 0,
    ) -> None:
        """`loss` is the share of requests whose answer is lost; each clerk stops after `each`
        rosters, or goes on (0).
        """
        self.site, self.rows, self.loss, self.each = site, rows, loss, each
        self.acks: dict[int, Ack] = {}
        self.statuses: dict[int, int] = {}  # how often each status was answered
        self._stop = threading.Event()
        self._seeds = [rng.randrange(10**9) for _ in site.desks]
        self._lock = threading.Lock()

    @contextmanager
    def running(self, *, review: bool = True) -> Iterator["Load"]:
        """Have everybody work meanwhile."""
        threads = [
            threading.Thread(target=self._clerk, args=pair, daemon=True)
            for pair in zip(self.site.desks, self._seeds, strict=True)
        ]
        if review:
            threads.append(threading.Thread(target=self._review, daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(60)

    def settle(self) -> list[Ack]:
        """Wait until everything that was acknowledged has been read and sent; return the acks."""
        for ack in list(self.acks.values()):
            wait(lambda ack=ack: self._state(ack) not in ("", "DRAFT"), f"{ack} to be read", LONG)
        return list(self.acks.values())

    def _clerk(self, desk: Desk, seed: int) -> None:
        rng = random.Random(seed)
        done = 0
        while not self._stop.is_set() and (done < self.each or not self.each):
            done += 1
            number = rng.randrange(10**9)
            content = make_roster(make_people(self.rows, seed=number))
            self._until_acknowledged(desk, content, f"roster-{number}", rng)

    def _until_acknowledged(self, desk: Desk, content: bytes, key: str, rng: random.Random) -> None:
        while True:
            if rng.random() < self.loss:
                hand_in_and_hang_up(self.site, desk, content, key, rng.random() * 0.2)
            answer = hand_in(self.site, desk, content, key)
            with self._lock:
                self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            if answer.status == 202:
                break
            if self._stop.is_set():
                return
            time.sleep(PAUSE)
        ack = acknowledged(desk, content, self.rows, answer)
        with self._lock:
            self.acks[ack.submission] = ack

    def _review(self) -> None:
        desk: ReviewDesk | None = None
        while not self._stop.is_set():
            open_ones = [ack for ack in list(self.acks.values()) if not ack.approved]
            for ack in open_ones:
                if self._stop.is_set():
                    return
                state = self._state(ack)
                if state in ("SUBMITTED", "IN_REVIEW"):
                    desk = desk or ReviewDesk(self.site)
                    if not desk.approve(ack.submission):
                        desk = None  # perhaps signed out
                elif state == "CLOSED":
                    self.acks[ack.submission] = ack._replace(approved=True)
            time.sleep(PAUSE)

    def _state(self, ack: Ack) -> str:
        token = next(desk.token for desk in self.site.desks if desk.union == ack.union)
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.site.call("GET", f"/api/v1/submissions/{ack.submission}", None, headers)
        return json.loads(answer.body)["state"] if answer.status == 200 else ""


class Browser:
    """Somebody at the pages: cookies, and the token of forms."""

    def __init__(self, site: Installation) -> None:
        self.site, self.cookies = site, dict[str, str]()

    def get(self, path: str) -> Answer:
        return self._send("GET", path)

    def post(self, path: str, page: str, **fields: str) -> Answer:
        """Send a form with its token, taken from `page`."""
        form = {"csrf_token": self.token(page), **fields}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urllib.parse.urlencode(form).encode(), kind)

    def token(self, page: str) -> str:
        found = re.search(rb'name="csrf-token" content="([^"]+)"', self.get(page).body)
        return found[1].decode() if found else ""

    def sign_in(self, name: str, password: str) -> bool:
        return self.post("/sign-in", "/sign-in", name=name, password=password).status == 303

    def _send(
        self, method: str, path: str, body: bytes | None = None, kind: dict[str, str] | None = None
    ) -> Answer:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        line = http.client.HTTPConnection(HOST, self.site.port, timeout=60)
        try:
            line.request(method, path, body, {**(kind or {}), "Cookie": cookie})
            answer = line.getresponse()
            for one in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = one.partition(";")[0].partition("=")
                self.cookies[name] = value
            return Answer(answer.status, answer.read(), dict(answer.getheaders()))
        except (OSError, http.client.HTTPException):
            return Answer(0, b"", {})
        finally:
            line.close()


class ReviewDesk(Browser):
    """The reviewer, signed in as soon as the site lets them."""

    def __init__(self, site: Installation) -> None:
        super().__init__(site)
        self.sign_in(site.reviewer.name, site.reviewer.password)

    def approve(self, number: int) -> bool:
        """Press 通过; tells whether the site took it."""
        page = f"/submissions/{number}/review"
        version = re.search(rb'name="version" value="(\d+)"', self.get(page).body)
        if version is None:
            return False
        form = {"scope": "all", "version": version[1].decode()}
        answer = self.post(f"/submissions/{number}/approve", page, **form)
        return answer.status == 303 and "/submissions/" in answer.headers["Location"]
