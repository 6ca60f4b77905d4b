"""A child process that ends in order with the one that started it."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import subprocess
import time
from typing import Self

from workbench import environment

STOP_SECONDS = 10


class Child:
    """A process of ours that ends when this one does; a context manager that ends it."""

    def __init__(self, command: list[str], variables: dict[str, str]) -> None:
        self.command = command
        self.variables = variables
        self.start()

    def start(self) -> None:
        """Start the process (again)."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=environment.ROOT,
            env=self.variables,
            # Ctrl-C at the terminal reaches us only, so that the two end in order.
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def die_with_parent() -> None:
    """Have the process that calls this end when the one that started it does."""
    # Linux only; elsewhere a killed `run` leaves its children, which Ctrl-C does not.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
