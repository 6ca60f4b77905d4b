"""Checks counted by day: entry and verification, and until when each holds."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.clock import today
from registry.db import db
from registry.identity.mask import Sight
from registry.members.checked import Checked, checked, valid_until
from registry.members.queries import members_of
from registry.review.operations import approve
from registry.submissions.states import Kind
from registry.totals.queries import totals
from registry.totals.recount import reconcile
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY

PEOPLE = make_people(5)
START = datetime(2025, 3, 3, 4, tzinfo=UTC)


@pytest.fixture
def clock(register, monkeypatch):
    """Sets the clock to so many days after the start."""

    def to(days):
        set_clock(monkeypatch, START + timedelta(days=days))
        return today()

    to(0)
    return to


def admit(people, kind=Kind.INCREMENT, changes=None):
    number = send_in(make_roster(people, changes), make_clerk(), kind=kind)
    approve(number, actor=make_reviewer())


def since(day, on=None):
    db.session.rollback()
    assert reconcile(db.session(), COUNTY)[1] == []
    found = checked(db.session(), COUNTY, [day], on or today())
    return found[UNION][day] if UNION in found else Checked()


def overdue():
    lines = members_of(db.session(), COUNTY, UNION, Sight.OWN_UNION, overdue=True)
    assert all(one.is_overdue for one in lines)
    return {one.name for one in lines}


def test_each_member_counts_under_the_last_check(clock):
    first = clock(0)
    admit(PEOPLE)
    second = clock(10)
    admit(PEOPLE[:2], Kind.REVERIFY)
    clock(20)
    admit(PEOPLE[:1], Kind.REVERIFY)

    assert since(first) == Checked(verified=2, entered=3)
    assert since(second) == Checked(verified=2)
    assert since(today()) == Checked(verified=1)


def test_a_past_day_says_what_it_was_then(clock):
    first = clock(0)
    admit(PEOPLE)
    second = clock(10)
    admit(PEOPLE[:2], Kind.REVERIFY)
    clock(20)
    gone = {0: {"change": "退会", "changed_on": "2025-03-20"}}
    admit(PEOPLE[:1], changes=gone)

    assert since(second, on=first) == Checked()
    assert since(second, on=second) == Checked(verified=2)
    assert since(second) == Checked(verified=1)


def test_who_rests_counts_again_when_back(clock):
    clock(0)
    admit(PEOPLE, Kind.REVERIFY)
    second = clock(10)
    resting = {"change": "保留会籍", "change_reason": "退休", "changed_on": "2025-03-10"}
    admit(PEOPLE[:1], changes={0: resting})
    assert since(second) == Checked()
    admit(PEOPLE[:1])
    assert since(second) == Checked()


def test_the_rate_of_the_verified_is_that_of_the_period(clock):
    first = clock(0)
    admit(PEOPLE)
    admit(PEOPLE[:3], Kind.REVERIFY)
    clock(365)
    admit(PEOPLE[3:4], Kind.REVERIFY)

    def rate(on):
        found = totals(db.session(), UNION, on).total.metrics["reverified_rate"]
        return found.numerator, found.denominator

    assert rate(first) == (3, 5)
    assert rate(today()) == (4, 5)
    clock(366)
    assert rate(today()) == (1, 5)
    assert since(first) == Checked(verified=4, entered=1)


def test_a_check_holds_for_a_year_and_is_overdue_then(clock):
    first = clock(0)
    admit(PEOPLE)
    clock(100)
    admit(PEOPLE[:2], Kind.REVERIFY)
    assert valid_until(None, START) == first + timedelta(days=365)

    clock(365)
    assert overdue() == set()
    clock(366)
    assert overdue() == {one.full_name for one in PEOPLE[2:]}
    clock(466)
    assert overdue() == {one.full_name for one in PEOPLE}


def test_of_who_is_retained_nothing_is_overdue(clock):
    clock(0)
    resting = {"change": "保留会籍", "change_reason": "退休", "changed_on": "2025-03-01"}
    admit(PEOPLE)
    admit(PEOPLE[:1], changes={0: resting})
    clock(366)

    assert overdue() == {one.full_name for one in PEOPLE[1:]}
    lines = members_of(db.session(), COUNTY, UNION, Sight.OWN_UNION)
    assert [one.valid_until is None for one in lines] == [True, False, False, False, False]
