"""What passes without being looked at one by one, over many rosters, and what never does."""

from collections import Counter

import pytest

from registry.db import db
from registry.review import queue
from registry.review.assigning import take
from registry.review.operations import approve
from registry.review.passing import Choice, Group, Held, pass_sure, plan
from registry.submissions import queries
from registry.submissions.operations import withdraw
from registry.totals.recount import reconcile
from registry.trail.queries import entries
from tests.factories.people import make_people
from tests.factories.reference import load_base
from tests.factories.rosters import (
    OTHER_UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY

EVERYBODY = make_people(60)
MEMBERS, PEOPLE = EVERYBODY[20:], EVERYBODY[:20]  # so many that a few more are no big change
UNIT = "/331083/331083001/"


@pytest.fixture
def reviewer(register):
    return make_reviewer()


@pytest.fixture
def clerk(reviewer):
    return make_clerk()


def planned(actor):
    db.session.rollback()
    waiting = [one.submission for one in queue.queue(db.session(), COUNTY, UNIT)]
    return plan(db.session(), COUNTY, waiting, actor.account_id)


def choices(found):
    return [Choice(one.submission.id, one.submission.version, one.sure) for one in found.now]


def left(number):
    db.session.rollback()
    view = queries.find(db.session(), number)
    found = queries.rows(db.session(), view, limit=50)
    return {one.row for one in found if one.state == "PENDING"}


def test_the_unchanged_and_the_known_pass_and_nothing_doubtful_does(reviewer, clerk):
    approve(send_in(make_roster(MEMBERS), clerk), actor=reviewer)
    elsewhere = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(PEOPLE[:1]), elsewhere, union=OTHER_UNION), actor=reviewer)
    load_base([*MEMBERS[:6], *PEOPLE[:2], *PEOPLE[3:6]])
    changes = {
        1: {"full_name": "欧阳某某"},  # another name under a known number
        2: {"change": "退会", "changed_on": "2018-05-01"},
        3: {"mobile": "13905760009"},  # changed
        9: {"mobile": ""},  # new and known, with a warning
    }
    number = send_in(make_roster([*MEMBERS[:6], *PEOPLE[:5]], changes), clerk)

    found = planned(reviewer)

    [roster] = found.now
    assert roster.groups == Counter(
        {
            Group.SAME: 3,
            Group.KNOWN: 2,
            Group.CONFLICT: 1,
            Group.LEAVE: 1,
            Group.CHANGED: 1,
            Group.TRANSFER: 1,
            Group.UNKNOWN: 1,
            Group.WARNING: 1,
        }
    )
    assert (sum(found.passes.values()), sum(found.stays.values())) == (5, 6)
    outcome = pass_sure(choices(found), actor=reviewer)
    assert outcome == (1, 5, [])
    assert left(number) == {3, 4, 5, 8, 10, 11}
    assert reconcile(db.session(), COUNTY)[1] == []
    assert planned(reviewer).now == []


def test_many_rosters_pass_each_by_a_decision_of_its_own(reviewer, clerk):
    load_base(PEOPLE)
    first = send_in(make_roster(PEOPLE[:3]), clerk)
    second = send_in(make_roster(PEOPLE[3:5]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    outcome = pass_sure(choices(planned(reviewer)), actor=reviewer)
    assert outcome == (2, 5, [])
    approved = entries(db.session(), COUNTY, action="review.approve")
    assert {one.detail["submission"] for one in approved} == {first, second}
    assert left(first) == left(second) == set()


def test_without_a_reference_register_only_the_unchanged_pass(reviewer, clerk):
    approve(send_in(make_roster(MEMBERS), clerk), actor=reviewer)
    send_in(make_roster([*MEMBERS[:2], *PEOPLE[:2]]), clerk)
    found = planned(reviewer)
    assert found.passes == Counter({Group.SAME: 2, Group.KNOWN: 0})
    assert found.stays[Group.UNKNOWN] == 2


def test_known_by_name_and_mobile_under_another_number_is_a_doubt(reviewer, clerk):
    load_base(PEOPLE[:1])
    other = make_people(30)[29]
    same = {0: {"full_name": PEOPLE[0].full_name, "mobile": PEOPLE[0].mobile}}
    send_in(make_roster([other], same), clerk)
    assert planned(reviewer).now == []


def test_rosters_of_ones_own_of_others_and_of_big_changes_are_left_alone(reviewer, clerk):
    load_base(PEOPLE)
    own = make_reviewer()
    taken = send_in(make_roster(PEOPLE[:2]), clerk)
    take(taken, actor=own)
    approve(send_in(make_roster(PEOPLE[2:14]), clerk), actor=reviewer)
    big = send_in(make_roster(PEOPLE[14:19]), clerk)
    found = planned(reviewer)
    assert found.now == []
    assert {one.submission.id: one.held for one in found.held} == {
        taken: Held.TAKEN,
        big: Held.BIG,
    }
    version = queries.find(db.session(), taken).version
    assert pass_sure([Choice(taken, version, 2)], actor=reviewer) == (0, 0, [taken])
    assert left(taken) == {2, 3}
    sent = planned(clerk)
    assert {one.held for one in sent.held} == {Held.OWN}
    assert pass_sure([Choice(big, 1, 5)], actor=clerk) == (0, 0, [big])


def test_what_is_not_as_it_was_shown_is_left_and_named_and_the_rest_goes_on(reviewer, clerk):
    load_base(PEOPLE)
    first = send_in(make_roster(PEOPLE[:3]), clerk)
    second = send_in(make_roster(PEOPLE[3:5]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    third = send_in(make_roster(PEOPLE[5:7]), clerk)
    shown = choices(planned(reviewer))
    approve(first, actor=reviewer, rows=[2])
    withdraw(third, actor=clerk)
    outcome = pass_sure(shown, actor=reviewer)
    assert (outcome.rosters, outcome.rows) == (1, 2)
    assert set(outcome.refused) == {first, third}
    assert (left(first), left(second)) == ({3, 4}, set())


def test_a_newcomer_who_would_by_now_change_a_member_stays(reviewer, clerk):
    load_base(PEOPLE)
    first = send_in(make_roster(PEOPLE[:1]), clerk)
    second = send_in(make_roster(PEOPLE[:2], {0: {"mobile": "13905760009"}}), clerk)
    shown = [one for one in choices(planned(reviewer)) if one.submission_id == second]
    approve(first, actor=reviewer)
    assert pass_sure(shown, actor=reviewer) == (1, 1, [])
    assert left(second) == {2}


def test_another_unit_passes_nothing_here(reviewer, clerk):
    load_base(PEOPLE)
    number = send_in(make_roster(PEOPLE[:2]), clerk)
    far = make_reviewer("331083002")
    assert pass_sure([Choice(number, 1, 2)], actor=far) == (0, 0, [number])
    assert pass_sure([Choice(9_999, 1, 2)], actor=reviewer) == (0, 0, [9_999])
    assert left(number) == {2, 3}
