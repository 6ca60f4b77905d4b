"""Who stood where on which day, and of whom unions were made up: a list for every number."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, or_, select, update

from registry.access.roles import Role
from registry.clock import now, today
from registry.db import db, transaction
from registry.errors import InputRefused, StateRefused
from registry.members.composition import compositions
from registry.members.facts import Facts, facts_of
from registry.members.models import CheckedTally, Composition, Standing, Tally
from registry.review.operations import approve
from registry.totals.operations import run_repair
from registry.totals.recount import reconcile
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_actor
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY


def admit(people, changes=None):
    changes = {i: {"worker_group": "", **(changes or {}).get(i, {})} for i in range(len(people))}
    approve(send_in(make_roster(people, changes), make_clerk()), actor=make_reviewer())


def counted(day):
    """Return a union's composition at the end of a day by what is counted."""
    found = dict(compositions(db.session(), COUNTY, day, [UNION], by_year=True)).get(UNION, {})
    return Counter({facts_of(cell): n for cell, n in found.items()})


def listed(day):
    """Return the same from the stretches."""
    names = [getattr(Standing, name) for name in Facts._fields]
    held = or_(Standing.until.is_(None), Standing.until > day)
    query = (
        select(*names, func.count())
        .where(Standing.union_code == UNION, Standing.since <= day, held)
        .group_by(*names)
    )
    return Counter({Facts(*facts): n for *facts, n in db.session.execute(query)})


def test_a_change_ends_one_stretch_and_begins_another(register, monkeypatch):
    people, start = make_people(3), today()
    migrant = {i: {"is_migrant_worker": "是"} for i in range(3)}
    admit(people, migrant)
    set_clock(monkeypatch, now() + timedelta(days=2))
    then = today()
    admit(people[:1], {0: {"is_migrant_worker": "否"}})
    admit(people[1:2], {0: {"change": "退会"}})

    for day in (start - timedelta(days=1), start, start + timedelta(days=1), then):
        assert counted(day) == listed(day)
    migrants = [
        sum(n for facts, n in counted(day).items() if facts.is_migrant_worker == "1")
        for day in (start, then)
    ]
    assert migrants == [3, 1]
    assert counted(then).total() == 2
    assert reconcile(db.session(), COUNTY)[1] == []


def test_what_changes_twice_on_one_day_counts_as_it_ended(register):
    people = make_people(2)
    admit(people)
    admit(people, {0: {"is_migrant_worker": "是"}, 1: {"is_migrant_worker": "否"}})
    admit(people[:1], {0: {"change": "退会"}})
    stretches = db.session.scalars(select(Standing)).all()
    assert [(one.since, one.until, one.is_migrant_worker) for one in stretches] == [
        (today(), None, "0")
    ]
    assert counted(today()) == listed(today())


def test_the_recount_finds_what_was_spoilt_and_the_repair_mends_it(register):
    admit(make_people(4))
    with transaction() as session:
        session.execute(update(Tally).values(active=9, pending=2, reference_people=1))
        session.execute(update(CheckedTally).values(entered=1))
        session.execute(update(Composition).values(cells='{"ACTIVE,1,1,":4}'))
        session.execute(
            update(Standing)
            .where(Standing.member_id == select(func.min(Standing.member_id)).scalar_subquery())
            .values(sex="")
        )
    found = {one.what for one in reconcile(db.session(), COUNTY)[1]}
    assert found == {"active", "pending", "reference_people", "checked", "composition", "standing"}
    db.session.rollback()

    actor = make_actor(Role.AUDITOR, COUNTY)
    assert run_repair(COUNTY, "电脑断电后核对", actor) == 6

    assert reconcile(db.session(), COUNTY)[1] == []
    assert counted(today()) == listed(today())
    (entry,) = entries(db.session(), COUNTY, action="totals.repair")
    assert (entry.detail["differences"], entry.detail["left"]) == (6, 0)
    assert entry.detail["reason"] == "电脑断电后核对"
    assert verify(db.session())[1] == []


def test_a_repair_wants_a_reason_and_something_to_mend(register):
    actor = make_actor(Role.AUDITOR, COUNTY)
    with pytest.raises(InputRefused, match="原因"):
        run_repair(COUNTY, "  ", actor)
    with pytest.raises(InputRefused, match="不要写"):  # it stands on the trail
        run_repair(COUNTY, f"{'138'} 0013 8000 来电", actor)
    with pytest.raises(StateRefused, match="一致"):
        run_repair(COUNTY, "看看", actor)
