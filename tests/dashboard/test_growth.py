"""How a place grew: few points at even steps, whatever the length; sums are the tallies'."""

from datetime import date, timedelta

import pytest

from registry.clock import today
from registry.dashboard.growth import Point, days_between, growth
from registry.db import db
from registry.review.operations import approve
from registry.unions import queries as unions
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP

LAST = date(2018, 7, 31)


@pytest.mark.parametrize(
    ("length", "step", "count"), [(0, 0, 1), (1, 1, 2), (60, 1, 61), (120, 7, 19), (4_000, 67, 61)]
)
def test_days_stand_at_even_steps_from_the_last_back_and_begin_with_the_first(length, step, count):
    first = LAST - timedelta(days=length)
    days = days_between(first, LAST)
    assert (days[0], days[-1], len(days)) == (first, LAST, count)
    if length:
        assert days[-1] - days[-2] == timedelta(days=step)


def test_a_place_grew_by_what_was_admitted_there(register):
    approve(send_in(make_roster(make_people(3)), make_clerk()), actor=make_reviewer())
    far = send_in(
        make_roster(make_people(2, 5)), make_clerk("3310830020001"), union="3310830020001"
    )
    approve(far, actor=make_reviewer("331083002"))

    def points(code):
        return growth(db.session(), unions.find(db.session(), code), today(), None)

    day, before = today(), today() - timedelta(days=1)
    assert points(COUNTY) == [Point(before, 0), Point(day, 5)]
    assert points(TOWNSHIP) == [Point(before, 0), Point(day, 3)]
    assert points(OTHER_UNION) == []
