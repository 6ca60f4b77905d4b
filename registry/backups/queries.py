"""Which backups were made, as the trail has them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.trail import queries as trail
from registry.unions.queries import counties

MADE, OPERATOR = "backup.make", "operator"


class Backup(NamedTuple):
    """A backup that was made: when it was complete, how many rows and originals it has, how many
    originals were not there, the size and SHA-256 of its file.
    """

    at: datetime
    rows: int
    originals: int
    missing: int
    size: int
    sha256: str


def recent(session: Session, county: str, limit: int = 30) -> list[Backup]:
    """Return the newest backups, newest first."""
    found = trail.entries(session, county, actor_name=OPERATOR, action=MADE, limit=limit)
    return [
        Backup(
            entry.at,
            *(entry.detail[name] for name in ("rows", "originals", "missing", "bytes", "sha256")),
        )
        for entry in found
    ]


def last_made(session: Session) -> datetime | None:
    """Return when the last backup of the installation was made; None where there was none."""
    found = [one.at for county in counties(session) for one in recent(session, county, 1)]
    return max(found, default=None)
