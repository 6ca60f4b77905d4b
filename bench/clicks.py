"""Browsers that click: a load generator in a process of its own, with the standard library only.

`python -m bench.clicks PLAN` reads a JSON plan from a file and prints what came of it:

    {"port": 8000, "seconds": 10, "pause": 0, "password": "…",
     "visitors": [{"name": "clerk-…", "pages": ["/home", …]}, …]}

Each visitor signs in (one without a name does not), keeps one connection and takes its pages in
turn, `pause` seconds after the answer. An answer other than a whole page is an error.
"""

import asyncio
import http.client
import json
import random
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
SEED = 331083
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END = b"\r\n\r\n"


@dataclass
class Outcome:
    """What came of the clicks: seconds of each answer by page, and the first errors in words."""

    answers: dict[str, list[float]] = field(default_factory=dict)
    errors: int = 0
    first_errors: list[str] = field(default_factory=list)

    def failed(self, page: str, why: str) -> None:
        """Count an error."""
        self.errors += 1
        if len(self.first_errors) < 3:
            self.first_errors.append(f"{page}: {why}")


def main() -> None:
    """Do as the plan says."""
    plan = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    port, cookies = plan["port"], {}
    for name in {visitor.get("name", "") for visitor in plan["visitors"]}:
        cookies[name] = sign_in(port, name, plan["password"]) if name else ""
    outcome = Outcome()
    started = time.perf_counter()
    asyncio.run(_all(plan, cookies, outcome))
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, **vars(outcome)}, ensure_ascii=False))


def sign_in(port: int, name: str, password: str) -> str:
    """Sign in on the page, as a person does; return the cookies that the browser then sends."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    connection.request("GET", "/sign-in")
    form = connection.getresponse()
    cookies = _cookies(form)
    found = _TOKEN.search(form.read().decode())
    fields = {"name": name, "password": password, "csrf_token": found[1] if found else ""}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _header(cookies)}
    connection.request("POST", "/sign-in", urlencode(fields), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != http.client.SEE_OTHER:
        raise SystemExit(f"{name} could not sign in: {answer.status}")
    return _header(cookies | _cookies(answer))


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    pairs = (
        line.partition(";")[0].partition("=") for line in answer.headers.get_all("Set-Cookie", [])
    )
    return {name: value for name, _, value in pairs}


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


async def _all(plan: dict[str, Any], cookies: dict[str, str], outcome: Outcome) -> None:
    until = time.perf_counter() + plan["seconds"]
    visits = (
        _visit(
            plan["port"],
            cookies[visitor.get("name", "")],
            _shuffled(visitor["pages"], number),
            plan["pause"],
            # Those who pause do not begin all at once.
            plan["pause"] * number / len(plan["visitors"]),
            until,
            outcome,
        )
        for number, visitor in enumerate(plan["visitors"])
    )
    await asyncio.gather(*visits)


def _shuffled(pages: list[str], number: int) -> list[str]:
    chance = random.Random(SEED + number)  # noqa: S311 - nothing secret
    return chance.sample(pages, len(pages))


async def _visit(
    port: int,
    cookie: str,
    pages: list[str],
    pause: float,
    first_pause: float,
    until: float,
    outcome: Outcome,
) -> None:
    await asyncio.sleep(first_pause)
    reader, writer = await asyncio.open_connection(HOST, port)
    turn = 0
    while time.perf_counter() < until:
        page = pages[turn % len(pages)]
        turn += 1
        started = time.perf_counter()
        writer.write(
            f"GET {page} HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        try:
            why = await _fault(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            outcome.failed(page, repr(error))
            break
        outcome.answers.setdefault(page, []).append(time.perf_counter() - started)
        if why:
            outcome.failed(page, why)
        if pause:
            await asyncio.sleep(pause)
    writer.close()


async def _fault(reader: asyncio.StreamReader) -> str:
    """Read one answer; return what is wrong with it, "" for a whole page."""
    head = await reader.readuntil(_END)
    length = _LENGTH.search(head)
    if length is None:
        raise OSError("an answer of unknown length")
    body = await reader.readexactly(int(length[1]))
    if not head.startswith(b"HTTP/1.1 200 "):
        return head.partition(b"\r\n")[0].decode()
    return "" if body.rstrip().endswith(b"</html>") else "the page is not whole"


if __name__ == "__main__":
    main()
