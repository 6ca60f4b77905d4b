"""Four eyes and separate powers: what the operations refuse, no statement can store either."""

import pytest
import sqlalchemy as sa

from registry.access.roles import SEPARATE, Role
from seeds.installation import upgrade_schema
from tests.factories.schema import rows, whole_metadata

SENDER, REVIEWER = 1, 2
SENT = {"created_by": 3, "submitted_by": SENDER}


@pytest.fixture
def filled(new_engine):
    """An engine on a database with one row in every table."""
    engine = new_engine()
    upgrade_schema(engine)
    with engine.begin() as connection:
        for name, row in rows().items():
            connection.execute(sa.insert(whole_metadata().tables[name]).values(row))
    return engine


def add(engine, table, **values):
    """Store one more row like the one that is there."""
    with engine.begin() as connection:
        statement = sa.insert(whole_metadata().tables[table])
        connection.execute(statement.values(rows()[table] | values))


def change(engine, statement):
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def is_refused(act, *arguments, **values):
    with pytest.raises(sa.exc.DBAPIError, match=r"four.eyes|ix_account_role_power|account_role\."):
        act(*arguments, **values)


def test_no_statement_goes_round_four_eyes_or_separate_powers(filled):
    number = rows()["submission"]["id"]
    # who sent a roster, or made it for another to send
    add(filled, "submission", id=number + 1, is_current=False, **SENT)
    of_it = {"submission_id": number + 1}
    for number_of_decision, decider in enumerate(SENT.values(), start=10):
        is_refused(add, filled, "decision", id=number_of_decision, decided_by=decider, **of_it)
    add(filled, "decision", id=20, decided_by=REVIEWER, **of_it)
    # who sent it does not become another, before or after
    for name in SENT:
        is_refused(change, filled, f"UPDATE submission SET {name} = 9 WHERE id = {number + 1}")
    is_refused(change, filled, "UPDATE submission SET state = 'STAGED', closed_at = NULL")
    change(filled, f"UPDATE submission SET version = version + 1 WHERE id = {number + 1}")
    # a correction granted by who asked for it, or by nobody
    case = "UPDATE identity_case SET {}"
    is_refused(change, filled, case.format("decided_by = opened_by"))
    is_refused(change, filled, case.format("decided_by = NULL"))
    is_refused(change, filled, case.format("opened_by = NULL"))
    is_refused(add, filled, "identity_case", id=2, opened_by=SENDER, decided_by=SENDER)
    # an explanation accepted by who gave it
    answered = {
        "state": "ACCEPTED",
        "answer": "已退休",
        "answered_by": SENDER,
        "answered_at": rows()["submission"]["created_at"],
        "decided_at": rows()["submission"]["created_at"],
    }
    is_refused(add, filled, "explanation", id=2, decided_by=SENDER, **answered)
    add(filled, "explanation", id=2, decided_by=REVIEWER, **answered)
    # two powers in one account
    assert rows()["account_role"]["role"] in SEPARATE
    for role in SEPARATE - {Role.ADMINISTRATOR}:
        is_refused(add, filled, "account_role", role=role)
    add(filled, "account_role", role=Role.CLERK)
    is_refused(change, filled, "UPDATE account_role SET role = 'AUDITOR' WHERE role = 'CLERK'")
