"""What was wrong in rosters as they came in: counted once, whatever becomes of them."""

from datetime import timedelta

from sqlalchemy import update

from registry.clock import today
from registry.dashboard.quality import DAYS, Quality, quality, together
from registry.db import db, transaction
from registry.submissions.corrections import edit_row
from registry.submissions.models import FindingCount
from registry.submissions.operations import withdraw
from registry.unions import queries as unions
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_roster, take_in
from tests.factories.unions import COUNTY, TOWNSHIP

PEOPLE = make_people(5)


def found(code, on=None):
    db.session.rollback()
    return quality(db.session(), unions.find(db.session(), code), on or today())


def test_rows_are_counted_by_rule_as_the_file_had_them(register):
    clerk = make_clerk()
    wrong = {0: {"ethnicity": "火星族"}, 1: {"ethnicity": "火星族", "full_name": ""}}
    number = take_in(make_roster(PEOPLE, wrong), clerk)
    take_in(make_roster(make_people(3, 9)), make_clerk(OTHER_UNION), union=OTHER_UNION)

    unit = found(TOWNSHIP)
    assert unit[UNION] == Quality(5, {"code.unknown": 2, "cell.required": 1})
    assert unit[OTHER_UNION] == Quality(3, {})
    assert unit[UNION].per_thousand("code.unknown") == 400
    assert found(COUNTY) == {TOWNSHIP: together(unit)}
    assert together({}).per_thousand("code.unknown") == 0

    # What is put right, or given up, was wrong all the same.
    edit_row(number, 2, {"ethnicity": "汉族"}, actor=clerk)
    withdraw(number, actor=clerk)
    assert found(TOWNSHIP) == unit

    # Long ago is told no more, and what came later is no news of an earlier day.
    assert found(TOWNSHIP, today() - timedelta(days=1)) == {}
    with transaction() as session:
        session.execute(update(FindingCount).values(day=today() - timedelta(days=DAYS)))
    assert found(TOWNSHIP) == {}
