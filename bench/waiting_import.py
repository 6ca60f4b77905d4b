"""Queues a workbook for several unions, as their clerks' uploads do, for a worker to read.

`python -m bench.waiting_import WORKBOOK`, in the environment of a seeded installation.
"""

import sys
from pathlib import Path

from registry.accounts.queries import actor_named
from registry.app import create_app
from registry.db import db
from registry.jobs.operations import upload
from registry.submissions.states import Kind

# More than a worker reads while it is watched.
UNIONS = tuple(f"33108300100{number}" for number in range(30, 36))


def main() -> None:
    """Queue the workbook once for each union."""
    path = Path(sys.argv[1])
    with create_app().app_context():
        for code in UNIONS:
            actor = actor_named(db.session(), f"clerk-{code}")
            upload(
                path.read_bytes(),
                file_name=path.name,
                union_code=code,
                kind=Kind.INCREMENT,
                actor=actor,
            )


if __name__ == "__main__":
    main()
