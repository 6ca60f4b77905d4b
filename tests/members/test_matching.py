"""Rows against the register: what is said, and what is never said, of persons known elsewhere."""

import pytest

from registry.db import db
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.corrections import edit_row
from tests.factories.people import fields_of, make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)

PEOPLE = make_people(2)
KNOWN, NEW = fields_of(PEOPLE[0]), PEOPLE[1]
TWIN = {"full_name": KNOWN["full_name"], "mobile": KNOWN["mobile"]}


@pytest.fixture(params=[UNION, OTHER_UNION])
def clerk(register, request):
    """A clerk of the first union; one person is a member of either."""
    approve(
        send_in(make_roster(PEOPLE[:1]), make_clerk(request.param), union=request.param),
        actor=make_reviewer(),
    )
    return make_clerk()


def said(number, row=2):
    db.session.rollback()
    found = queries.row(db.session(), queries.find(db.session(), number), row)
    return {one.code: one for one in found.findings}


def test_the_same_name_and_mobile_under_another_number(clerk):
    found = said(take_in(make_roster([NEW], {0: TWIN}), clerk))

    assert found.keys() == {"member.same_name_and_mobile"}
    one = found["member.same_name_and_mobile"]
    assert (one.severity, one.suggestion) == ("warning", None)
    # Neither where that person is nor what the number is.
    assert not any(
        word in one.message for word in (UNION, OTHER_UNION, "工会", KNOWN["document_number"][:6])
    )


@pytest.mark.parametrize("field", ["full_name", "mobile"])
def test_one_of_the_two_alone_is_nothing(clerk, field):
    assert said(take_in(make_roster([NEW], {0: {field: TWIN[field]}}), clerk)) == {}


def test_somebody_is_no_twin_of_oneself(clerk):
    found = said(take_in(make_roster(PEOPLE[:1]), clerk))
    assert "member.same_name_and_mobile" not in found


def test_it_goes_when_the_mobile_is_corrected(clerk):
    number = take_in(make_roster([NEW], {0: TWIN}), clerk)
    edit_row(number, 2, {"mobile": fields_of(NEW)["mobile"]}, actor=clerk)
    assert said(number) == {}


def test_leaving_of_no_member_names_what_was_asked(clerk):
    changes = {0: {"change": "除名", "changed_on": "2025-02-01"}}
    found = said(take_in(make_roster([NEW], changes), clerk))
    assert "“除名”" in found["change.no_member"].message
