"""Unions dissolved and given up when nothing of them is open; nothing is sent for them then."""

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.reorganising.ending import dissolve, drop
from registry.reorganising.moving import move
from registry.reorganising.open_work import OpenWork, open_work
from registry.review.models import Decision
from registry.review.operations import approve
from registry.review.reminders import reminders
from registry.review.revoking import revoke
from registry.submissions.by_hand import enter_by_hand
from registry.unions import history
from registry.unions.states import UnionAct, UnionState
from tests.factories.accounts import make_actor
from tests.factories.bundles import make_bundle, read_in
from tests.factories.people import fields_of, make_people
from tests.factories.register import BEGUN, DAY, FORMED, days_ago, formed, listed, preparing
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP


@pytest.fixture
def reviewer(register):
    """The unit's reviewer."""
    return make_reviewer()


def left(code=UNION):
    db.session.rollback()
    return open_work(db.session(), COUNTY, code)


def status(code=UNION):
    db.session.rollback()
    return history.profile(db.session(), code).status


def leaving(people):
    changes = {place: {"change": "退会"} for place in range(len(people))}
    return make_roster(people, changes)


def test_a_union_without_anything_open_is_dissolved_and_keeps_its_history(reviewer):
    clerk, people = make_clerk(), make_people(2)
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    approve(send_in(leaving(people), clerk), actor=reviewer)
    assert left() == {}
    dissolve(UNION, today(), note="玉总工〔2018〕9号", actor=reviewer)

    assert (status(), history.profile(db.session(), UNION).dissolved_on) == ("dissolved", today())
    (told,) = history.events(db.session(), COUNTY, UNION)
    assert (told.act, told.happened_on) == (UnionAct.DISSOLVE, today())
    assert (told.before, told.after) == ({"status": "active"}, {"status": "dissolved"})


def test_members_rosters_drafts_and_transfers_must_be_settled_first(reviewer):
    clerk, people = make_clerk(), make_people(5)
    approve(send_in(make_roster(people[:2]), clerk), actor=reviewer)
    send_in(make_roster(people[2:4]), clerk)
    take_in(make_roster(people[4:]), clerk)
    send_in(make_roster(people[:1]), make_clerk(OTHER_UNION), union=OTHER_UNION)

    assert left() == {
        OpenWork.DRAFTS: 1,
        OpenWork.WAITING: 1,
        OpenWork.TRANSFERS: 1,
        OpenWork.MEMBERS: 2,
    }
    assert left(OTHER_UNION) == {OpenWork.WAITING: 1, OpenWork.TRANSFERS: 1}
    with pytest.raises(StateRefused) as refused:
        dissolve(UNION, today(), actor=reviewer)
    assert refused.value.code == "union.open"
    assert "在册会员（含保留会籍） 2 人" in refused.value.message
    assert status() == UnionState.ACTIVE


def test_a_workbook_for_many_unions_that_names_it_holds_it(reviewer):
    read_in(make_bundle(make_people(1), [UNION]), reviewer)
    assert left() == {OpenWork.BUNDLES: 1}
    with pytest.raises(StateRefused, match="合并名册"):
        dissolve(UNION, today(), actor=reviewer)
    with pytest.raises(StateRefused, match="合并名册"):
        move(UNION, "331083002", actor=make_actor(Role.AUDITOR, COUNTY))


def test_one_that_is_not_to_be_is_given_up_and_none_is_dissolved(reviewer):
    for code in (listed(reviewer), preparing(reviewer, name="筹备工会")):
        with pytest.raises(StateRefused):
            dissolve(code, today(), actor=reviewer)
        drop(code, today(), actor=reviewer)
        assert status(code) == UnionState.DISSOLVED
        with pytest.raises(StateRefused):
            drop(code, today(), actor=reviewer)
    with pytest.raises(StateRefused):
        drop(UNION, today(), actor=reviewer)


def test_the_day_is_told_and_not_before_the_beginning(small_register):
    reviewer = make_reviewer()
    code = formed(reviewer)
    for day in (today() + DAY, FORMED - DAY):
        with pytest.raises(InputRefused):
            dissolve(code, day, actor=reviewer)
    given_up = preparing(reviewer, name="筹备工会")
    with pytest.raises(InputRefused):
        drop(given_up, BEGUN - DAY, actor=reviewer)
    dissolve(code, FORMED, actor=reviewer)


def test_nobody_is_put_back_into_a_union_that_is_no_more(small_register):
    clerk, reviewer, people = make_clerk(), make_reviewer(), make_people(1)
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    left_by = send_in(leaving(people), clerk)
    approve(left_by, actor=reviewer)
    dissolve(UNION, today(), actor=reviewer)
    decision = db.session.scalar(select(Decision.id).where(Decision.submission_id == left_by))
    with pytest.raises(StateRefused) as refused:
        revoke(left_by, decision, actor=reviewer, reason="other", note="没有离会")
    assert refused.value.code == "union.not_formed"


def test_only_who_manages_the_place_ends_a_union(small_register):
    with pytest.raises(Forbidden):
        dissolve(UNION, today(), actor=make_clerk())
    with pytest.raises(NotFound):
        dissolve(UNION, today(), actor=make_reviewer("331083002"))


def test_nothing_is_sent_for_a_union_that_is_not_formed(reviewer):
    waits = listed(reviewer)
    dissolve(UNION, days_ago(0), actor=reviewer)
    (person,) = make_people(1)
    for code in (waits, UNION):
        clerk = make_clerk(code)
        for act in (
            lambda code=code, clerk=clerk: take_in(make_roster([person]), clerk, union=code),
            lambda code=code, clerk=clerk: enter_by_hand(code, fields_of(person), actor=clerk),
        ):
            with pytest.raises(StateRefused, match="还没有建立，或者已经撤销"):
                act()
    reminded = reminders(db.session(), COUNTY, f"/{COUNTY}/{TOWNSHIP}/")
    assert [one.union.code for one in reminded] == [OTHER_UNION]
