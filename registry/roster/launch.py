"""This process's end of the nursery: one is started at the first file, and anew where it has ended.

All threads share it. A process forked off this one starts its own.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
import sysconfig
import threading
from contextlib import suppress
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from registry.roster.nursery import NUMBER, ORDER

_SCRIPT = Path(__file__).with_name("nursery.py")
_MOST_COMPLAINT = 64 << 10
# Where starting or ending takes longer, something holds the nursery or the whole machine.
_PATIENCE_SECONDS = 30.0


class NurseryEnded(RuntimeError):
    """The nursery has ended, and all its children with it."""


class Launched:
    """A child of the nursery: the number of its process, and the ends of two pipes to read from,
    its frames and its complaints."""

    def __init__(self, frames: int, complaints: int, life: socket.socket) -> None:
        self.frames = frames
        self.complaints = complaints
        self._life = life
        self._status: int | None = None
        self.pid = 0

    def await_start(self) -> None:
        """Wait until it has been forked; raises `NurseryEnded`."""
        self._life.settimeout(_PATIENCE_SECONDS)
        self.pid = self._number()

    def status(self, seconds: float) -> int | None:
        """Return how it ended, as `subprocess.Popen.returncode` says it; None when it has not
        within these seconds. Raises `NurseryEnded`."""
        if self._status is None:
            self._life.settimeout(seconds)
            with suppress(TimeoutError):
                self._status = self._number()
        return self._status

    def end(self) -> None:
        """Have it killed with its group, unless it has ended, and wait until it is gone."""
        if self._life.fileno() < 0:
            return
        with suppress(OSError):
            self._life.shutdown(socket.SHUT_WR)
        with suppress(NurseryEnded, OSError):
            self.status(_PATIENCE_SECONDS)
        self._life.close()
        os.close(self.frames)
        os.close(self.complaints)
        # These numbers may soon be those of other files.
        self.frames = self.complaints = -1

    def _number(self) -> int:
        # The nursery writes a number at once or not at all.
        said = self._life.recv(NUMBER.size)
        if len(said) < NUMBER.size:
            raise NurseryEnded("the nursery of the sandbox has ended")
        return int(NUMBER.unpack(said)[0])


class _Nursery:
    """A running nursery."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair()
        with theirs:
            # The arguments are our own: places in this installation.
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", "-B", str(_SCRIPT), *_import_path()],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                bufsize=0,
                env={},
                cwd="/",
                start_new_session=True,
            )

    def ask(self, order: bytes, files: list[int]) -> None:
        """Ask for a child; raises OSError where nobody listens."""
        socket.send_fds(self._orders, [order], files)

    def end(self) -> str:
        """End it with all its children; return what it complained of."""
        self._orders.close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stderr is not None  # noqa: S101 - it was asked for as a pipe
        with self._process.stderr as pipe:
            return (pipe.read(_MOST_COMPLAINT) or b"").decode("utf-8", "replace")

    def forget(self) -> None:
        """Let go of it in a process that was forked off its owner."""
        self._orders.close()
        self._process.returncode = 0  # it is not ours to wait for
        if self._process.stderr is not None:
            self._process.stderr.close()


_lock = threading.Lock()
_nursery: _Nursery | None = None


def launch(task: str, files: tuple[int, int], memory_bytes: int, cpu_seconds: int) -> Launched:
    """Have a child forked that does a task of `registry.roster.child` on two open files, content
    and argument. Raises RuntimeError when that cannot be done."""
    order = ORDER.pack(task.encode(), memory_bytes, cpu_seconds)
    try:
        return _launch(order, files)
    except OSError:
        # It was idle for long, or somebody killed it.
        try:
            return _launch(order, files)
        except OSError as error:
            raise RuntimeError(f"the sandbox process did not start: {error}") from error


def _launch(order: bytes, files: tuple[int, int]) -> Launched:
    """Ask the nursery once; raises OSError, with what it complained of, where it has ended."""
    nursery = _running()
    frames, their_frames = os.pipe()
    complaints, their_complaints = os.pipe()
    life, their_life = socket.socketpair()
    launched = Launched(frames, complaints, life)
    try:
        try:
            theirs = (their_frames, their_complaints, their_life.fileno())
            nursery.ask(order, [*files, *theirs])
        finally:
            os.close(their_frames)
            os.close(their_complaints)
            their_life.close()
        launched.await_start()
    except (OSError, NurseryEnded):
        launched.end()
        raise OSError(_retire(nursery)) from None
    except BaseException:
        launched.end()
        raise
    return launched


def _running() -> _Nursery:
    global _nursery
    with _lock:
        if _nursery is None:
            _nursery = _Nursery()
        return _nursery


def _retire(nursery: _Nursery) -> str:
    global _nursery
    with _lock:
        if _nursery is not nursery:
            return ""  # another thread was first
        _nursery = None
    return nursery.end()


def _end() -> None:
    if _nursery is not None:
        _retire(_nursery)


def _forget() -> None:
    global _nursery, _lock
    _lock = threading.Lock()
    if _nursery is not None:
        _nursery.forget()
    _nursery = None


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


@cache
def _import_path() -> tuple[str, ...]:
    """Return where the nursery finds our code and the libraries; nothing else is on its path."""
    for file in _SCRIPT.parent.glob("*.py"):
        # It keeps no bytecode, and compiling takes longer than reading a small roster.
        if not _is_compiled(file):
            name = f"{__package__}.{file.stem}"
            SourceFileLoader(name, str(file)).get_code(name)
    places = [str(_SCRIPT.parents[2]), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    spec = find_spec("python_calamine")
    if spec is not None and spec.origin is not None:
        places.append(str(Path(spec.origin).parents[1]))
    return tuple(dict.fromkeys(places))


def _is_compiled(file: Path) -> bool:
    try:
        return Path(cache_from_source(str(file))).stat().st_mtime >= file.stat().st_mtime
    except FileNotFoundError:
        return False
