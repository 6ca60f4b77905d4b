"""What one file may cost: defaults, and what an installation's settings say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


def size_words(size: int) -> str:
    """Return a number of bytes as people read it, rounded down: 52,428,800 → 50 MB."""
    for step, unit in ((30, "GB"), (20, "MB"), (10, "KB")):
        if size >= 1 << step:
            return f"{size >> step:,} {unit}"
    return f"{size} 字节"


class Bounds(NamedTuple):
    """What is counted inside the sandbox while a file is read: bytes that come out of a zip
    container, its entries, how many bytes may come out of one (`ratio`), cells.
    """

    unpacked_bytes: int
    entries: int
    ratio: int
    cells: int


class Limits(NamedTuple):
    """What one file may cost. `wall_seconds` counts only while the caller waits for the child."""

    file_bytes: int
    unpacked_bytes: int
    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    entries: int = 2_000
    ratio: int = 200
    cells: int = 30_000_000

    @property
    def bounds(self) -> Bounds:
        """What the child counts."""
        return Bounds(self.unpacked_bytes, self.entries, self.ratio, self.cells)


ORDINARY = Limits(
    file_bytes=50 << 20,
    unpacked_bytes=1 << 30,
    memory_bytes=1 << 30,
    cpu_seconds=12,
    wall_seconds=15,
)
# Only for a job that a city admin starts as bulk.
BULK = Limits(
    file_bytes=300 << 20,
    unpacked_bytes=4 << 30,
    memory_bytes=3 << 30,
    cpu_seconds=600,
    wall_seconds=900,
)


def ordinary(setting: Callable[[str], Any]) -> Limits:
    """Return the limits for every upload as `setting` (name → value) has them."""
    return _of(setting, "UPLOAD")


def patient(setting: Callable[[str], Any]) -> Limits:
    """Return those of one list of a whole city, read while somebody waits for it."""
    one = ordinary(setting)
    return one._replace(cpu_seconds=5 * one.cpu_seconds, wall_seconds=6 * one.wall_seconds)


def bulk(setting: Callable[[str], Any]) -> Limits:
    """Return those of bulk work."""
    return _of(setting, "BULK")


def _of(setting: Callable[[str], Any], kind: str) -> Limits:
    own = ("BYTES", "UNPACKED_BYTES", "MEMORY_BYTES", "CPU_SECONDS", "WALL_SECONDS")
    of_all = ("UPLOAD_ENTRIES", "UPLOAD_RATIO", "UPLOAD_CELLS")
    return Limits(*(setting(f"{kind}_{name}") for name in own), *map(setting, of_all))
