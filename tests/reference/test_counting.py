"""Members beside the reference register: counted in the act, and the same when counted anew."""

import pytest
from sqlalchemy import select, update

from registry.clock import today
from registry.db import db, transaction
from registry.members.models import Membership, Tally
from registry.review import transferring
from registry.review.operations import approve
from registry.review.queries import decisions
from registry.review.revoking import revoke
from registry.submissions import queries
from registry.totals.metrics import Ratio
from registry.totals.queries import totals
from registry.totals.recount import reconcile
from tests.factories.people import make_people
from tests.factories.reference import load_base
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

PEOPLE = make_people(8)


def admit(people, union=UNION, changes=None):
    return approve(
        send_in(make_roster(people, changes), make_clerk(union), union=union),
        actor=make_reviewer(),
    )


def known(code=UNION):
    """Return people of the reference register, those who are members, members known to it."""
    assert reconcile(db.session(), COUNTY)[1] == []
    return tuple(totals(db.session(), code, today()).total.reference)


def rate(code=COUNTY):
    return totals(db.session(), code, today()).total.metrics["reference_match_rate"]


def test_who_is_admitted_is_found_in_the_base(register):
    load_base(PEOPLE[:5])
    assert known() == (5, 0, 0)
    admit(PEOPLE[3:])
    assert known() == (5, 2, 2)
    assert rate() == Ratio(2, 5)


def test_who_was_a_member_before_the_base_came_is_found_as_well(register):
    admit(PEOPLE[3:])
    load_base(PEOPLE[:5])
    assert known() == (5, 2, 2)


def test_without_a_base_there_is_no_share(register):
    admit(PEOPLE)
    assert rate() == Ratio(0, 0)


def test_people_count_where_the_base_has_them_members_where_they_are(register):
    load_base(PEOPLE[:4], UNION)
    admit(PEOPLE[:2], OTHER_UNION)
    assert known(UNION) == (4, 2, 0)
    assert known(OTHER_UNION) == (0, 0, 2)
    assert known(TOWNSHIP) == known(COUNTY) == (4, 2, 2)


def test_who_leaves_is_no_member_and_who_comes_back_is_one_again(register):
    load_base(PEOPLE[:4])
    admit(PEOPLE[:4])
    gone = {at: {"change": "退会", "changed_on": "2026-02-01"} for at in range(2)}
    admit(PEOPLE[:2], changes=gone)
    assert known() == (4, 2, 2)
    admit(PEOPLE[:1])
    assert known() == (4, 3, 3)


def test_who_is_retained_is_still_there(register):
    load_base(PEOPLE[:2])
    admit(PEOPLE[:2])
    admit(PEOPLE[:1], changes={0: {"change": "保留会籍", "changed_on": "2026-02-01"}})
    assert known() == (2, 2, 2)


def test_a_transfer_moves_who_is_known(register):
    load_base(PEOPLE[:4], UNION)
    admit(PEOPLE[:4], UNION)
    send_in(make_roster(PEOPLE[:3]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    from registry.members.models import Transfer

    numbers = list(db.session.scalars(select(Transfer.id)))
    transferring.release(numbers, actor=make_clerk(UNION))
    assert known(UNION) == (4, 4, 1)
    assert known(OTHER_UNION) == (0, 0, 3)


def test_a_wrong_number_is_found_by_name_and_mobile(register):
    other = make_people(1, seed=9)[0]
    changes = {0: {"身份证号码": other.number}}
    load_base(PEOPLE[:2], changes=changes)
    admit(PEOPLE[:3])
    assert known() == (2, 2, 2)


def test_a_wrong_number_is_found_when_the_base_comes_later(register):
    other = make_people(1, seed=9)[0]
    admit(PEOPLE[:3])
    load_base(PEOPLE[:2], changes={0: {"身份证号码": other.number}})
    assert known() == (2, 2, 2)


def test_another_name_or_mobile_is_another_person(register):
    other = make_people(2, seed=9)
    changes = {
        0: {"身份证号码": other[0].number, "手机号码": other[0].mobile},
        1: {"身份证号码": other[1].number, "姓名": "欧阳某某"},
    }
    load_base(PEOPLE[:2], changes=changes)
    admit(PEOPLE[:2])
    assert known() == (2, 0, 0)


def test_the_own_number_goes_first(register):
    """Who was taken for somebody of the same name and mobile turns out to be another person."""
    same = PEOPLE[0]
    twin = make_people(1, seed=9)[0]._replace(full_name=same.full_name, mobile=same.mobile)
    load_base([same])
    admit([twin])
    assert known() == (1, 1, 1)
    admit([same], OTHER_UNION)
    assert known(UNION) == (1, 1, 0)
    assert known(OTHER_UNION) == (0, 0, 1)


def test_two_of_the_base_may_be_one_member(register):
    other = make_people(1, seed=9)[0]
    load_base(PEOPLE[:1])
    load_base(PEOPLE[:1], changes={0: {"身份证号码": other.number}})
    admit(PEOPLE[:1])
    # By number the one, by name and mobile the other: two people there, one member here.
    assert known() == (2, 2, 1)
    admit(PEOPLE[:1], changes={0: {"change": "退会", "changed_on": "2026-02-01"}})
    assert known() == (2, 0, 0)


def test_people_of_no_known_union_belong_to_the_county_alone(register):
    load_base(PEOPLE[:3], "没有这家公司")
    load_base(PEOPLE[3:4])
    admit(PEOPLE[:4])
    assert known(UNION) == (1, 1, 4)
    assert known(COUNTY) == (4, 4, 4)
    found = totals(db.session(), COUNTY, today())
    assert sum(part.reference.people for part in found.parts) == 1
    assert rate() == Ratio(4, 4)


def test_a_second_load_finds_unions_that_are_known_by_now(register):
    load_base(PEOPLE[:3], "没有这家公司")
    admit(PEOPLE[:1])
    load_base(PEOPLE[:3], UNION, 2017)
    assert known(UNION) == (3, 1, 1)
    assert known(COUNTY) == (3, 1, 1)


@pytest.mark.parametrize("name", ["reference_people", "reference_matched", "reference_known"])
def test_a_recount_finds_a_wrong_tally(register, name):
    load_base(PEOPLE[:4])
    admit(PEOPLE[:2])
    with transaction() as session:
        session.execute(update(Tally).values({name: getattr(Tally, name) + 1}))
    differences = reconcile(db.session(), COUNTY)[1]
    assert {one.what for one in differences} == {name}


def test_a_recount_finds_a_membership_that_nobody_counted(register):
    load_base(PEOPLE[:2])
    admit(PEOPLE[:2])
    one = db.session.scalars(select(Membership).limit(1)).one()
    with transaction() as session:
        session.execute(
            update(Membership)
            .where(Membership.id == one.id)
            .values(state="ENDED", ended_at=one.admitted_at)
        )
    what = {one.what for one in reconcile(db.session(), COUNTY)[1]}
    assert {"reference_matched", "reference_known"} <= what


def test_an_approval_taken_back_takes_who_is_known_along(register):
    load_base(PEOPLE[:5])
    outcome = admit(PEOPLE[3:])
    assert known() == (5, 2, 2)
    [decision] = decisions(db.session(), queries.find(db.session(), outcome.submission_id))
    revoke(
        outcome.submission_id,
        decision.id,
        actor=make_reviewer(),
        reason="wrong_data",
        note="报错了人",
    )
    assert known() == (5, 0, 0)
