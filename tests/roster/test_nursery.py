"""One nursery serves many files: each has its own process, and none learns of another."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.errors import RosterRefused
from registry.roster import launch
from registry.roster.nursery import NUMBER
from registry.roster.sandbox import ORDINARY, open_sheet
from tests.factories.reading import read, refusal
from tests.factories.workbooks import people, xlsx_of
from tests.roster.test_sandbox import hungry_roster, long_roster, slow_roster

ROOT = Path(__file__).parents[2]


def nursery() -> int:
    """Return the number of the running nursery's process."""
    read(xlsx_of(people(1)))
    assert launch._nursery is not None
    return launch._nursery._process.pid


def children(number: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{number}/task/{number}/children").read_text().split()]


def is_alive(number: int) -> bool:
    """Tell whether a process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def comes_true(condition: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def files_of(number: int) -> set[tuple[str, int]]:
    """Return what a process has open: the kernel's names, and numbers that tell files apart."""
    files = set()
    for file in Path(f"/proc/{number}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # what listing them had opened
            files.add((str(file.readlink()), file.stat().st_ino))
    return files


def test_one_nursery_forks_a_process_for_each_file():
    number, seen = nursery(), set()
    for count in range(1, 21):
        with open_sheet(xlsx_of(people(count))) as reader:
            seen.add(reader._child._process.pid)
            assert sum(len(batch.rows) for batch in reader) == count
    assert nursery() == number
    assert len(seen) == 20
    assert not children(number)


def test_a_crashed_child_leaves_nursery_and_neighbours_alone():
    number = nursery()
    with open_sheet(long_roster()) as reader, open_sheet(long_roster()) as neighbour:
        batches = iter(reader)
        next(batches)
        os.kill(reader._child._process.pid, signal.SIGSEGV)
        with pytest.raises(RosterRefused) as refused:
            list(batches)
        assert sum(len(batch.rows) for batch in neighbour) == 20_000
    assert refused.value.code == "file.damaged"
    assert nursery() == number


def test_limits_hold_in_every_child_of_one_nursery():
    number, slow, hungry = nursery(), slow_roster(), hungry_roster()
    for _ in range(2):
        assert refusal(slow, ORDINARY._replace(cpu_seconds=1)).code == "file.too_costly"
        assert refusal(hungry, ORDINARY._replace(memory_bytes=100 << 20)).code == "file.too_costly"
        assert len(read(xlsx_of(people(3))).rows) == 3
    assert nursery() == number


def test_a_child_that_is_killed_for_its_memory_is_too_costly():
    with open_sheet(long_roster()) as reader:
        batches = iter(reader)
        next(batches)
        os.kill(reader._child._process.pid, signal.SIGKILL)
        with pytest.raises(RosterRefused) as refused:
            list(batches)
    assert refused.value.code == "file.too_costly"


def test_the_file_after_the_nursery_was_killed_is_read_by_a_new_one():
    number = nursery()
    os.kill(number, signal.SIGKILL)
    assert len(read(xlsx_of(people(2))).rows) == 2
    assert nursery() != number


def test_a_reader_whose_nursery_was_killed_has_no_answer_and_its_child_dies():
    number = nursery()
    with open_sheet(long_roster()) as reader:
        child = reader._child._process.pid
        batches = iter(reader)
        next(batches)
        os.kill(number, signal.SIGKILL)
        # It says nothing of the file, which may be read again.
        with pytest.raises(RuntimeError, match="nursery"):
            list(batches)
    assert comes_true(lambda: not is_alive(child))


def test_a_nursery_that_cannot_start_says_why(monkeypatch):
    launch._end()
    monkeypatch.setattr(launch, "_import_path", lambda: ("/nowhere",))
    with pytest.raises(RuntimeError, match="No module named 'registry'"):
        read(xlsx_of(people(1)))


# Runs in a process of its own, for it takes the signals of deaths.
NO_FORK = """
import os, socket
from registry.roster import nursery

def fork():
    raise BlockingIOError("Resource temporarily unavailable")

os.fork = fork
orders, theirs = socket.socketpair()
life, their_life = socket.socketpair()
frames, their_frames = os.pipe()
complaints, their_complaints = os.pipe()
files = [os.open("/dev/null", 0), os.open("/dev/null", 0), their_frames, their_complaints]
order = nursery.ORDER.pack(b"read", 1 << 30, 1)
socket.send_fds(orders, [order], [*files, their_life.fileno()])
for number in files:
    os.close(number)
their_life.close()
orders.shutdown(socket.SHUT_WR)
nursery.Nursery(theirs, print).serve()
print(life.recv(99), os.read(frames, 9), os.read(complaints, 99))
"""


def test_a_child_that_cannot_be_forked_says_why():
    done = subprocess.run(
        [sys.executable, "-c", NO_FORK], cwd=ROOT, capture_output=True, check=True, text=True
    )
    said = (NUMBER.pack(0) + NUMBER.pack(1), b"", b"Resource temporarily unavailable")
    assert done.stdout.strip() == " ".join(map(repr, said))


def test_nothing_of_one_file_is_open_in_the_child_of_another():
    number = nursery()
    mine = files_of(os.getpid())
    with open_sheet(long_roster()) as one, open_sheet(long_roster()) as other:
        first, second = (files_of(it._child._process.pid) for it in (one, other))
        null = {file for file in first if file[0] == "/dev/null"}
        kinds = sorted(name.partition(":")[0] for name, _ in first)
        # Nothing to read, content and argument, frames and complaints.
        assert kinds == ["/dev/null", "/memfd", "/memfd", "pipe", "pipe"]
        assert len(second) == len(first)
        assert first & second == null
        # The nursery keeps no file of anybody: of each child it has a lifeline alone.
        assert files_of(number) & (first | second) == null
    assert files_of(os.getpid()) == mine


def test_no_child_has_an_environment_or_another_place_than_the_root(monkeypatch):
    monkeypatch.setenv("REGISTRY_SECRET", "geheim")
    launch._end()
    number = nursery()
    with open_sheet(long_roster()) as reader:
        child = reader._child._process.pid
        for one in (number, child):
            assert b"geheim" not in Path(f"/proc/{one}/environ").read_bytes()
            assert str(Path(f"/proc/{one}/cwd").readlink()) == "/"
        assert os.getsid(child) == os.getpgid(child) == child


def test_the_nursery_has_one_thread():
    assert len(list(Path(f"/proc/{nursery()}/task").iterdir())) == 1


def test_readers_in_many_threads_do_not_disturb_each_other():
    number, found = nursery(), {}

    def work(count: int) -> None:
        for _ in range(5):
            found.setdefault(count, set()).add(len(read(xlsx_of(people(count))).rows))

    threads = [threading.Thread(target=work, args=(count,)) for count in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {count: {count} for count in range(1, 9)}
    assert nursery() == number
    assert not children(number)


def test_a_fork_of_the_caller_has_a_nursery_of_its_own():
    number = nursery()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            own = nursery()
            launch._end()
            os._exit(0 if own != number and is_alive(number) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert nursery() == number


CALLER = """
import os, sys
from registry.roster import launch
from registry.roster.sandbox import open_sheet
from tests.roster.test_sandbox import long_roster
reader = open_sheet(long_roster())
if sys.argv[1] == "fork" and os.fork() == 0:
    import time
    time.sleep(60)
print(launch._nursery._process.pid, reader._child._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["alone", "fork"])
def test_nothing_outlives_a_caller_that_is_killed(how):
    with subprocess.Popen(
        [sys.executable, "-c", CALLER, how],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as caller:
        numbers = [int(one) for one in caller.stdout.readline().split()]
        assert all(map(is_alive, numbers))
        caller.kill()
        # A process that the caller forked lives on, and does not keep the nursery alive.
        assert comes_true(lambda: not any(map(is_alive, numbers)))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(caller.pid, signal.SIGKILL)


def test_a_caller_that_ends_waits_for_its_nursery():
    code = CALLER.replace("sys.stdin.read()", "reader.close()")
    done = subprocess.run(
        [sys.executable, "-c", code, "alone"], cwd=ROOT, capture_output=True, check=True
    )
    assert not any(is_alive(int(one)) for one in done.stdout.split())
    assert not done.stderr
