"""What a database holds, to be compared before and after."""

from sqlalchemy import select

from registry.db import Base, db

# Who looked and who is there is written down at every request; nothing else is.
LOOKS = {
    "trail_entry",
    "trail_head",
    "trail_person",
    "sign_in_session",
    "sign_in_failure",
    "worker_beat",
}
_OF_ACCOUNTS = ("last_sign_in_at",)


def dump() -> dict[str, list[str]]:
    """Return the rows of every table as text, without what a look leaves behind."""
    db.session.rollback()
    return {
        table.name: sorted(
            repr(tuple(row))
            for row in db.session.execute(
                select(*(one for one in table.columns if one.name not in _OF_ACCOUNTS))
            )
        )
        for table in Base.metadata.sorted_tables
        if table.name not in LOOKS
    }
