"""The recount and the export as acts: who may, and what the trail keeps."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from registry.access.roles import Role
from registry.clock import today
from registry.db import db, transaction
from registry.errors import Forbidden, InputRefused, NotFound
from registry.members.models import Tally
from registry.review.operations import approve
from registry.totals import operations
from registry.totals.operations import export_totals, last_reconciled, run_reconcile
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP


def city():
    return make_actor(Role.AUDITOR, COUNTY)


def test_a_recount_that_agrees_is_kept(register):
    approve(send_in(make_roster(make_people(4)), make_clerk()), actor=make_reviewer())
    assert last_reconciled(db.session(), COUNTY) is None
    actor = city()

    found = run_reconcile(COUNTY, actor)

    assert (found.checked, found.difference_count, found.differences) == (4, 0, [])
    assert found.actor_name == actor.name
    assert last_reconciled(db.session(), COUNTY) == found
    assert verify(db.session())[1] == []


def test_differences_are_kept_with_their_number(register, monkeypatch):
    monkeypatch.setattr(operations, "SHOWN", 1)
    approve(send_in(make_roster(make_people(2)), make_clerk()), actor=make_reviewer())
    with transaction() as session:
        session.execute(update(Tally).where(Tally.union_code == UNION).values(active=7, retained=1))

    found = run_reconcile(COUNTY, city())

    assert found.difference_count == 2
    assert [(one.union, one.what, one.tallied, one.counted) for one in found.differences] == [
        (UNION, "active", 7, 2)
    ]
    (entry,) = entries(db.session(), COUNTY, action="totals.reconcile")
    assert entry.result == "faulty"


def test_only_the_city_recounts(small_register):
    with pytest.raises(Forbidden):
        run_reconcile(COUNTY, make_actor(Role.ADMINISTRATOR, COUNTY))
    with pytest.raises(NotFound):
        run_reconcile(COUNTY, make_reviewer())
    assert entries(db.session(), COUNTY, action="totals.") == []


def test_an_export_is_on_the_trail(register):
    content = export_totals(TOWNSHIP, today(), actor=make_reviewer())
    assert content.decode("utf-8-sig").count("\r\n") == 4
    (entry,) = entries(db.session(), COUNTY, action="totals.export")
    assert (entry.place, entry.detail["rows"]) == (TOWNSHIP, 2)


def test_no_export_of_another_place_or_of_a_day_to_come(small_register):
    with pytest.raises(NotFound):
        export_totals("331083002", today(), actor=make_reviewer())
    with pytest.raises(Forbidden):
        export_totals(COUNTY, today(), actor=make_actor(Role.LOG_KEEPER, COUNTY))
    with pytest.raises(InputRefused):
        export_totals(TOWNSHIP, today() + timedelta(days=1), actor=make_reviewer())
    assert entries(db.session(), COUNTY, action="totals.") == []
