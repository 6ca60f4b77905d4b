"""Starts sandboxes one after the other and prints what each took until it stood ready, as JSON:
seconds on the wall, and CPU seconds of it and of what started it."""

import json
import sys
import time

from bench.measure import cpu_seconds
from registry.roster.process import Child
from registry.roster.sandbox import ORDINARY, reading_argument

STARTS = 21


def main() -> dict[str, list[float]]:
    """Start and end sandboxes; return what the starts took."""
    argument = reading_argument(ORDINARY)
    walls, spent = [], []
    for _ in range(STARTS):
        cpu, wall = cpu_seconds(), time.perf_counter()
        child = Child("read", b"", argument, ORDINARY)
        walls.append(time.perf_counter() - wall)
        child.close()
        spent.append(cpu_seconds() - cpu)
    return {"wall": walls, "cpu": spent}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
