"""What something costs: CPU seconds of a process and all it starts, and its memory at the peak.

Linux only: the kernel's own accounts are read. Times on the wall are kept, and decide nothing:
they say how busy the machine was.
"""

import os
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SAMPLE_SECONDS = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


class MeasureFailed(Exception):
    """Something that was to be measured did not do its work; the message says what it said."""


class Cost(NamedTuple):
    """What a run took.

    `cpu`: user and system seconds of all its processes, a database server's share included.
    `largest`: MB resident of its largest process at that one's own peak. `together`: MB of all its
    processes at their common peak, a page shared by several counted once (PSS), sampled 20 times a
    second. The database server is in neither.
    """

    cpu: float
    largest: float
    together: float
    wall: float
    output: str = ""


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    good: Sequence[int] = (0,),
    server_cpu: Callable[[], float] = lambda: 0.0,
    cwd: Path | None = None,
) -> Cost:
    """Run a command to its end and return what it cost, with its standard output.

    `good` are the exit codes that mean it did its work; `server_cpu` tells the CPU seconds that a
    database server has used so far. Raises `MeasureFailed` for every other exit code.
    """
    before = server_cpu()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as words:
        started = time.perf_counter()
        child = subprocess.Popen(
            command, env=dict(environment), stdout=output, stderr=words, cwd=cwd
        )
        with _sampled(child.pid) as peaks, _ended_with_us(child):
            _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        words.seek(0)
        if child.returncode not in good:
            said = words.read().decode(errors="replace").strip()[-500:]
            name = " ".join(Path(part).name for part in command[:3])
            raise MeasureFailed(f"{name} ended with {child.returncode}: {said}")
        text = output.read().decode()
    cpu = usage.ru_utime + usage.ru_stime + server_cpu() - before
    return Cost(cpu, peaks.largest, peaks.together, wall, text)


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    usages = (
        resource.getrusage(resource.RUSAGE_SELF),
        resource.getrusage(resource.RUSAGE_CHILDREN),
    )
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def interleaved(rounds: int, works: Mapping[str, Callable[[], Cost]]) -> dict[str, Cost]:
    """Do all works once in each round, every other round backwards; return each one's medians."""
    costs: dict[str, list[Cost]] = {name: [] for name in works}
    for number in range(rounds):
        order = list(works) if number % 2 == 0 else list(works)[::-1]
        for name in order:
            costs[name].append(works[name]())
    return {name: median(of_one) for name, of_one in costs.items()}


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure, with the last one's output."""
    figures = (statistics.median(each) for each in zip(*(cost[:4] for cost in costs), strict=True))
    cpu, largest, together, wall = figures
    return Cost(cpu, largest, together, wall, costs[-1].output)


def tree(root: int) -> list[int]:
    """Return the processes that descend from `root`, itself first; empty when it has ended."""
    found, at = [root], 0
    while at < len(found):
        found += _children(found[at])
        at += 1
    return [pid for pid in found if Path(f"/proc/{pid}").exists()]


def tree_cpu(root: int) -> float:
    """Return the CPU seconds of a living process and all its descendants, living or ended."""
    total = 0
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended just now: its parent has its account
        total += sum(int(ticks) for ticks in fields[11:15])
    return total / TICKS


def children_cpu() -> float:
    """Return the CPU seconds of the living children of this process and of their descendants."""
    return sum(tree_cpu(pid) for pid in _children(os.getpid()))


def backend_cpu(pid: int) -> float:
    """Return the CPU seconds of one living process, to the nanosecond; of it alone."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


@contextmanager
def _ended_with_us(child: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    except BaseException:  # we are told to end: it must not go on alone
        child.kill()
        child.wait()
        raise


class _Peaks:
    largest = 0.0
    together = 0.0


@contextmanager
def _sampled(root: int) -> Iterator[_Peaks]:
    """Watch the memory of a process and its descendants from a thread, until the block ends."""
    peaks, ended = _Peaks(), threading.Event()

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            together = 0.0
            for pid in tree(root):
                # The kernel's own high-water mark: nothing between two samples is missed. That of
                # `wait4` would count what the starting process held before the new program began.
                peaks.largest = max(peaks.largest, _megabytes(pid, "status", "VmHWM:"))
                together += _megabytes(pid, "smaps_rollup", "Pss:")
            peaks.together = max(peaks.together, together)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        ended.set()
        watcher.join()


def _megabytes(pid: int, file: str, field: str) -> float:
    try:
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass  # it has ended
    return 0.0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except OSError:
        pass
    return found
