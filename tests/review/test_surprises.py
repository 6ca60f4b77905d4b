"""Approving changes no more than the reviewer was shown."""

from registry.db import db
from registry.members.match import Match
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.states import State
from registry.totals.recount import reconcile
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in

PEOPLE = make_people(3)


def matches_of(number):
    db.session.rollback()
    view = queries.find(db.session(), number)
    return {one.row: one.match for one in queries.rows(db.session(), view, limit=10)}


def test_an_unchanged_row_whose_member_has_changed_since_is_shown_before_it_is_admitted(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster(PEOPLE), clerk), actor=reviewer)
    stale = send_in(make_roster(PEOPLE) + b"\n", clerk)
    assert set(matches_of(stale).values()) == {Match.UNCHANGED}
    approve(send_in(make_roster(PEOPLE[:1], {0: {"mobile": "13905760009"}}), clerk), actor=reviewer)

    first = approve(stale, actor=reviewer)

    assert (first.decided, first.pending, list(first.changed)) == (2, 1, [2])
    assert matches_of(stale)[2] is Match.CHANGED
    second = approve(stale, actor=reviewer)
    assert (second.decided, second.state, list(second.changed)) == (1, State.CLOSED, [])
    assert reconcile(db.session(), "331083")[1] == []


def test_who_has_left_since_is_not_taken_in_again_unseen(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster(PEOPLE), clerk), actor=reviewer)
    stale = send_in(make_roster(PEOPLE) + b"\n", clerk)
    leaving = make_roster(PEOPLE[:1], {0: {"change": "退会"}})
    approve(send_in(leaving, clerk), actor=reviewer)

    outcome = approve(stale, actor=reviewer)

    assert list(outcome.changed) == [2]
    assert matches_of(stale)[2] is Match.NEW


def test_a_new_person_whom_another_roster_brought_first_is_no_surprise(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    first = send_in(make_roster(PEOPLE), clerk)
    second = send_in(make_roster(PEOPLE) + b"\n", clerk)
    approve(first, actor=reviewer)

    outcome = approve(second, actor=reviewer)

    assert (outcome.decided, outcome.state) == (3, State.CLOSED)
