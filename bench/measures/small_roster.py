"""How long a clerk waits: from the end of an upload to the findings on the page; and how long a
sandbox takes to stand ready. The site and its worker are processes of their own, as they run."""

import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from bench import roster
from bench.ground import PASSWORD, REGISTRY, Ground
from bench.measure import MeasureFailed, tree_cpu
from bench.measures.submit import CLERK, UNION
from bench.site import PRODUCT, process, site
from bench.table import Goal, Measured

ROWS, FAULTY = 500, 0.05
UPLOADS = 5  # in each round, of files that differ
POLL_SECONDS = 0.2
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

WAIT = Goal(
    "small-roster",
    f"a roster of {ROWS} rows from the end of its upload to its findings on the page",
    "–",
    1,
    "s",
)
START = Goal("sandbox-start", "start of the sandbox", "–", 60, "ms")
GOALS = (WAIT, START)


class _Clerk:
    """A browser with its cookies, signed in."""

    def __init__(self, port: int) -> None:
        self._site = f"http://127.0.0.1:{port}"
        self._opener = build_opener(HTTPCookieProcessor())
        fields = {"name": CLERK, "password": PASSWORD, "csrf_token": self.token("/sign-in")}
        self._open("/sign-in", urlencode(fields).encode())

    def get(self, address: str) -> str:
        """Return a page."""
        return self._open(address)[1]

    def token(self, address: str) -> str:
        """Return what the form on a page must carry."""
        found = TOKEN.search(self.get(address))
        return found[1] if found else ""

    def upload(self, file: Path, token: str) -> tuple[str, str]:
        """Post a workbook; return the address and the page that it leads to."""
        body, kind = _form({"csrf_token": token, "kind": "INCREMENT"}, file)
        return self._open(f"/unions/{UNION}/roster", body, {"Content-Type": kind})

    def _open(
        self, address: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[str, str]:
        request = Request(self._site + address, body, dict(headers or {}))  # noqa: S310 - our own http
        with self._opener.open(request, timeout=60) as answer:
            return answer.url.removeprefix(self._site), answer.read().decode()


def measure(ground: Ground) -> list[Measured]:
    """Upload a few rosters one after the other; start some sandboxes."""
    waits: list[float] = []
    cpus: list[float] = []
    with ground.place(ground.seeded()) as place:
        environment = place.environment()
        with (
            site(PRODUCT, environment) as (port, web),
            process([REGISTRY, "work"], environment) as worker,
        ):
            clerk = _Clerk(port)

            def used() -> float:
                server = place.server.cpu() if place.server else 0.0
                return tree_cpu(web) + tree_cpu(worker) + server

            # The first one warms both processes up and is not counted.
            for number in range(1 + UPLOADS * ground.rounds):
                wait, cpu = _upload(ground, clerk, number, used)
                waits.append(wait)
                cpus.append(cpu)
        starts = json.loads(place.python("bench.sandbox_start").output)
    return [
        Measured(
            WAIT,
            ground.engine,
            median(waits[1:]),
            {"CPU s": median(cpus[1:]), "longest s": max(waits[1:]), "first s": waits[0]},
            "on the wall, polled as the page does",
        ),
        Measured(
            START,
            ground.engine,
            starts["cpu"] * 1000,
            {"wall ms": starts["wall"] * 1000, "first ms": starts["first"] * 1000},
            "CPU",
        ),
    ]


def _upload(
    ground: Ground, clerk: _Clerk, number: int, used: Callable[[], float]
) -> tuple[float, float]:
    """Upload a file; return the seconds until its findings stand on the page, and the CPU."""
    file = ground.workbook(f"small-{number}", lambda: roster.faulty_rows(ROWS, FAULTY, seed=number))
    token = clerk.token(f"/unions/{UNION}/roster")
    before, started = used(), time.perf_counter()
    address, page = clerk.upload(file, token)
    while "data-row=" not in page:
        if time.perf_counter() - started > 60:
            raise MeasureFailed("no findings after a minute")
        time.sleep(POLL_SECONDS)
        page = clerk.get(address)
    return time.perf_counter() - started, used() - before


def _form(fields: dict[str, str], file: Path) -> tuple[bytes, str]:
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    end = f"\r\n--{mark}--\r\n"
    body = b"".join([*parts, head.encode(), file.read_bytes(), end.encode()])
    return body, f"multipart/form-data; boundary={mark}"
