"""When the last backup was made, as the trail has it."""

from datetime import datetime

from sqlalchemy.orm import Session

from registry.trail import queries as trail
from registry.unions.queries import counties

MADE, OPERATOR = "backup.make", "operator"


def last_made(session: Session) -> datetime | None:
    """Return when the last backup was made; None where the trail knows of none."""
    found = [
        entry.at
        for county in counties(session)
        for entry in trail.entries(session, county, actor_name=OPERATOR, action=MADE, limit=1)
    ]
    return max(found, default=None)
