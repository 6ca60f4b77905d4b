"""What a waiting roster asks of its reviewer is stored with it, and follows its rows."""

import pytest

from registry.db import db
from registry.review import queue
from registry.review.assigning import take
from registry.review.facets import facets
from registry.review.operations import approve, reject
from registry.review.queue import Order, Who
from registry.submissions import queries
from registry.submissions.risk import Risk
from registry.submissions.states import Kind
from tests.factories.people import make_people
from tests.factories.rosters import OTHER_UNION, make_clerk, make_reviewer, make_roster, send_in

PEOPLE = make_people(30)
COUNTY, UNIT = "331083", "/331083/331083001/"


@pytest.fixture
def desk(register):
    """A clerk and a reviewer of a union with twenty members."""
    clerk, reviewer = make_clerk(), make_reviewer()
    first = send_in(make_roster(PEOPLE[:20]), clerk)
    assert risk(first) is Risk.MEDIUM, "a union's first roster"
    approve(first, actor=reviewer)
    return clerk, reviewer


def risk(number):
    return Risk(queries.find(db.session(), number).risk)


def order(**asked):
    return [one.submission.id for one in queue.queue(db.session(), COUNTY, UNIT, **asked)]


@pytest.mark.parametrize(
    ("people", "changes", "expected"),
    [
        (PEOPLE[:3], {}, Risk.LOW),
        (PEOPLE[20:22], {}, Risk.LOW),
        (PEOPLE[:3], {0: {"education": "博士研究生"}}, Risk.LOW),
        (PEOPLE[20:22], {0: {"mobile": ""}}, Risk.MEDIUM),
        (PEOPLE[:3], {0: {"full_name": "欧阳某某"}}, Risk.HIGH),
        (PEOPLE[20:30], {}, Risk.HIGH),
    ],
)
def test_the_riskiest_of_what_waits_decides(desk, people, changes, expected):
    assert risk(send_in(make_roster(people, changes), desk[0])) is expected


def test_it_falls_when_the_risky_rows_are_decided_on(desk):
    clerk, reviewer = desk
    number = send_in(make_roster(PEOPLE[:3], {0: {"full_name": "欧阳某某"}}), clerk)
    reject(number, actor=reviewer, rows=[2], reason="wrong_data")
    assert risk(number) is Risk.LOW


def test_somebody_of_another_union_is_a_risk(desk):
    number = send_in(make_roster(PEOPLE[:1]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    assert risk(number) is Risk.MEDIUM


def test_the_queue_goes_by_risk_then_age_or_by_age_alone(desk):
    clerk, _ = desk
    low = send_in(make_roster(PEOPLE[:2]), clerk)
    high = send_in(make_roster(PEOPLE[:3], {0: {"full_name": "欧阳某某"}}), clerk)
    medium = send_in(make_roster(PEOPLE[20:22], {0: {"mobile": ""}}), clerk)
    low_again = send_in(make_roster(PEOPLE[:4]), clerk)
    assert order() == [high, medium, low, low_again]
    assert order(order=Order.AGE) == [low, high, medium, low_again]
    view = queries.find(db.session(), medium)
    assert order(after=view) == [low, low_again]
    assert order(after=view, order=Order.AGE) == [low_again]
    assert order(after=queries.find(db.session(), low), limit=1) == [low_again]
    following = queue.next_up(db.session(), UNIT, view, 0)
    assert following.id == low


def test_it_is_narrowed_and_counted_by_the_same(desk):
    clerk, reviewer = desk
    low = send_in(make_roster(PEOPLE[:2]), clerk)
    high = send_in(make_roster(PEOPLE[:3], {0: {"full_name": "欧阳某某"}}), clerk)
    again = send_in(make_roster(PEOPLE[:20]), clerk, kind=Kind.REVERIFY)
    take(low, actor=reviewer)
    mine = {"account_id": reviewer.account_id}
    assert order(kinds=[Kind.REVERIFY]) == [again]
    assert order(risks=[Risk.HIGH]) == [high]
    assert order(who=Who.MINE, **mine) == [low]
    assert order(who=Who.NOBODY, **mine) == [high, again]
    assert order(who=Who.MINE, account_id=0) == []
    counted = facets(db.session(), COUNTY, UNIT, reviewer.account_id)
    assert (counted[Kind.INCREMENT], counted[Kind.REVERIFY], counted[Kind.FULL]) == (2, 1, 0)
    assert (counted[Risk.HIGH], counted[Risk.MEDIUM], counted[Risk.LOW]) == (1, 0, 2)
    assert (counted[Who.MINE], counted[Who.NOBODY]) == (1, 2)
