"""A worker as a process of its own, and waiting for what it does."""

import os
import subprocess
import sys
import time
from pathlib import Path

from registry.db import db
from tests.fixtures.logs import new_log

REGISTRY = Path(sys.executable).with_name("registry")
PATIENCE = 90


def start_worker(app):
    environment = {
        **os.environ,
        "REGISTRY_DATA": str(app.config["DATA"]),
        "DATABASE_URL": app.config["DATABASE_URL"],
        "REGISTRY_LEASE_SECONDS": "2",
    }
    with new_log("worker").open("w") as words:
        command = [REGISTRY, "work"]
        return subprocess.Popen(command, env=environment, stdout=words, stderr=words)


def wait_until(true, what):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        db.session.rollback()
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for: {what}")
