"""The environment `.venv`: made once from a hashed lock file, and again when that changes.

A stamp in it says what it holds. It is removed before anything is changed and written last, so that
an interrupted set-up has none and is made anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "tongxin-stamp"

# The second holds everything of the first in the same versions, so "dev" serves "run" as well.
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}


class SetupFailed(Exception):
    """The environment cannot be made; the message is one plain line for the terminal."""


def ensure(level: str) -> None:
    """Make `.venv` ready for `level`, "run" or "dev"; costs some hundredths of a second when it is.

    Raises `SetupFailed`.
    """
    if level in _levels_ready():
        return
    with _alone():
        ready = _levels_ready()
        if level in ready:
            return
        print(f"Preparing {VENV.name} (once, about half a minute) …", flush=True)
        try:
            STAMP.unlink(missing_ok=True)
            _install(level, keep=bool(ready))
            _write_stamp([*ready, *(name for name in LOCKS if name == level or level == "dev")])
        except OSError as error:
            raise SetupFailed(f"{VENV} cannot be written: {error.strerror}") from error


def executable(name: str) -> str:
    """Return the path of a program that the environment brings."""
    return str(VENV / "bin" / name)


def variables(**extra: str) -> dict[str, str]:
    """Return the variables for child processes: ours, less those that lead Python astray."""
    astray = {"PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    return {**kept, **extra}


def _digest(level: str) -> str:
    """Return a digest of everything that the environment for `level` follows from."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    parts = [
        str(ROOT),  # an environment that was moved has scripts that point nowhere
        repr((project["build-system"], project["project"], project["tool"]["hatch"])),
        (ROOT / LOCKS[level]).read_text("utf-8"),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _levels_ready() -> list[str]:
    """Return the levels for which the environment stands and works."""
    try:
        stamped = STAMP.read_text("utf-8").split("\n")
    except OSError:
        return []
    ready = [level for level in LOCKS if f"{level} {_digest(level)}" in stamped]
    return ready if ready and _python_is_the_one_of(stamped[0]) else []


def _python_version() -> str:
    """Return major and minor version of the environment's Python; "" when it does not start."""
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    with contextlib.suppress(OSError):
        answer = subprocess.run([PYTHON, "-ISc", ask], capture_output=True, text=True, check=False)
        return answer.stdout.strip()
    return ""


def _python_is_the_one_of(stamped: str) -> bool:
    # The system's Python may have been removed or replaced under the environment since.
    return stamped == f"python {_python_version()}"


def _write_stamp(levels: list[str]) -> None:
    lines = [f"python {_python_version()}", *(f"{name} {_digest(name)}" for name in levels)]
    draft = STAMP.with_suffix(".new")
    draft.write_text("\n".join(lines), "utf-8")
    draft.replace(STAMP)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Hold off a second set-up of the same checkout until this one has ended."""
    folder = os.open(ROOT, os.O_RDONLY)
    # The installers inherit the lock: one that outlives a killed set-up still holds off the next.
    os.set_inheritable(folder, True)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout is running; waiting for it …", flush=True)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _install(level: str, *, keep: bool) -> None:
    """Install a lock file and the project, into a new environment or a sound one (`keep`)."""
    uv = shutil.which("uv")
    if uv and _install_with_uv(uv, LOCKS[level], keep=keep):
        return
    # Also where uv is there and fails: pip may know of a mirror that uv was not told of.
    _install_with_pip(LOCKS[level], keep=keep and not uv)


def _install_with_uv(uv: str, lock: str, *, keep: bool) -> bool:
    install = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    steps = [
        [*install, "--require-hashes", "--no-deps", "-r", lock],
        [*install, "--no-deps", "--no-build-isolation", "-e", "."],
    ]
    if not keep:
        _remove()
        steps.insert(0, [uv, "venv", "--quiet", "--python", _base_python(), str(VENV)])
    return all(_succeeds(step) for step in steps)


def _install_with_pip(lock: str, *, keep: bool) -> None:
    pip = _pip_from_outside()
    if not keep:
        _remove()
        # Leaving pip out of the environment is quicker, and Debian's Python may lack ensurepip.
        without = ["--without-pip"] if pip else []
        _do([_base_python(), "-m", "venv", *without, str(VENV)])
    pip = pip or [str(PYTHON), "-m", "pip"]
    install = [*pip, "install", "-qq", "--disable-pip-version-check", "--no-input"]
    _do([*install, "--require-hashes", "--no-deps", "-r", lock])
    _do([*install, "--no-deps", "--no-build-isolation", "-e", "."])


def _pip_from_outside() -> list[str]:
    """Return a pip that installs into `.venv` without living there; empty where there is none."""
    pip = [_base_python(), "-m", "pip"]
    found = subprocess.run([*pip, "--version"], capture_output=True, check=False)
    return [*pip, "--python", str(PYTHON)] if found.returncode == 0 else []


def _base_python() -> str:
    """Return a Python outside of `.venv`, which may be about to be removed."""
    if Path(sys.prefix).resolve() == VENV.resolve():
        return getattr(sys, "_base_executable", sys.executable)
    return sys.executable


def _remove() -> None:
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)


def _succeeds(command: list[str]) -> bool:
    # A user's own PIP_USER=1 would make pip refuse every environment.
    mine = variables(PIP_USER="0")
    return subprocess.run(command, cwd=ROOT, env=mine, close_fds=False, check=False).returncode == 0


def _do(command: list[str]) -> None:
    if not _succeeds(command):
        raise SetupFailed(f"{VENV.name} could not be prepared (see above): {' '.join(command)}")
