"""The lock files: every package with its version and the hashes of its files, for all platforms."""

from __future__ import annotations

import shutil
import subprocess

from workbench import peers
from workbench.environment import LOCKS, ROOT, SetupFailed

HEADER = "# Written by `python3 dev.py lock` from pyproject.toml; not to be edited by hand.\n"


def write() -> int:
    """Write all lock files with the newest versions that pyproject.toml allows; return 0.

    No addresses are written: where packages come from is the installing machine's affair.
    Raises `SetupFailed` where uv is missing or fails.
    """
    uv = shutil.which("uv")
    if not uv:
        raise SetupFailed("uv is needed to write the lock files: https://docs.astral.sh/uv/")
    project = ["pyproject.toml", "--group", "build"]
    _compile(uv, LOCKS["run"], project)
    _compile(uv, LOCKS["dev"], [*project, "--group", "dev", "-c", LOCKS["run"]])
    _compile(uv, peers.LOCK, ["--group", "pyproject.toml:peers"])
    return 0


def _compile(uv: str, lock: str, what: list[str]) -> None:
    shape = ["--universal", "--python-version", "3.11", "--generate-hashes"]
    quiet = ["--quiet", "--no-emit-index-url", "--no-annotate", "--no-header"]
    command = [uv, "pip", "compile", *shape, *quiet, *what]
    made = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if made.returncode:
        raise SetupFailed(f"{lock} could not be written (see above)")
    (ROOT / lock).write_text(HEADER + made.stdout, "utf-8")
    print(f"{lock}: {made.stdout.count('==')} packages")
