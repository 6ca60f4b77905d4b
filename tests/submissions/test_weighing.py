"""What a roster means for its union as a whole: said once, stored, and true after a correction."""

import pytest
from sqlalchemy import select

from registry.clock import today
from registry.db import db, transaction
from registry.members.models import Member
from registry.review.operations import approve
from registry.submissions import absences, queries
from registry.submissions.accounting import account_for, account_for_rest
from registry.submissions.corrections import edit_row, exclude_row
from registry.submissions.matched import match_report
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from registry.submissions.whereabouts import Reason, Said
from registry.unions import queries as unions
from registry.unions.operations import declare_headcount
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in, take_in

PEOPLE = make_people(14)
OLD, NEW = PEOPLE[:10], PEOPLE[10:]


@pytest.fixture
def clerk(register):
    """The clerk of a union with ten members."""
    clerk = make_clerk()
    approve(send_in(make_roster(OLD), clerk), actor=make_reviewer())
    return clerk


def declare(employees, actor):
    with transaction() as session:
        union = unions.find(session, UNION)
        declare_headcount(session, union, employees, today(), actor=actor)


def said(number):
    db.session.rollback()
    found = queries.find(db.session(), number).file_findings
    return {one["code"]: one["message"] for one in found if one["code"].startswith("roster.")}


def member_of(person):
    query = select(Member.id).where(Member.full_name == person.full_name)
    return db.session.scalars(query).one()


def leaving(*places):
    return {place: {"change": "退会", "changed_on": "2024-10-01"} for place in places}


def test_a_first_roster_is_no_big_change(register):
    assert said(take_in(make_roster(OLD), make_clerk())) == {}


@pytest.mark.parametrize(("joining", "told"), [(2, False), (3, True)])
def test_over_a_fifth_joining_is_one(clerk, joining, told):
    found = said(take_in(make_roster(NEW[:joining]), clerk))

    assert ("roster.big_change" in found) is told
    assert not told or f"使 {joining} 人加入、0 人离开" in found["roster.big_change"]


def test_joining_and_leaving_are_added_up(clerk):
    found = said(take_in(make_roster([*NEW[:1], *OLD[:2]], leaving(1, 2)), clerk))

    assert "使 1 人加入、2 人离开" in found["roster.big_change"]


def test_those_left_out_leave_in_a_roster_of_everybody_only(clerk):
    content = make_roster(OLD[:7])

    assert (
        "0 人加入、3 人离开" in said(take_in(content, clerk, kind=Kind.FULL))["roster.big_change"]
    )
    again = said(take_in(content, clerk, kind=Kind.REVERIFY))
    assert "0 人加入、3 人离开" in again["roster.big_change"]
    assert said(take_in(content, clerk)) == {}


def test_a_number_that_cannot_be_read_may_be_anybody_left_out(clerk):
    faulty = {place: {"document_number": "填错了"} for place in range(3)}
    number = take_in(make_roster(OLD, faulty), clerk, kind=Kind.FULL)

    assert said(number) == {}
    assert queries.find(db.session(), number).missing_count == 3
    for row in (2, 3, 4):
        exclude_row(number, row, actor=clerk)
    assert "3 人离开" in said(number)["roster.big_change"]


def test_it_is_counted_again_when_the_draft_changes(clerk):
    content = make_roster([*OLD[:7], *NEW[:1]], {7: {"document_number": "填错了"}})
    number = take_in(content, clerk, kind=Kind.FULL)
    before = queries.find(db.session(), number).missing_count

    edit_row(number, 9, {"document_number": OLD[7].number, "full_name": OLD[7].full_name,
                         "sex": "", "born_on": ""}, actor=clerk)  # fmt: skip

    assert (before, queries.find(db.session(), number).missing_count) == (3, 2)
    assert said(number) == {}


def test_an_excluded_row_joins_nobody(clerk):
    number = take_in(make_roster(NEW[:3]), clerk)
    assert said(number)

    exclude_row(number, 2, actor=clerk)
    assert said(number) == {}
    exclude_row(number, 2, actor=clerk, excluded=False)
    assert said(number)


def test_more_members_than_declared_employees(clerk):
    declare(11, clerk)

    found = said(take_in(make_roster(NEW[:2]), clerk))
    assert list(found) == ["roster.over_headcount"]
    assert "会员 12 人，多于申报的职工 11 人" in found["roster.over_headcount"]
    assert said(take_in(make_roster(NEW[2:3]), clerk)) == {}
    assert said(take_in(make_roster([*NEW[:2], OLD[0]], leaving(2)), clerk)).keys() == {
        "roster.big_change"
    }


def test_the_employees_declared_with_a_full_roster_count(clerk):
    declare(10, clerk)
    number = take_in(make_roster([*OLD, *NEW[:2]]), clerk, kind=Kind.FULL)
    assert "roster.over_headcount" in said(number)

    submit(number, actor=clerk, employees=30)
    assert said(number) == {}


def test_who_is_retained_from_now_is_not_counted_as_a_member(clerk):
    declare(8, clerk)
    number = take_in(make_roster(OLD[:7]), clerk, kind=Kind.FULL)
    for person, reason in zip(OLD[7:], (Reason.RETIRED, Reason.LAID_OFF, None), strict=True):
        account_for(number, {member_of(person): Said(reason)}, actor=clerk)
    account_for_rest(number, Said(Reason.OVERLOOKED), actor=clerk)

    # Seven listed and one overlooked are eight; two are retained.
    assert said(number) == {}
    account_for(number, {member_of(OLD[7]): Said(Reason.OVERLOOKED)}, actor=clerk)
    assert "会员 9 人，多于申报的职工 8 人" in said(number)["roster.over_headcount"]


def test_who_was_retained_before_and_stays_so_hides_nobody_that_leaves(clerk):
    retired = make_roster(OLD[:1], {0: {"change": "保留会籍", "changed_on": "2024-10-01"}})
    approve(send_in(retired, clerk), actor=make_reviewer())
    full = take_in(make_roster(OLD[3:]), clerk, kind=Kind.FULL)
    number = take_in(make_roster(OLD[3:]), clerk, kind=Kind.REVERIFY)

    assert "2 人离开" in said(full)["roster.big_change"]
    assert "2 人离开" in said(number)["roster.big_change"]
    account_for(number, {member_of(OLD[0]): Said(Reason.OVERLOOKED)}, actor=clerk)
    assert "2 人离开" in said(number)["roster.big_change"]


def test_those_left_out_are_weighed_with_their_roster_and_not_again(clerk):
    declare(5, clerk)
    number = take_in(make_roster(OLD[:6]), clerk, kind=Kind.FULL)
    account_for_rest(number, Said(Reason.LEFT), actor=clerk)
    assert said(number).keys() == {"roster.big_change", "roster.over_headcount"}

    submit(number, actor=clerk, employees=30, account_for_all=True)
    absent = absences.linked(db.session(), queries.find(db.session(), number))
    assert (said(number).keys(), said(absent.id)) == ({"roster.big_change"}, {})


def test_a_check_says_the_same_but_nobody_left_out_leaves(clerk):
    declare(11, clerk)

    def checked(content):
        report = match_report(content, file_name="a.csv", union_code=UNION, actor=clerk)
        codes = [one["code"] for one in report["file_findings"]]
        return report["matches"]["missing"], [one for one in codes if one.startswith("roster.")]

    assert checked(make_roster(NEW[:3])) == (10, ["roster.big_change", "roster.over_headcount"])
    assert checked(make_roster(OLD[:1])) == (9, [])
