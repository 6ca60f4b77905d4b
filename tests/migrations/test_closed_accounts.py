"""A closed account opens nothing, whatever a statement says: refused from now on, mended before."""

import pytest
import sqlalchemy as sa
from alembic import command

from seeds.installation import migrations, upgrade_schema
from tests.factories.schema import AT, rows, whole_metadata

OPEN = {"is_locked": False, "password_hash": "-", "closed_at": None, "closed_why": None}
ACCOUNTS = "SELECT id, is_locked, password_hash, closed_why FROM account ORDER BY id"


def add(engine, number, **values):
    with engine.begin() as connection:
        statement = sa.insert(whole_metadata().tables["account"])
        row = rows()["account"] | {"id": number, "name": f"clerk-{number}"} | OPEN
        connection.execute(statement.values(row | values))


def change(engine, statement):
    with engine.begin() as connection:
        return connection.exec_driver_sql(statement)


def test_what_is_closed_in_part_is_closed_in_full_and_stays_so(new_engine):
    engine = new_engine()
    upgrade_schema(engine)
    command.downgrade(migrations(engine), "0042")
    with engine.begin() as connection:
        union = whole_metadata().tables["trade_union"]
        connection.execute(sa.insert(union).values(rows()["trade_union"]))
    add(engine, 1)
    add(engine, 2, closed_at=AT)
    add(engine, 3, closed_why="交接")
    add(engine, 4, closed_at=AT, closed_why="调离", is_locked=True, password_hash="")
    upgrade_schema(engine)
    with engine.begin() as connection:
        found = [tuple(row) for row in connection.exec_driver_sql(ACCOUNTS)]
    assert found == [
        (1, False, "-", None),
        (2, True, "", "未写明"),
        (3, False, "-", None),
        (4, True, "", "调离"),
    ]
    for wrong in (
        "is_locked = FALSE",
        "password_hash = '-'",
        "closed_why = NULL",
        "closed_at = NULL",
    ):
        with pytest.raises(sa.exc.IntegrityError, match="closed"):
            change(engine, f"UPDATE account SET {wrong} WHERE id = 4")
    with pytest.raises(sa.exc.IntegrityError, match="closed"):
        add(engine, 5, closed_at=AT, closed_why="调离", password_hash="")
    change(engine, "UPDATE account SET is_locked = TRUE WHERE id = 1")
