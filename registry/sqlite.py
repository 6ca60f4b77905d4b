"""How SQLite is spoken to.

It runs in WAL with `synchronous=FULL` (an acknowledged commit survives a power cut) and writers
begin with BEGIN IMMEDIATE, so that two writers queue instead of failing half-way.
"""

from typing import Any

from sqlalchemy.engine import Connection


def prepare_connection(dbapi_connection: Any, _record: Any) -> None:
    """Set a new connection up, where it is one of SQLite."""
    if type(dbapi_connection).__module__.partition(".")[0] != "sqlite3":
        return
    # The driver's own implicit BEGIN would come too late; `begin` below does it.
    dbapi_connection.isolation_level = None
    for pragma in (
        # Counts for a new database only: half as many pages for the wide rows of a roster.
        "page_size=8192",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "temp_store=MEMORY",
        # The default of 2 MB makes a large admission write its index pages again and again.
        "cache_size=-65536",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}").close()


def begin(connection: Connection) -> None:
    """Begin a transaction on SQLite, as one that writes where it is going to."""
    if connection.dialect.name == "sqlite":
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
