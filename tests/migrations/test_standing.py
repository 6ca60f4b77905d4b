"""Stretches of days begin with the history that the register had before them."""

import json
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from alembic import command

from seeds.installation import migrations, upgrade_schema
from tests.factories.schema import COUNTY, UNION, rows, whole_metadata

NOON = {day: datetime(2025, 3, day, 4, tzinfo=UTC) for day in (1, 5, 7, 9)}
# Midnight in UTC is morning in Shanghai; the evening before is the next day there.
LATE = datetime(2025, 3, 11, 17, tzinfo=UTC)


@pytest.fixture
def engine(new_engine):
    """An engine on a database as it was before, with two members."""
    engine = new_engine()
    upgrade_schema(engine)
    command.downgrade(migrations(engine), "0024")
    tables, row = whole_metadata().tables, rows()
    told = {"sex": "2", "is_migrant_worker": "1", "born_on": "1985-07-01"}
    kept = {"county": COUNTY, "union_code": UNION}
    memberships = (
        {"id": 1, "member_id": 1, "state": "RETAINED", "admitted_at": NOON[1], "ended_at": None},
        {"id": 2, "member_id": 2, "state": "ENDED", "admitted_at": NOON[5], "ended_at": LATE},
        {"id": 3, "member_id": 2, "state": "ENDED", "admitted_at": NOON[1], "ended_at": NOON[1]},
    )
    events = (
        {"id": 1, "membership_id": 1, "type": "RETAIN", "recorded_at": NOON[7]},
        {"id": 2, "membership_id": 1, "type": "RESUME", "recorded_at": NOON[9]},
        {"id": 3, "membership_id": 1, "type": "RETAIN", "recorded_at": LATE},
    )
    with engine.begin() as connection:
        for number in (1, 2):
            key = {"id": number, "person_key": bytes([number]) * 32}
            said = {**key, "particulars": json.dumps(told)}
            connection.execute(sa.insert(tables["member"]).values({**row["member"], **said}))
        for one in memberships:
            key = {"person_key": bytes([one["member_id"]]) * 32}
            values = {**row["membership"], **kept, **key, **one}
            connection.execute(sa.insert(tables["membership"]).values(values))
        for one in events:
            values = {**row["membership_event"], "member_id": 1, "to_union": UNION, **one}
            connection.execute(sa.insert(tables["membership_event"]).values(values))
    return engine


def test_the_history_becomes_stretches_and_counts(engine):
    command.upgrade(migrations(engine), "0025")
    standing = whole_metadata().tables["standing"].c
    composition = whole_metadata().tables["composition"].c
    days = {number: date(2025, 3, number) for number in range(1, 13)}
    with engine.connect() as connection:
        query = sa.select(standing.member_id, standing.since, standing.until, standing.state)
        found = connection.execute(query.order_by(standing.member_id, standing.since)).all()
        assert [tuple(one) for one in found] == [
            (1, days[1], days[7], "ACTIVE"),
            (1, days[7], days[9], "RETAINED"),
            (1, days[9], days[12], "ACTIVE"),
            (1, days[12], None, "RETAINED"),
            (2, days[5], days[12], "ACTIVE"),
        ]
        query = sa.select(composition.day, composition.by_year).order_by(composition.day)
        facts = ",2,1,,1985"
        assert [tuple(one) for one in connection.execute(query)] == [
            (days[1], f'{{"ACTIVE{facts}": 1}}'),
            (days[5], f'{{"ACTIVE{facts}": 2}}'),
            (days[7], f'{{"ACTIVE{facts}": 1, "RETAINED{facts}": 1}}'),
            (days[9], f'{{"ACTIVE{facts}": 2}}'),
            (days[12], f'{{"RETAINED{facts}": 1}}'),
        ]
