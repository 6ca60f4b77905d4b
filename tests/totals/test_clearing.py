"""The three lists that must be clear: what is open of each union, list by list."""

from datetime import timedelta

import pytest

from registry.clock import today
from registry.db import db, transaction
from registry.identity import credit_code
from registry.review.operations import approve
from registry.totals.clearing import PREPARED_WITHIN, Clear, Point, seen
from registry.unions import lifecycle, queries
from registry.unions.directory import DUE_WITHIN
from registry.unions.operations import declare_headcount
from registry.unions.particulars import Particulars
from tests.factories.people import make_people
from tests.factories.register import DAY, days_ago, formed, listed, preparing
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP

BODY = "81331083MC0000001"
CREDIT_CODE = BODY + credit_code.check_character(BODY)
KNOWN = Particulars(CREDIT_CODE, "1", "C", "110", chair="叶某某")
UNKNOWN = {Point.NO_KIND, Point.NO_INDUSTRY, Point.NO_CATEGORY}


def open_of(code, on=None):
    """Return what is open of a union."""
    db.session.rollback()
    session = db.session()
    found = {one.code: one for one in seen(session, queries.find(session, COUNTY), on or today())}
    return found[code].points if code in found else None


@pytest.fixture
def reviewer(register):
    """The reviewer of the unions' unit."""
    return make_reviewer()


def test_what_is_open_of_unions_that_are_not_formed(reviewer):
    assert open_of(listed(reviewer, name="未建工会")) == {Point.UNFORMED, *UNKNOWN}
    begun = today() - PREPARED_WITHIN
    assert open_of(preparing(reviewer, name="筹备工会", on=begun)) == UNKNOWN
    late = preparing(reviewer, name="久筹工会", on=begun - DAY)
    assert open_of(late) == {Point.PREPARING_LONG, *UNKNOWN}
    assert {point.of for point in open_of(late)} == {Clear.UNIONS}


def test_a_union_is_clear_when_all_is_known_and_nothing_waits(reviewer):
    before = {Point.UNDECLARED, Point.NO_ROSTER, Point.NO_CHAIR, Point.NO_TERM}
    assert open_of(UNION) == {*UNKNOWN, Point.NO_CREDIT_CODE, *before}
    lifecycle.change(UNION, KNOWN, actor=reviewer)
    lifecycle.elect(UNION, days_ago(30), today() + DUE_WITHIN + DAY, actor=reviewer)
    sent = send_in(make_roster(make_people(3)), make_clerk(), union=UNION)
    assert Point.WAITING in open_of(UNION)
    for employees, also in ((2, {Point.OVER}), (5, set())):
        with transaction() as session:
            union = queries.find(session, UNION)
            declare_headcount(session, union, employees, today(), actor=reviewer)
        if also:
            approve(sent, actor=reviewer)
        assert open_of(UNION) == also
    soon, later = today() + timedelta(2), today() + 2 * DUE_WITHIN
    assert open_of(UNION, soon) == {Point.TERM_DUE}
    assert open_of(UNION, later) == {Point.TERM_OVER}
    assert Point.UNVERIFIED in open_of(UNION, today() + timedelta(400))


def test_dissolved_unions_are_in_no_list_and_a_unit_sees_its_own(reviewer):
    far = make_reviewer("331083002")
    code = formed(far, unit="331083002", name="别镇工会")
    session = db.session()
    here = seen(session, queries.find(session, TOWNSHIP), today())
    assert {one.unit for one in here} == {TOWNSHIP} and code not in {one.code for one in here}
