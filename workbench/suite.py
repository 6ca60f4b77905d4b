"""`test`: the checks and every test there is; `soak`: the long ones; `bench`: what things cost."""

from __future__ import annotations

import os
import subprocess
import sys

from workbench import browser, checks, child, environment

# Two processes: more would only fight for the cores of an ordinary machine.
PYTEST = ["-m", "pytest", "-n", "2", "--dist", "worksteal"]


def test(arguments: list[str]) -> int:
    """Run the checks, then pytest with `arguments`; return 0 only when all of it ran and passed."""
    environment.ensure("dev")
    running = checks.begin()
    chromium = browser.ensure()
    checks_failed = checks.outcome(running)
    # With CI set a missing browser is a failure of each test that needs it.
    without_browser = chromium is None and not os.environ.get("CI")
    chosen = "not browser and not soak" if without_browser else "not soak"
    tests_failed = _run_python([*PYTEST, "-m", chosen, *arguments])
    if checks_failed:
        print("The checks before the tests FAILED: see above.", file=sys.stderr)
    if without_browser:
        print(f"The browser tests did not run. Install a browser: {browser.HINT}", file=sys.stderr)
    return 1 if checks_failed or tests_failed or chromium is None else 0


def soak(arguments: list[str]) -> int:
    """Run the long tests that `test` leaves out, one after the other; return pytest's exit code."""
    environment.ensure("dev")
    return _run_python(["-m", "pytest", "-m", "soak", *arguments])


def bench(arguments: list[str]) -> int:
    """Measure and print the table; `arguments` go to the benchmark."""
    environment.ensure("dev")  # it brings PostgreSQL
    return _run_python(["-m", "bench", *arguments])


def _run_python(arguments: list[str]) -> int:
    command = [str(environment.PYTHON), *arguments]
    variables = environment.variables()
    return subprocess.run(
        command,
        cwd=environment.ROOT,
        env=variables,
        check=False,
        preexec_fn=child.die_with_parent,
    ).returncode
