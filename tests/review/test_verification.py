"""Rosters of verification: whom they confirm is counted once, and never more than there are."""

import pytest

from registry.clock import today
from registry.db import db
from registry.review.operations import approve
from registry.submissions.states import Kind
from registry.totals.queries import totals
from registry.totals.recount import reconcile
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in

PEOPLE = make_people(6)
RETIRED = {"change": "保留会籍", "change_reason": "退休", "changed_on": "2026-01-31"}


@pytest.fixture
def union(register):
    """A clerk of a union with five members."""
    clerk = make_clerk()
    admit(clerk, PEOPLE[:5])
    return clerk


def admit(clerk, people, changes=None, kind=Kind.INCREMENT):
    number = send_in(make_roster(people, changes), clerk, kind=kind)
    return approve(number, actor=make_reviewer())


def reverified():
    db.session.rollback()
    assert reconcile(db.session(), "331083")[1] == []
    return totals(db.session(), UNION, today()).total.metrics["reverified_rate"].numerator


def test_unchanged_changed_and_new_rows_count(union):
    admit(union, PEOPLE, {1: {"education": "博士研究生"}}, kind=Kind.REVERIFY)

    assert reverified() == 6
    rate = totals(db.session(), UNION, today()).total.metrics["reverified_rate"]
    assert (rate.numerator, rate.denominator) == (6, 6)


def test_full_rosters_and_increments_verify_nobody(union):
    admit(union, PEOPLE[:5], kind=Kind.FULL)

    assert reverified() == 0


def test_who_is_verified_again_counts_once(union):
    admit(union, PEOPLE[:2], kind=Kind.REVERIFY)
    admit(union, PEOPLE[:4], kind=Kind.REVERIFY)

    assert reverified() == 4


def test_who_leaves_or_rests_is_no_verified_member_any_more(union):
    admit(union, PEOPLE[:5], kind=Kind.REVERIFY)
    admit(union, PEOPLE[:2], {0: {"change": "退会"}, 1: RETIRED})
    assert reverified() == 3

    admit(union, PEOPLE[1:2])  # back at work, and still confirmed
    assert reverified() == 4
    admit(union, PEOPLE[:1])  # entered again: a new membership, confirmed by nobody yet
    assert reverified() == 4


def test_who_is_told_to_leave_by_the_verification_is_not_confirmed(union):
    admit(union, PEOPLE[:3], {0: {"change": "退会"}, 1: RETIRED}, kind=Kind.REVERIFY)

    assert reverified() == 1
