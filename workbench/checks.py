"""What is judged without running the product: lint, formatting, types and the order of imports."""

from __future__ import annotations

import subprocess

from workbench.environment import ROOT, executable, variables

CHECKS = (
    ("ruff check", ["ruff", "check", "--quiet"]),
    ("ruff format", ["ruff", "format", "--check", "--quiet"]),
    ("mypy", ["mypy", "--no-error-summary"]),
    ("import contract", ["lint-imports"]),
)


Running = list[tuple[str, subprocess.Popen[str]]]


def run() -> int:
    """Run all checks side by side, print each one's outcome; return 1 when any found something."""
    return outcome(begin())


def begin() -> Running:
    """Start all checks side by side; `outcome` waits for them."""
    return [(title, _start(command)) for title, command in CHECKS]


def outcome(running: Running) -> int:
    """Print what each check came to; return 1 when any found something."""
    outcomes = [_outcome(title, process) for title, process in running]
    return 0 if all(outcomes) else 1


def _start(command: list[str]) -> subprocess.Popen[str]:
    program, *arguments = command
    return subprocess.Popen(
        [executable(program), *arguments],
        cwd=ROOT,
        env=variables(NO_COLOR="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _outcome(title: str, process: subprocess.Popen[str]) -> bool:
    output, _ = process.communicate()
    passed = process.returncode == 0
    print(f"{title}: {'passed' if passed else 'FAILED'}", flush=True)
    if not passed:
        print(output, flush=True)
    return passed
