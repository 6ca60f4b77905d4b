"""Entries from before are found by the person that they name, and chain on with SHA-256."""

import json

import sqlalchemy as sa
from alembic import command

from seeds.installation import migrations, upgrade_schema
from tests.factories.schema import COUNTY, KEY, rows


def test_entries_from_before_are_found_by_person(new_engine):
    engine = new_engine()
    upgrade_schema(engine)
    command.downgrade(migrations(engine), "0039")
    metadata = sa.MetaData()
    metadata.reflect(engine, only=["trail_entry"])
    said = ({"person": KEY.hex(), "reason": '"person":"'}, {"reason": '"person":"x"'}, {})
    with engine.begin() as connection:
        for number, detail in enumerate(said, 1):
            told = {**rows()["trail_entry"], "number": number}
            told["detail"] = json.dumps(detail, separators=(",", ":"))
            del told["suite"]
            connection.execute(sa.insert(metadata.tables["trail_entry"]).values(told))
    command.upgrade(migrations(engine), "head")
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT county, person_key, number FROM trail_person")
        assert [tuple(one) for one in found] == [(COUNTY, KEY, 1)]
        suites = connection.exec_driver_sql("SELECT DISTINCT suite FROM trail_entry")
        assert suites.scalars().all() == [1]
