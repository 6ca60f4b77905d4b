"""Disks that can be filled, broken and cut off, and a server of PostgreSQL of one's own."""

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from workbench import postgresql

NOBODY = 65534
# linux/ext4.h: EXT4_IOC_SHUTDOWN, and without writing the journal out, as when the power goes.
_SHUTDOWN, _WITHOUT_JOURNAL = 0x8004587D, 2


class NotPossible(Exception):
    """This machine does not allow it; the message says why."""


@contextlib.contextmanager
def mounted(place: Path, *what: str) -> Iterator[Path]:
    """Mount something on a new folder, as root. Raises `NotPossible`."""
    if os.geteuid() != 0:
        raise NotPossible("only root may mount")
    place.mkdir(parents=True)
    ran = subprocess.run(["mount", *what, str(place)], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise NotPossible(ran.stderr.strip())
    try:
        yield place
    finally:
        _unmount(place)


def small_disk(place: Path, size: str) -> contextlib.AbstractContextManager[Path]:
    """Mount a disk in memory that holds no more than `size`."""
    return mounted(place, "-t", "tmpfs", "-o", f"size={size},mode=777", "tmpfs")


def enlarge(place: Path, size: str) -> None:
    """Make room on a `small_disk`."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(place)], check=True)


class Cut:
    """An ext4 disk in a file, from which the power can be taken."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.image, self.place = folder / "disk", folder / "mounted"
        if not shutil.which("mkfs.ext4"):
            raise NotPossible("mkfs.ext4 is not installed")
        with self.image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self.image)], check=True)
        self.place.mkdir()
        self.mount()

    def mount(self) -> None:
        command = ["mount", "-o", "loop", str(self.image), str(self.place)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise NotPossible(ran.stderr.strip())
        self.place.chmod(0o777)

    def sync(self) -> None:
        """Have all that was written so far reach the disk."""
        subprocess.run(["sync", "-f", str(self.place)], check=True)

    def cut(self) -> None:
        """Take the power: nothing more reaches the disk, not even what the kernel still holds."""
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_JOURNAL))
        except OSError as error:
            raise NotPossible(f"ext4 cannot be shut down: {error.strerror}") from error
        finally:
            os.close(descriptor)

    def power_again(self) -> None:
        """Mount the disk as it was when the power went; ext4 replays its journal."""
        _unmount(self.place)
        self.mount()

    def end(self) -> None:
        _unmount(self.place)


def _unmount(place: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for _ in range(100):
        if libc.umount(str(place).encode()) == 0 or ctypes.get_errno() == errno.EINVAL:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{place} stays busy")


@contextlib.contextmanager
def failing_fsync(*processes: int) -> Iterator[None]:
    """Have every fsync of these processes, and of those they start, fail with EIO.

    Raises `NotPossible` where strace is missing or may not.
    """
    if not shutil.which("strace"):
        raise NotPossible("strace is not installed")
    calls = "fsync,fdatasync"
    inject = ["-f", "-qq", "-e", f"trace={calls}", "-e", f"inject={calls}:error=EIO"]
    attached = [argument for number in processes for argument in ("-p", str(number))]
    with tempfile.TemporaryFile("w+") as said:
        tracer = subprocess.Popen(["strace", *inject, *attached], stdout=said, stderr=said)
        try:
            time.sleep(0.5)
            if tracer.poll() is not None:
                said.seek(0)
                raise NotPossible(said.read().strip())
            yield
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()


class Server:
    """A server of PostgreSQL as it comes: what it acknowledges is on its disk."""

    def __init__(self, folder: Path, options: str = "") -> None:
        self.folder, self.options = folder, options
        # Reached by somebody who is not root, and a socket's name is short.
        folder.chmod(0o755)
        postgresql.start(folder, options)
        self.url = f"postgresql+psycopg://postgres@/postgres?host={folder}"
        self._note_number()

    def crash(self) -> None:
        """`pg_ctl restart -m immediate`."""
        postgresql.crash(self.folder, self.options)
        self._note_number()

    def start(self) -> None:
        postgresql.resume(self.folder, self.options)
        self._note_number()

    def kill(self) -> None:
        """End the server without a word to it, and what it left in memory."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        _wait_until_gone(self.pid)

    def _note_number(self) -> None:
        """Its file cannot be read any more when the disk is gone."""
        file = self.folder / "data" / "postmaster.pid"
        self.pid = int(file.read_text("utf-8").split("\n", 1)[0])


@contextlib.contextmanager
def server(data: Path | None = None, options: str = "") -> Iterator[Server]:
    """Run a server in a folder of its own; its data lie in `data` where that is given."""
    with tempfile.TemporaryDirectory(prefix="drill-") as name:
        folder = Path(name)
        if data is not None:
            data.mkdir()
            shutil.chown(data, NOBODY, NOBODY)
            (folder / "data").symlink_to(data)
        running = Server(folder, options)
        try:
            yield running
        finally:
            running.kill()


def _wait_until_gone(number: int) -> None:
    """Wait until a server and its children are gone: these end when they notice."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        left = subprocess.run(
            ["pgrep", "-s", str(number)], capture_output=True, text=True, check=False
        ).stdout
        if not left.strip():
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not end")
