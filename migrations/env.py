"""How migrations run: all that are missing in one transaction, so that a killed run leaves nothing.

No model is imported and no naming convention applies: a migration says every name in full and does
the same in ten years, whatever the models look like then. `tests/migrations` holds that both agree.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection, Engine

# Any number, but the same in every process of one installation ("tongxin" in ASCII).
LOCK = 0x746F6E6778696E


def _engine() -> Engine:
    """Return the engine handed over, else that of the application (`flask db …`)."""
    given: Engine | None = context.config.attributes.get("engine")
    if given is not None:
        return given
    engine: Engine = current_app.extensions["sqlalchemy"].engine
    return engine


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by building it anew, which its foreign keys would forbid.

    The switch works outside transactions only; what it let pass is looked for before the commit.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON").close()


def _one_at_a_time(connection: Connection) -> None:
    """Let a second process wait, and then find nothing to do.

    On SQLite the transaction itself does so (BEGIN IMMEDIATE). On PostgreSQL, once it is our turn,
    a statement that has to wait for a busy table gives up rather than hold up the site.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")


def _refuse_dangling(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if dangling:
            raise RuntimeError(f"the migration would leave rows without their parents: {dangling}")


def run() -> None:
    """Migrate the database of the engine."""
    with _engine().connect().execution_options(writing=True) as connection:
        context.configure(
            connection=connection,
            # SQLite's data definition is transactional; Alembic only assumes otherwise.
            transactional_ddl=True,
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with _foreign_keys_off(connection), context.begin_transaction():
            _one_at_a_time(connection)
            context.run_migrations()
            _refuse_dangling(connection)


run()
