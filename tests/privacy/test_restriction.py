"""What a restriction means on every surface that shows, matches or takes along a member."""

from datetime import date

import pytest
from sqlalchemy import update

from registry.access.roles import Role
from registry.clock import now, today
from registry.db import db, transaction
from registry.errors import RegistryError
from registry.exchange import operations as exchange
from registry.exchange import queries as batches
from registry.identity.mask import SHOWN_AS, Sight
from registry.members import looks, restricting
from registry.members.models import Member
from registry.members.operations import open_member
from registry.members.seeing import Field, Why
from registry.periods.months import Month
from registry.periods.movements import Move, listed
from registry.reference.queries import not_in_base
from registry.review.identities import asking
from registry.review.identities import queries as desk
from registry.review.identities.deciding import open_pair, rule_case
from registry.review.identities.opening import open_numbers
from registry.review.identities.states import Ruling
from registry.review.opening import open_row_number
from registry.review.operations import approve
from registry.review.posting import Period, post_roster
from registry.review.queries import differences
from registry.review.transfer_queries import Desk, transfers
from registry.submissions import checking, corrections
from registry.submissions import queries as submissions
from registry.submissions.by_hand import enter_by_hand, judge_by_hand
from registry.submissions.checking import Tab
from registry.submissions.operations import submit
from registry.submissions.taking_out import take_out
from registry.totals.recount import reconcile
from registry.unions import queries as unions
from tests.factories.accounts import make_actor
from tests.factories.anomalies import search
from tests.factories.doubts import again, member_of, twin
from tests.factories.exchange import filled, lines_of, sent
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY

ANNA, BEN, CARL, DORA = make_people(4)
WHY = Why("VERIFY")
DAYS = Period(date(2018, 7, 1), date(2018, 7, 5), "来办公室")


@pytest.fixture
def people(register):
    """Clerk, reviewer and city; Anna, Ben and Carl are members of the clerk's union."""
    clerk, reviewer = make_clerk(), make_reviewer()
    approve(send_in(make_roster([ANNA, BEN, CARL]), clerk), actor=reviewer)
    return clerk, reviewer, make_actor(Role.AUDITOR, COUNTY)


def restrict(person, at=True):
    """Restrict a member, as a granted request does; returns the member's number."""
    number = member_of(person.full_name).id
    with transaction() as session:
        restricting.mark(session, COUNTY, number, now() if at else None)
    return number


def refused(act, *details, **more):
    with pytest.raises(RegistryError) as error:
        act(*details, **more)
    assert error.value.code == "member.restricted"
    assert "限制处理" in error.value.message


def view(number):
    db.session.rollback()
    return submissions.find(db.session(), number)


def row_of(number, row=2):
    return submissions.row(db.session(), view(number), row)


def test_a_roster_confirms_the_membership_and_changes_nothing_else(people):
    clerk, reviewer, _ = people
    anna = restrict(ANNA)
    before = member_of(ANNA.full_name).particulars
    changed = make_roster([ANNA, BEN], {0: {"education": "博士研究生"}})
    number = send_in(changed, clerk)
    row = row_of(number)
    assert (row.is_restricted, row.full_name, row.document_sealed) == (True, SHOWN_AS, None)
    assert (row.mobile_sealed, row.clean, row.changed_fields) == (None, {}, [])
    assert [one.code for one in row.findings] == ["member.restricted"]
    assert (row.match, row_of(number, 3).full_name) == ("UNCHANGED", BEN.full_name)
    assert differences(db.session(), view(number), [row], Sight.TOWNSHIP) == {}
    refused(open_row_number, number, 2, Field.DOCUMENT, actor=reviewer, why=WHY)
    assert len(post_roster(number, DAYS, actor=clerk).people) == 1
    refused(take_out, number, actor=reviewer, why=WHY)
    approve(number, actor=reviewer)
    assert member_of(ANNA.full_name).particulars == before

    # The membership goes on: rests, resumes, ends, begins again; the particulars stay.
    for change in ("保留会籍", "入会", "退会"):
        said = {"change": change, "changed_on": "2026-03-01"}
        if change == "保留会籍":
            said["change_reason"] = "退休"
        act = enter_by_hand(UNION, said, actor=clerk, member_id=anna)
        assert row_of(act, 1).full_name == SHOWN_AS
        submit(act, actor=clerk)
        approve(act, actor=reviewer)
    back = send_in(again(ANNA, education="博士研究生", mobile=DORA.mobile), clerk)
    approve(back, actor=reviewer)
    kept_as = member_of(ANNA.full_name)
    assert (kept_as.particulars, kept_as.id) == (before, anna)
    assert reconcile(db.session(), COUNTY)[1] == []


def test_a_draft_neither_shows_finds_nor_opens_the_row(people):
    clerk, _, _ = people
    anna = restrict(ANNA)
    faulty = take_in(make_roster([ANNA, BEN], {0: {"mobile": "139"}, 1: {"mobile": "138"}}), clerk)
    assert row_of(faulty).full_name == SHOWN_AS
    asked = view(faulty)
    found = checking.page(db.session(), asked, Tab.ALL, search=ANNA.full_name).rows
    assert found == []
    assert list(corrections.open_for_correction(faulty, [2, 3], clerk)) == [3]
    refused(corrections.edit_row, faulty, 2, {"mobile": ANNA.mobile}, actor=clerk)
    corrections.edit_alike(faulty, "mobile", "139", "", actor=clerk)
    assert row_of(faulty).worst == "error"  # a row that is not shown is not corrected with others
    corrections.exclude_row(faulty, 2, actor=clerk)
    refused(judge_by_hand, UNION, {"education": "大专"}, actor=clerk, member_id=anna)


def test_nobody_rules_on_who_is_not_shown(people):
    clerk, reviewer, city = people
    anna, ben = member_of(ANNA.full_name).id, member_of(BEN.full_name).id
    correction = asking.ask(
        UNION, anna, {"full_name": "叶青禾"}, why="身份证上是这个字", actor=clerk
    )
    pair = open_pair(ben, anna, actor=reviewer)
    restrict(ANNA)
    names = [one.name for one in desk.waiting(db.session(), COUNTY, city.path, Sight.TOWNSHIP)]
    assert names == [SHOWN_AS, f"{BEN.full_name}"]
    for number in (correction, pair):
        case = desk.case_of(db.session(), COUNTY, number, city.path)
        compared = desk.of_case(db.session(), case, Sight.OWN_UNION, city.path)
        hidden = [one for one in compared.sides if one.name == SHOWN_AS]
        assert [(one.document, one.mobile, one.born_on) for one in hidden] == [("", "", "")]
        assert (compared.numbers, compared.is_restricted) == ("", True)
    refused(open_numbers, correction, actor=reviewer, why=WHY)
    refused(rule_case, correction, Ruling.CORRECT, note="对照证件", actor=reviewer)
    refused(rule_case, pair, Ruling.SAME, note="对照证件", actor=reviewer, kept_id=ben)
    refused(open_pair, anna, member_of(CARL.full_name).id, actor=reviewer)
    refused(asking.ask, UNION, anna, {"full_name": "叶青"}, why="改", actor=clerk)
    rule_case(correction, Ruling.KEEP, note="先解除限制", actor=reviewer)


def test_nobody_is_likened_to_who_is_restricted(people):
    _, reviewer, city = people
    restrict(ANNA)
    number = send_in(twin(ANNA, DORA), make_clerk(OTHER_UNION), union=OTHER_UNION)
    assert row_of(number).findings == []
    assert desk.doubted_rows(db.session(), COUNTY, city.path, Sight.COUNTY) == []
    approve(number, actor=reviewer)
    assert desk.waiting(db.session(), COUNTY, city.path, Sight.COUNTY) == []


def test_transfers_and_lists_say_that_and_no_more(people):
    clerk, _, city = people
    looked = open_member(COUNTY, member_of(ANNA.full_name).id, Field.MOBILE, actor=clerk, why=WHY)
    assert looked.values == (ANNA.mobile,)
    send_in(make_roster([ANNA]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    restrict(ANNA)
    session = db.session()
    for side in (Desk.LOSING, Desk.ASKING):
        (line,) = transfers(session, COUNTY, city.path, side, Sight.TOWNSHIP)
        assert (line.name, line.document) == (SHOWN_AS, "")
    (look,) = looks.in_union(session, COUNTY, UNION, Sight.OWN_UNION)
    assert look.member_name == SHOWN_AS
    moved = (session, COUNTY, Month.of(today()), Move.ENTER)
    come = listed(*moved, path=city.path, sight=Sight.OWN_UNION)
    assert [one.name for one in come].count(SHOWN_AS) == 1
    without = not_in_base(session, unions.find(session, UNION), Sight.OWN_UNION)
    assert [(one.name, one.document) for one in without if one.name == SHOWN_AS] == [(SHOWN_AS, "")]


def test_no_batch_tells_of_them_until_it_is_lifted(people):
    _, _, city = people
    number = filled(city)
    restrict(ANNA)
    refused(exchange.download, number, 1, actor=city)
    (hidden,) = [
        one for one in batches.items_of(db.session(), COUNTY, number, None) if one.name == SHOWN_AS
    ]
    assert hidden.document == ""
    exchange.cancel(number, actor=city)
    told = lines_of(exchange.download(sent(city), 1, actor=city))
    assert sorted(one["姓名"] for one in told) == sorted([BEN.full_name, CARL.full_name])
    restrict(ANNA, at=None)
    (told,) = lines_of(exchange.download(filled(city), 1, actor=city))
    assert told["姓名"] == ANNA.full_name


def test_no_search_for_anomalies_judges_them(people):
    city = people[2]
    with transaction() as session:
        session.execute(update(Member).values(particulars='{"born_on":"2015-01-01"}'))
    restrict(ANNA)
    (found,) = search(city)
    assert "2 人未满" in found.reason
