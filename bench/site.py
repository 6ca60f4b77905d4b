"""A site of its own process for the bench, served as `dev.py run` serves the product."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any

from bench import measure
from bench.clicks import HOST
from bench.ground import ROOT
from bench.measure import MeasureFailed

PRODUCT, BARE = "wsgi:application", "bench.bare_page:application"
START_SECONDS = 60


@contextmanager
def site(application: str, environment: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Serve an application while the block lasts; lends its port and its process."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "waitress", f"--listen={HOST}:{port}"),
        *("--threads=2", application),
    ]
    with process(command, environment) as pid:
        _wait_until_answering(port)
        yield port, pid


@contextmanager
def process(command: list[str], environment: Mapping[str, str]) -> Iterator[int]:
    """Run a process of the product while the block lasts; lends its number.

    Raises `MeasureFailed` with its last words where it ended before that.
    """
    with TemporaryFile() as words:
        child = subprocess.Popen(
            command, cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL, stderr=words
        )
        try:
            yield child.pid
        finally:
            ended = child.poll()
            child.terminate()
            child.wait()
        if ended is not None:
            words.seek(0)
            said = words.read().decode(errors="replace").strip()[-500:]
            raise MeasureFailed(f"{command[-1]} ended with {ended}: {said}")


def clicked(environment: Mapping[str, str], **plan: Any) -> dict[str, Any]:
    """Let visitors click (see `bench.clicks`) and return what came of it."""
    with NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        cost = measure.run([sys.executable, "-m", "bench.clicks", file.name], environment, cwd=ROOT)
    outcome: dict[str, Any] = json.loads(cost.output)
    return outcome


def _wait_until_answering(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise MeasureFailed("the site did not start")
