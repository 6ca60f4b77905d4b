"""Tallies of days become counts at the end of each day, and days again."""

from datetime import date

import pytest
import sqlalchemy as sa
from alembic import command

from seeds.installation import migrations, upgrade_schema
from tests.factories.schema import rows, whole_metadata

UNION, OTHER = "3310830010001", "3310830010002"
DAYS = (
    (UNION, date(2025, 3, 1), 5, 0, 7),
    (UNION, date(2025, 3, 9), -2, 2, 0),
    (UNION, date(2025, 6, 1), 1, -1, -7),
    (OTHER, date(2025, 3, 4), 40, 0, 0),
)
COUNTS = (
    (UNION, date(2025, 3, 1), 5, 0, 7),
    (UNION, date(2025, 3, 9), 3, 2, 7),
    (UNION, date(2025, 6, 1), 4, 1, 0),
    (OTHER, date(2025, 3, 4), 40, 0, 0),
)


@pytest.fixture
def engine(new_engine):
    """An engine on a database as it was when tallies held what a day changed."""
    engine = new_engine()
    upgrade_schema(engine)
    command.downgrade(migrations(engine), "0014")
    tally = whole_metadata().tables["tally"]
    names = ("union_code", "day", "active", "retained", "pending")
    with engine.begin() as connection:
        there = {column["name"] for column in sa.inspect(connection).get_columns("tally")}
        row = {name: value for name, value in rows()["tally"].items() if name in there}
        for told in DAYS:
            values = row | dict(zip(names, told, strict=True))
            connection.execute(sa.insert(tally).values(values))
    return engine


def kept(engine):
    """Return what the tallies say, in order."""
    tally = whole_metadata().tables["tally"].c
    query = sa.select(tally.union_code, tally.day, tally.active, tally.retained, tally.pending)
    with engine.connect() as connection:
        found = connection.execute(query.order_by(tally.union_code, tally.day))
        return tuple(tuple(row) for row in found)


def test_counts_at_the_end_of_each_day_and_back(engine):
    assert kept(engine) == DAYS
    command.upgrade(migrations(engine), "0015")
    assert kept(engine) == COUNTS
    command.downgrade(migrations(engine), "0014")
    assert kept(engine) == DAYS
