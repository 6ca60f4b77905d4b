"""Starts and ends sandboxes one after the other and prints what they took as JSON: the median of
seconds on the wall until one stood ready, and CPU seconds for each of them, its end and an empty
file's refusal included; of the first, which starts the nursery as well, apart."""

import json
import sys
import time
from statistics import median

from bench.measure import children_cpu, cpu_seconds
from registry.roster.process import Child
from registry.roster.sandbox import ORDINARY, reading_argument

STARTS = 100


def main() -> dict[str, float]:
    """Start and end sandboxes; return what the starts took."""
    argument = reading_argument(ORDINARY)
    before = _cpu()
    _start(argument)
    first = _cpu()
    walls = [_start(argument) for _ in range(STARTS)]
    cpu = (_cpu() - first) / STARTS
    return {"wall": median(walls), "cpu": cpu, "first": first - before}


def _start(argument: bytes) -> float:
    began = time.perf_counter()
    child = Child("read", b"", argument, ORDINARY)
    wall = time.perf_counter() - began
    child.close()
    return wall


def _cpu() -> float:
    return cpu_seconds() + children_cpu()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
