"""The nursery: forks a child for each file, and never looks at a file itself.

Started by `registry.roster.launch` as a script in an isolated interpreter (`-I -S`), with the
import path as arguments and a socket as standard input. It loads what reading a roster takes, once.
Then each message on the socket asks for one child (`ORDER`: the task, its memory, its time) and
brings five open files: content, argument, where the frames go, where complaints go, and the child's
lifeline.

On the lifeline the nursery tells two numbers: the child's process, and at its end how that was.
Whoever closes the other end has the child killed, with its group; and when the socket itself is
closed, by its owner or by the owner's death, the nursery kills all children and ends.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

ORDER = struct.Struct("!16sQI")
FILES = 5
NUMBER = struct.Struct("!i")
# An idle one ends: it holds some 10 MB, and is soon started again.
_IDLE_SECONDS = 300
_MOST_FILES = 1024
_DIE_WITH_PARENT = 1


class Nursery:
    """The loop over the socket, the lifelines and the deaths of children, in one thread."""

    def __init__(self, orders: socket.socket, live: Callable[..., None]) -> None:
        self._orders = orders
        self._live = live
        self._control = _control()
        # {number of the lifeline: (process, lifeline)}
        self._lives: dict[int, tuple[int, socket.socket]] = {}
        # What the interpreter writes here at a signal ends the waiting.
        self._deaths, bell = os.pipe()
        os.set_blocking(bell, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
        self._poll = select.poll()
        self._poll.register(orders, select.POLLIN)
        self._poll.register(self._deaths, select.POLLIN)

    def serve(self) -> None:
        """Fork, kill and bury until the socket is closed or nothing has been asked for long."""
        while True:
            events = self._poll.poll(None if self._lives else _IDLE_SECONDS * 1000)
            if not events:
                return
            # In this order, for the number of a buried lifeline may come again with a new child.
            ready = {number for number, _ in events}
            for life in ready & self._lives.keys():
                self._kill(life)
            if self._deaths in ready:
                os.read(self._deaths, 512)
                self._bury()
            if self._orders.fileno() in ready and not self._take():
                break
        for life, (pid, _) in self._lives.items():
            self._kill(life)
            os.waitpid(pid, 0)

    def _take(self) -> bool:
        """Fork the child that the next message asks for; False when none will be asked for."""
        order, files, _, _ = socket.recv_fds(self._orders, ORDER.size, FILES)
        if len(order) < ORDER.size or len(files) < FILES:
            return False
        own = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            os.write(files[3], str(error).encode())
            pid = -1
        if pid == 0:
            self._become_child(own, order, files)
        life = socket.socket(fileno=files.pop())
        for number in files:
            os.close(number)
        if pid < 0:
            _tell(life, 0, 1)
            life.close()
        else:
            self._lives[life.fileno()] = (pid, life)
            self._poll.register(life, select.POLLIN)
            _tell(life, pid)
        return True

    def _become_child(self, nursery: int, order: bytes, files: list[int]) -> None:
        """Go on as the process that reads one file, with nothing of the nursery's but its code."""
        try:
            os.setsid()
            if self._control is not None:
                self._control(_DIE_WITH_PARENT, signal.SIGKILL)
            if os.getppid() != nursery:
                os._exit(1)
            gc.enable()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            content, argument, out, complaints, _ = files
            os.dup2(1, 0)
            # A stray print of a library must not stand between the frames.
            os.dup2(complaints, 1)
            os.dup2(complaints, 2)
            kept = (2, *sorted((content, argument, out)), _MOST_FILES)
            for below, above in pairwise(kept):
                os.closerange(below + 1, above)
            task, memory, cpu = ORDER.unpack(order)
            self._live(task.rstrip(b"\0").decode(), content, argument, out, memory, cpu)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)

    def _kill(self, life: int) -> None:
        """Kill a child with all that it may have started. Its number is nobody else's as long as
        it is not buried."""
        pid, _ = self._lives[life]
        with suppress(KeyError):
            self._poll.unregister(life)
        os.kill(pid, signal.SIGKILL)
        # It may not be the leader of its own group yet.
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    def _bury(self) -> None:
        for number, (_, life) in list(self._lives.items()):
            status = self._status(number)
            if status is not None:
                with suppress(KeyError):
                    self._poll.unregister(number)
                _tell(life, os.waitstatus_to_exitcode(status))
                life.close()
                del self._lives[number]

    def _status(self, life: int) -> int | None:
        """Return a dead child's status, None for one that lives; the dead one is buried."""
        pid, _ = self._lives[life]
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            found, status = os.waitpid(pid, os.WNOHANG)
            return status if found else None
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        # Whatever else is in its group must not outlive it.
        self._kill(life)
        return os.waitpid(pid, 0)[1]


def _tell(life: socket.socket, *numbers: int) -> None:
    with suppress(OSError):  # nobody listens any more
        life.sendall(b"".join(map(NUMBER.pack, numbers)))


def _control() -> Callable[[int, int], int] | None:
    """Return Linux's prctl; None elsewhere."""
    if sys.platform != "linux":
        return None
    import ctypes

    return ctypes.CDLL(None).prctl


def main(path: list[str]) -> None:
    """Load what reading takes, then serve until nobody is there to be served."""
    # Loading makes no garbage worth looking for, and children share what nobody looks through.
    gc.disable()
    sys.path.extend(path)
    sys.dont_write_bytecode = True
    from registry.roster import child

    child.load()
    nursery = Nursery(socket.socket(fileno=0), child.live)
    gc.freeze()
    nursery.serve()
    # Nothing is worth tidying up: the memory goes back at once.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
