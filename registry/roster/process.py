"""The parent's end of the sandbox process: take its frames, and be sure that it ends."""

from __future__ import annotations

import os
import select
import signal
import tempfile
import time

import msgspec

from registry.errors import RosterRefused
from registry.roster.launch import launch
from registry.roster.limits import Limits
from registry.roster.wording import refused

_HEADER_BYTES = 9
# A whole marked workbook is the largest thing that comes back in one frame.
_LARGEST_FRAME = 512 << 20
_MOST_COMPLAINT = 64 << 10


class Child:
    """One sandbox process at one task. `close` (or leaving the context) ends it in any case."""

    def __init__(self, task: str, content: bytes, argument: bytes, limits: Limits) -> None:
        self._patience = limits.wall_seconds
        self._pending = bytearray()
        files: list[int] = []
        try:
            for given in (content, argument):
                files.append(_unnamed_file(given))
            self._process = launch(
                task, (files[0], files[1]), limits.memory_bytes, limits.cpu_seconds
            )
        finally:
            for number in files:
                os.close(number)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        letter, _ = self._frame(starting=True)
        if letter != b"r":
            raise RuntimeError("the sandbox process did not start")

    def frame(self) -> tuple[bytes, bytes]:
        """Return the next frame's letter and payload; raises RosterRefused when the child has
        refused the file, has passed a limit or has died."""
        letter, payload = self._frame()
        if letter == b"x":
            answer = _read_refusal(payload)
            self.close()
            raise answer
        return letter, payload

    def close(self) -> None:
        """Kill the child with all that it may have started, and take its remains away."""
        self._process.end()

    def _frame(self, starting: bool = False) -> tuple[bytes, bytes]:
        header = self._take(_HEADER_BYTES, starting)
        length = int.from_bytes(header[1:], "big")
        if length > _LARGEST_FRAME:
            raise self._give_up("file.damaged")
        return header[:1], self._take(length, starting)

    def _take(self, count: int, starting: bool) -> bytes:
        while len(self._pending) < count:
            piece = self._receive()
            if piece is None:
                raise self._give_up("file.too_costly")
            if not piece:
                raise self._ended(starting)
            self._pending += piece
        taken = bytes(self._pending[:count])
        del self._pending[:count]
        return taken

    def _receive(self) -> bytes | None:
        """Return what has come, b"" when the child has closed its end, None when it is late."""
        number = self._process.frames
        began = time.monotonic()
        poll = select.poll()
        poll.register(number, select.POLLIN)
        ready = poll.poll(max(self._patience, 0) * 1000)
        self._patience -= time.monotonic() - began
        return os.read(number, 1 << 20) if ready else None

    def _give_up(self, code: str) -> RosterRefused:
        self.close()
        return refused(code)

    def _ended(self, starting: bool) -> Exception:
        """Return what to raise for a child that ended without a last word."""
        complaint = self._complaint()
        try:
            status = self._process.status(seconds=1)
        finally:
            self.close()
        if starting and status not in (-signal.SIGKILL, -signal.SIGXCPU):
            return RuntimeError(f"the sandbox process did not start: {complaint}")
        late = status in (-signal.SIGXCPU, -signal.SIGKILL)
        hungry = "memory allocation of" in complaint or "MemoryError" in complaint
        return refused("file.too_costly" if late or hungry else "file.damaged")

    def _complaint(self) -> str:
        """Return the beginning of what the child wrote on its standard error."""
        number = self._process.complaints
        os.set_blocking(number, False)
        try:
            return os.read(number, _MOST_COMPLAINT).decode("utf-8", "replace")
        except BlockingIOError:
            return ""


def _read_refusal(payload: bytes) -> RosterRefused:
    try:
        said = msgspec.json.decode(payload)
        return refused(said["code"], said["facts"])
    except (msgspec.DecodeError, LookupError, TypeError, ValueError):
        return refused("file.damaged")


def _unnamed_file(content: bytes) -> int:
    """Return the number of an open file without a name that holds these bytes."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("roster", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            number = os.dup(file.fileno())
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(number, rest) :]
        os.lseek(number, 0, os.SEEK_SET)
    except BaseException:
        os.close(number)
        raise
    return number
