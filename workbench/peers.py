"""The environment `.venv-peers`: what the bench measures the product against, and nothing of ours.

Made from its own hashed lock file, and only when such a measure is asked for.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from workbench.environment import ROOT, SetupFailed, variables

LOCK = "requirements-peers.lock"
VENV = ROOT / ".venv-peers"
STAMP = VENV / "tongxin-stamp"


def ensure() -> Path:
    """Make the environment ready; return its Python. Raises `SetupFailed`."""
    python = VENV / "bin" / "python"
    digest = hashlib.sha256(f"{VENV}\0{(ROOT / LOCK).read_text('utf-8')}".encode()).hexdigest()
    if STAMP.is_file() and STAMP.read_text("utf-8") == digest:
        return python
    print(f"Preparing {VENV.name} (once) …", file=sys.stderr, flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    _do([sys.executable, "-m", "venv", *(["--without-pip"] if _uv() else []), str(VENV)])
    what = ["--require-hashes", "--no-deps", "-r", LOCK]
    uv = _uv()
    if uv:
        _do([uv, "pip", "install", "--quiet", "--python", str(python), *what])
    else:
        pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        _do([*pip, "--no-input", *what])
    STAMP.write_text(digest, "utf-8")
    return python


def _uv() -> str | None:
    return shutil.which("uv")


def _do(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=variables(PIP_USER="0"), check=False)
    if done.returncode:
        raise SetupFailed(f"{VENV.name} could not be prepared: {' '.join(command)}")
