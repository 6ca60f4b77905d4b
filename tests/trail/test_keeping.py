"""The log keeper's verification and summary."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from registry.access import trail_keeping
from registry.access.roles import Role
from registry.clock import now
from registry.db import db, transaction
from registry.errors import Forbidden
from registry.trail import operations, queries, verification
from tests.factories.accounts import make_actor
from tests.factories.unions import COUNTY


def record(result="done"):
    with transaction() as session:
        operations.record(session, "a.b", actor=None, place=COUNTY, county=COUNTY, result=result)


def summary():
    return verification.summary(db.session(), COUNTY, now() - timedelta(days=1))


def test_a_verification_is_on_the_trail_with_its_outcome():
    keeper = make_actor(Role.LOG_KEEPER, COUNTY)
    record()
    outcome = trail_keeping.verify(actor=keeper)
    assert (outcome.checked, outcome.faults) == (1, [])
    entry = queries.entries(db.session(), COUNTY)[0]
    assert (entry.action, entry.result) == ("trail.verify", "done")
    assert entry.detail == {"checked": 1, "faults": 0}


def test_a_verification_that_finds_something_says_so():
    keeper = make_actor(Role.LOG_KEEPER, COUNTY)
    record()
    with transaction() as session:
        session.execute(text("UPDATE trail_entry SET place = 'x'"))
    assert [fault.number for fault in trail_keeping.verify(actor=keeper).faults] == [1]
    assert summary().last_verified.result == "faulty"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER])
def test_only_the_log_keeper_verifies(role):
    with pytest.raises(Forbidden):
        trail_keeping.verify(actor=make_actor(role, COUNTY))


def test_the_summary_counts_entries_and_refusals():
    assert summary() == (0, 0, None)
    for result in ("done", "refused:wrong", "refused:locked"):
        record(result)
    assert summary()[:2] == (3, 2)
    later = verification.summary(db.session(), COUNTY, now() + timedelta(seconds=1))
    assert later.refused == 0
