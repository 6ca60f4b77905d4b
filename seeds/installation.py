"""The schema of an installation: laid and kept up by the migrations."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert
from sqlalchemy.engine import Engine

from config import ROOT
from registry.db import db, transaction
from registry.errors import InputRefused
from registry.unions.models import Level, TradeUnion

MIGRATIONS = ROOT / "migrations"


def migrations(engine: Engine) -> Config:
    """Return Alembic's configuration for the database of this engine."""
    config = Config(MIGRATIONS / "alembic.ini")
    config.attributes["engine"] = engine
    return config


def upgrade_schema(engine: Engine | None = None, revision: str = "head") -> None:
    """Bring the database to the newest schema, or to that of a revision; on a current one it
    changes nothing.

    Without an engine the running application's is taken. Everything happens in one transaction: a
    run that was killed half-way has changed nothing and is simply started again; of two at once,
    one waits for the other.
    """
    command.upgrade(migrations(engine or db.engine), revision)


def schema_is_current(engine: Engine | None = None) -> bool:
    """Tell whether the database has the schema that this version of the program expects."""
    script = ScriptDirectory.from_config(migrations(engine or db.engine))
    with (engine or db.engine).connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
    return set(found) == set(script.get_heads())


def knows_revision(revision: str) -> bool:
    """Tell whether this version of the program has a schema's revision."""
    script = ScriptDirectory.from_config(migrations(db.engine))
    return revision in {one.revision for one in script.walk_revisions()}


def lay_county(code: str, name: str) -> None:
    """Write the county federation of a new installation, where there is none yet.

    Raises `InputRefused` for a code that is no county's.
    """
    if len(code) != 6 or not code.isdigit() or not name.strip():
        raise InputRefused("county.code", "市总工会代码应为 6 位数字，名称不能为空。")
    with transaction() as session:
        if session.get(TradeUnion, code) is None:
            session.execute(
                insert(TradeUnion).values(
                    code=code,
                    county=code,
                    path=f"/{code}/",
                    level=Level.COUNTY,
                    name=name.strip(),
                    status="active",
                )
            )
