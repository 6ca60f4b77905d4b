"""What was sent or decided, in one number that goes on the trail: it can be shown later."""

import hashlib
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

_ROWS_AT_ONCE = 10_000


def digest_of(session: Session, said: Select[Any]) -> tuple[int, str]:
    """Return how many rows a query gives, and a SHA-256 over them.

    `said` selects row, person_key, match, change and clean, in the order of the rows. It is asked
    on the connection: the session's own rows cost as much again as to find them.
    """
    digest, count = hashlib.sha256(), 0
    told = session.connection().execute(said, execution_options={"stream_results": True})
    for part in told.partitions(_ROWS_AT_ONCE):
        lines = [
            f"{row}|{(key or b'').hex()}|{match}|{change}|{clean}\n"
            for row, key, match, change, clean in part
        ]
        digest.update("".join(lines).encode())
        count += len(part)
    return count, digest.hexdigest()
