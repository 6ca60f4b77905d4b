"""A roster of 100,000 clean rows, checked, submitted, approved and counted by `registry`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench import roster, workbook

REGISTRY = str(Path(sys.executable).with_name("registry"))
UNION, CLERK, REVIEWER = "3310830010001", "clerk-3310830010001", "reviewer-331083001"


class Cost(NamedTuple):
    """What a command took: seconds on the wall and of all its processes, MB of its largest one."""

    wall: float
    cpu: float
    peak: float
    answer: dict[str, Any]


def main() -> int:
    """Print the table; return 1 when a command failed or did not take every row."""
    parser = argparse.ArgumentParser(prog="dev.py bench")
    parser.add_argument("--rows", type=int, default=100_000)
    count = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder:
        file = Path(folder) / "roster.xlsx"
        workbook.write(file, [roster.header(), *roster.rows(count)])
        size = file.stat().st_size / 1e6
        print(f"{count:,} rows × {len(roster.FIELDS)} columns, {size:.1f} MB, SQLite\n")
        print(f"{'':<10}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}   largest process's memory")
        environment = {**os.environ, "REGISTRY_DATA": str(Path(folder) / "data")}
        environment.pop("DATABASE_URL", None)
        return _measure(file, count, environment)


def _measure(file: Path, count: int, environment: dict[str, str]) -> int:
    _step("seed", ["seed", "--demo"], environment)
    checked = _step("check", ["check", str(file), "--json"], environment)
    place = ["--union", UNION, "--as", CLERK]
    submitted = _step("submit", ["submit", str(file), *place, "--json"], environment)
    submission = str(submitted.answer["submission"])
    approve = ["approve", submission, "--as", REVIEWER, "--json"]
    approved = _step("approve", approve, environment)
    _step("reconcile", ["reconcile", "--json"], environment)
    good = checked.answer["rows"]["ok"]
    admitted = approved.answer["approved"]
    print(f"\nof {count:,} rows {good:,} sound, {admitted:,} admitted")
    return 0 if good == admitted == count else 1


def _step(title: str, arguments: list[str], environment: dict[str, str]) -> Cost:
    cost = _run(arguments, environment)
    print(f"{title:<10}{cost.wall:>9.2f}{cost.cpu:>9.2f}{cost.peak:>9.0f}", flush=True)
    return cost


def _run(arguments: list[str], environment: dict[str, str]) -> Cost:
    """Run one `registry` command; exits with its own words when it is refused."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as words:
        started = time.perf_counter()
        child = subprocess.Popen(
            [REGISTRY, *arguments], env=environment, stdout=output, stderr=words
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        words.seek(0)
        if child.returncode not in (0, 1):
            raise SystemExit(f"registry {' '.join(arguments)}: {words.read().decode()}")
        answer = json.loads(output.read()) if "--json" in arguments else {}
    # Kilobytes on Linux, bytes on macOS.
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak, answer)
