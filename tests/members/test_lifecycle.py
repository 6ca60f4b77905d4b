"""The table of a membership's life, and that the page of a member offers what it allows."""

import pytest

from registry.codes import code_list
from registry.db import db
from registry.members.lifecycle import AFTER, DEATH, LEAVING, RESIGNED, STEPS, event_of
from registry.members.models import LIVE, EventType, MembershipEvent, MembershipState
from registry.review.operations import approve
from registry.web.member_page import CHANGES
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in


def test_every_live_state_can_be_left_and_the_end_is_the_end():
    assert set(STEPS) == {None, *LIVE}
    for state in LIVE:
        assert STEPS[state].keys() >= LEAVING
    assert all(step.after in LIVE for step in STEPS[None].values())


def test_every_change_of_the_code_list_has_its_step():
    codes = {one.code for one in code_list("membership_change")}
    assert {code for steps in STEPS.values() for code in steps} == codes


def test_an_event_means_one_state():
    for steps in STEPS.values():
        for step in steps.values():
            assert AFTER[step.event] is step.after
    assert set(EventType) - AFTER.keys() == {EventType.CORRECT}


def test_the_page_of_a_member_offers_what_the_table_allows():
    for state in LIVE:
        offered = {code for code, _ in CHANGES[state.value]}
        assert offered <= STEPS[state].keys()
        assert offered >= LEAVING
    assert CHANGES[MembershipState.ENDED.value] == ()


def test_who_died_did_not_resign():
    assert event_of(RESIGNED, DEATH) is EventType.DECEASE
    assert event_of(RESIGNED, "5") is EventType.RESIGN
    assert event_of(RESIGNED, None) is EventType.RESIGN
    assert event_of("5", DEATH) is EventType.EXPEL


@pytest.mark.parametrize(
    ("reason", "kind"), [("死亡", EventType.DECEASE), ("个人要求退会", EventType.RESIGN)]
)
def test_a_roster_that_tells_of_a_death_writes_one(register, reason, kind):
    people, clerk, reviewer = make_people(1), make_clerk(), make_reviewer()
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    gone = {0: {"change": "退会", "changed_on": "2026-01-05", "change_reason": reason}}
    approve(send_in(make_roster(people, gone), clerk), actor=reviewer)
    [_, event] = db.session.query(MembershipEvent).order_by(MembershipEvent.id).all()
    assert (event.type, event.happened_on) == (kind, "2026-01-05")
