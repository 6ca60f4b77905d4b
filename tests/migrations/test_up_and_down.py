"""Up, down step by step, and up again, with a row in every table."""

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from seeds.installation import migrations, schema_is_current, upgrade_schema
from tests.factories.schema import rows, whole_metadata


def _fill(engine: sa.Engine) -> None:
    tables = whole_metadata().tables
    with engine.begin() as connection:
        for name, row in rows().items():
            connection.execute(sa.insert(tables[name]).values(row))


def _counted(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        found = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in found
        }


def test_every_table_has_its_row_in_these_tests():
    assert set(rows()) == set(whole_metadata().tables)


def test_up_down_and_up_again_with_rows(new_engine):
    engine = new_engine()
    upgrade_schema(engine)
    _fill(engine)
    steps = list(ScriptDirectory.from_config(migrations(engine)).walk_revisions())
    for step in steps:
        left = _counted(engine)
        command.downgrade(migrations(engine), "-1")
        assert _counted(engine).items() <= left.items(), f"{step.revision} took too much away"
        assert not schema_is_current(engine)
    assert _counted(engine) == {}
    upgrade_schema(engine)
    _fill(engine)
    assert set(_counted(engine).values()) == {1}


def test_each_step_can_be_repeated(new_engine):
    """What a step down leaves behind would make the next step up fail."""
    engine = new_engine()
    revisions = [
        step.revision for step in ScriptDirectory.from_config(migrations(engine)).walk_revisions()
    ]
    for revision in reversed(revisions):
        command.upgrade(migrations(engine), revision)
        command.downgrade(migrations(engine), "-1")
        command.upgrade(migrations(engine), revision)
    assert schema_is_current(engine)


def test_again_changes_nothing(new_engine):
    engine = new_engine()
    upgrade_schema(engine)
    _fill(engine)
    upgrade_schema(engine)
    assert set(_counted(engine).values()) == {1}


def test_sqlite_keeps_its_foreign_keys_on(new_engine):
    engine = new_engine()
    upgrade_schema(engine)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
