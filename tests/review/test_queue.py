"""What waits for the reviewer, counted by what it means for the register."""

import pytest

from registry.db import db
from registry.members.match import Match
from registry.review import parts, queue
from registry.review.operations import approve, send_back
from registry.review.parts import Other
from registry.submissions import queries
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)

PEOPLE = make_people(6)
COUNTY, UNIT = "331083", "/331083/331083001/"


@pytest.fixture
def reviewer(register):
    return make_reviewer()


def pending(number):
    return parts.pending(db.session(), queries.find(db.session(), number))


def test_pending_rows_are_counted_in_the_order_of_risk(reviewer):
    clerk = make_clerk()
    approve(send_in(make_roster(PEOPLE[:3]), clerk), actor=reviewer)
    changes = {
        0: {"change": "退会", "changed_on": "2018-05-01"},
        1: {"full_name": "欧阳某某"},
        3: {"mobile": ""},
    }
    found = pending(send_in(make_roster(PEOPLE[:5], changes), clerk))
    assert list(found.matches) == [Match.CONFLICT, Match.LEAVE, Match.NEW, Match.UNCHANGED]
    assert (found.total, found.admissible, found.warnings) == (5, 4, 1)
    assert [found.count(part) for part in (Match.NEW, Other.WARNING, Other.ALL)] == [2, 1, 5]


def test_who_has_left_meanwhile_stays_as_a_part_of_its_own(reviewer):
    clerk = make_clerk()
    approve(send_in(make_roster(PEOPLE[:1]), clerk), actor=reviewer)
    leaving = {0: {"change": "退会", "changed_on": "2018-05-01"}}
    first = send_in(make_roster(PEOPLE[:1], leaving), clerk)
    second = send_in(make_roster(PEOPLE[:2], leaving), clerk)
    approve(first, actor=reviewer)

    approve(second, actor=reviewer)

    found = pending(second)
    assert (found.unmatched, found.total, found.admissible) == (1, 1, 0)
    view = queries.find(db.session(), second)
    assert parts.pending_numbers(db.session(), view, Other.UNMATCHED) == [2]


def test_waiting_counts_rosters_rows_and_the_longest_wait(reviewer):
    assert queue.waiting(db.session(), COUNTY, UNIT) == (0, 0)
    assert queue.longest_wait(db.session(), COUNTY, UNIT) is None
    first = send_in(make_roster(PEOPLE[:2]), make_clerk())
    send_in(make_roster(PEOPLE[2:5]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    assert queue.waiting(db.session(), COUNTY, UNIT) == (2, 5)
    sent_at = queries.find(db.session(), first).submitted_at
    assert queue.longest_wait(db.session(), COUNTY, UNIT) == sent_at
    assert queue.waiting(db.session(), COUNTY, "/331083/331083002/") == (0, 0)


def test_after_the_last_comes_the_first_but_never_ones_own(reviewer):
    clerk = make_clerk()
    numbers = [send_in(make_roster([person]), clerk) for person in PEOPLE[:3]]
    views = [queries.find(db.session(), number) for number in numbers]

    def next_of(view, account=reviewer.account_id):
        found = queue.next_up(db.session(), UNIT, view, account)
        return found and found.id

    assert [next_of(view) for view in views] == [numbers[1], numbers[2], numbers[0]]
    assert next_of(views[0], clerk.account_id) is None
    send_back(numbers[1], actor=reviewer, rows=[2], reason="duplicate")
    assert next_of(views[0]) == numbers[2]


def test_the_last_closed_stands_first(reviewer):
    clerk = make_clerk()
    numbers = [send_in(make_roster([person]), clerk) for person in PEOPLE[:3]]
    for number in numbers[1:]:
        approve(number, actor=reviewer)
    found = queue.closed(db.session(), COUNTY, UNIT)
    assert [one.id for one in found] == [numbers[2], numbers[1]]
    last = found[0]
    later = queue.closed(db.session(), COUNTY, UNIT, before=(last.closed_at, last.id))
    assert [one.id for one in later] == [numbers[1]]
    assert queue.closed(db.session(), COUNTY, UNIT, search="没有的") == []
