"""Submits many small rosters, each for its own union by its own clerk, in this one process.

`python -m bench.many_rosters FOLDER`, in the environment of a seeded installation: each workbook
there is named for its union. Prints the CPU seconds of each as JSON: of this process, of the
database server's process that served it, and an even share of what the sandbox took for all, whose
processes have no accounts of their own once they have ended.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.measure import MeasureFailed, backend_cpu, children_cpu, cpu_seconds
from registry.accounts.names import clerk_name
from registry.accounts.queries import actor_named
from registry.app import create_app
from registry.db import db
from registry.jobs.operations import import_now
from registry.submissions.operations import submit
from registry.submissions.states import Kind, State


def main(folder: Path) -> list[float]:
    """Submit each workbook of a folder; return what each cost."""
    spent = []
    with create_app().app_context():
        server_seconds = _server_seconds(db.session())
        for path in sorted(folder.glob("*.xlsx")):
            before = cpu_seconds() + server_seconds()
            _submit(path)
            spent.append(cpu_seconds() + server_seconds() - before)
        share = children_cpu() / len(spent)
    return [own + share for own in spent]


def _submit(path: Path) -> None:
    actor = actor_named(db.session(), clerk_name(path.stem, 1))
    content = path.read_bytes()
    received = import_now(
        content, file_name=path.name, union_code=path.stem, kind=Kind.INCREMENT, actor=actor
    )
    if submit(received.submission_id, actor=actor).state is not State.SUBMITTED:
        raise MeasureFailed(f"{path.name} was not submitted")


def _server_seconds(session: Session) -> Callable[[], float]:
    """Return what tells the CPU seconds of the server's process behind this session; the pool gives
    the same connection each time."""
    if session.connection().dialect.name != "postgresql":
        return lambda: 0.0
    pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    session.rollback()
    return lambda: backend_cpu(pid)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))))
