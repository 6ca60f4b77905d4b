#!/usr/bin/env python3
"""One door to everything that is done with a checkout: `python3 dev.py` lists it.

Python's standard library only; each command does its own set-up (see `workbench/`).
"""

from __future__ import annotations

import sys

COMMANDS = {
    "run": "start Tongxin with Yuhuan's demo data on http://127.0.0.1:8000 (PORT changes it)",
    "test": "set up, lint, type and run every test; what follows is passed on to pytest",
    "soak": "the long tests that test leaves out: the same act hundreds of times, killed, at once",
    "drills": "every fault that must be outlasted, many times over: killed, cut off, full, at once",
    "setup": "only prepare .venv, for run and for test",
    "check": "lint, formatting, types and the order of imports",
    "bench": "measure what the product costs beside what it is compared with, as one table",
    "sbom": "print what the product is made of as CycloneDX JSON, or write it to the file named",
    "lock": "write the hashed lock files anew from pyproject.toml (needs uv)",
}


def listing() -> str:
    """Return the commands, one a line."""
    lines = [f"  python3 dev.py {name:<6} {what}" for name, what in COMMANDS.items()]
    return "\n".join(["Tongxin, from a checkout:", "", *lines])


def perform(command: str, arguments: list[str]) -> int:
    """Carry out one command; return its exit code.

    The parts are imported only when asked for, so that a warm start stays short.
    """
    if command == "run":
        from workbench import demo_site

        return demo_site.run()
    if command == "test":
        from workbench import suite

        return suite.test(arguments)
    if command == "soak":
        from workbench import suite

        return suite.soak(arguments)
    if command == "drills":
        from workbench import drills

        return drills.run(arguments)
    if command == "check":
        from workbench import checks, environment

        environment.ensure("dev")
        return checks.run()
    if command == "bench":
        from workbench import suite

        return suite.bench(arguments)
    if command == "sbom":
        from workbench import sbom

        return sbom.run(arguments)
    if command == "lock":
        from workbench import locks

        return locks.write()
    from workbench import environment

    environment.ensure("dev")
    return 0


def main() -> int:
    """Read the command line; return the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this line is what an older Python shows
        print("Tongxin needs Python 3.11 or newer; this is " + sys.version.split()[0])
        return 1
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Chinese shows question marks instead of ending the program.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    command, *arguments = sys.argv[1:] or [""]
    if command not in COMMANDS:
        print(listing())
        return 0 if command in ("", "help", "-h", "--help") else 2
    from workbench.environment import SetupFailed

    try:
        return perform(command, arguments)
    except SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
