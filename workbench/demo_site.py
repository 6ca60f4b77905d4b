"""`run`: the site with demo data and a worker beside it, until Ctrl-C."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from workbench import environment
from workbench.child import Child

HOST = "127.0.0.1"
START_SECONDS = 60
FIRST_PAUSE = 0.5
# No letters or digits that are easily taken for one another: the password is read off a terminal.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
ACCOUNTS = (
    ("clerk-3310830010001", "基层经办员", "grassroots clerk, one for each union"),
    ("reviewer-331083001", "乡镇(街道)审核员", "township reviewer, one for each unit"),
    ("reviewer2-331083001", "乡镇(街道)审核员", "a second one for each unit"),
    ("city-331083", "市级管理员", "city admin"),
    ("system", "系统管理员", "system administrator"),
    ("log-keeper", "安全审计员", "log keeper"),
)


def run() -> int:
    """Prepare everything, start site and worker, say where they are; return 0 when asked to end.

    `PORT`, `REGISTRY_DATA` and `REGISTRY_DEMO_PASSWORD` are read from the environment.
    Raises `environment.SetupFailed` with one plain line.
    """
    port = _port()
    _refuse_taken(port)
    environment.ensure("run")
    data = _data_folder()
    with _asked_to_end_as_interrupt(), contextlib.suppress(KeyboardInterrupt):
        password = _seed(data)
        variables = environment.variables(REGISTRY_DATA=str(data))
        with (
            Child(_site_command(port), variables) as site,
            Child([environment.executable("registry"), "work"], variables) as worker,
        ):
            _wait_until_answering(site, port)
            print(_announcement(port, password, data), flush=True)
            return _watch(site, worker)
    return 0


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise environment.SetupFailed(f"PORT={text} is not a port number (1 to 65535).")
    return int(text)


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise environment.SetupFailed(f"Port {port} may only be used by root.") from error
        except OSError as error:
            raise environment.SetupFailed(
                f"Port {port} is taken; another one: PORT={port + 1} python3 dev.py run"
            ) from error


def _data_folder() -> Path:
    # Absolute, since the children run in the checkout wherever this was started.
    given = os.environ.get("REGISTRY_DATA")
    return Path(given).absolute() if given else environment.ROOT / "instance"


def _seed(data: Path) -> str:
    """Fill an empty data folder; return what to print as the demo accounts' password."""
    given = os.environ.get("REGISTRY_DEMO_PASSWORD")
    fresh = not data.is_dir() or not any(data.iterdir())
    password = given or (_random_password() if fresh else "")
    if fresh:
        print("Filling the register with Yuhuan's demo data …", flush=True)
    extra = {"REGISTRY_DEMO_PASSWORD": password} if password else {}
    variables = environment.variables(REGISTRY_DATA=str(data), **extra)
    with Child([environment.executable("registry"), "seed", "--demo"], variables) as seeding:
        failed = seeding.process.wait()
    if failed:
        raise environment.SetupFailed("The demo data could not be laid (see above).")
    if fresh:
        return password
    return f"as set or printed when {data} was filled (remove that folder to begin afresh)"


def _random_password() -> str:
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _site_command(port: int) -> list[str]:
    # Few threads: more of them in one process only take turns.
    return [
        *(str(environment.PYTHON), "-m", "waitress", f"--listen={HOST}:{port}"),
        *("--threads=2", "--connection-limit=1000", "--asyncore-use-poll", "wsgi:application"),
    ]


@contextlib.contextmanager
def _asked_to_end_as_interrupt() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    asked = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    before = [signal.signal(number, stop) for number in asked]
    try:
        yield
    finally:
        for number, handler in zip(asked, before, strict=True):
            signal.signal(number, handler)


def _wait_until_answering(site: Child, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not site.ended:
        if _answers(port):
            return
        time.sleep(0.05)
    raise environment.SetupFailed("The site did not start (see above).")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _announcement(port: int, password: str, data: Path) -> str:
    rows = [f"  {name:<20}  {role} · {what}" for name, role, what in ACCOUNTS]
    return "\n".join(
        [
            "",
            f"同心册 Tongxin:  http://{HOST}:{port}",
            "",
            "演示账号 demo accounts:",
            *rows,
            f"密码 password:  {password}",
            "",
            f"数据 data: {data}   Ctrl-C: 结束 end",
        ]
    )


def _watch(site: Child, worker: Child) -> int:
    """Keep the worker alive as long as the site lives; return 1 when that ends by itself."""
    pause = FIRST_PAUSE
    while not site.ended:
        if worker.ended:
            lived = time.monotonic() - worker.started
            # A worker that cannot start at all must not be started a hundred times a second.
            pause = FIRST_PAUSE if lived > 30 else pause
            print(f"The worker ended; a new one starts in {pause:g} s.", file=sys.stderr)
            time.sleep(pause)
            worker.start()
            pause = min(pause * 2, 30.0)
        time.sleep(0.2)
    print("The site ended by itself (see above).", file=sys.stderr)
    return 1
