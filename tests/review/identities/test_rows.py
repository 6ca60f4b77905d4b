"""Doubts that a waiting row raises: ruled on, and the row with it."""

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.identity.mask import Sight
from registry.members import looks
from registry.members.history import history
from registry.members.models import (
    EventType,
    Person,
)
from registry.members.operations import look_up, open_member
from registry.members.seeing import Field, Why
from registry.review.identities.deciding import rule_row, undo
from registry.review.identities.queries import count, doubted_rows, of_row
from registry.review.identities.states import CaseState, Doubt, Ruling
from registry.review.operations import approve
from registry.submissions.queries import find
from registry.submissions.states import RowState
from tests.factories.accounts import make_actor
from tests.factories.doubts import (
    ANNA,
    FAR_TOWNSHIP,
    FAR_UNION,
    OTHERS,
    WHY,
    active,
    again,
    case,
    member_of,
    state_of,
    twin,
)
from tests.factories.rosters import (
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY

# the same number, another name


def test_the_name_in_the_register_is_corrected_and_the_row_admitted(people):
    clerk, reviewer, _ = people
    number = send_in(again(ANNA, full_name="安新名"), clerk)

    ruled = rule_row(number, 2, Ruling.CORRECT, actor=reviewer, **WHY)

    assert ruled.outcome.decided == 1
    member = member_of("安新名")
    assert active() == 3
    events = history(db.session(), COUNTY, member.id)
    assert [one.changed for one in events if one.type is EventType.CORRECT] == [["full_name"]]
    assert (case().doubt, case().ruling, case().former_name) == ("NAME", "CORRECT", ANNA.full_name)

    undo(case().id, actor=reviewer, note="看错了")
    assert member_of(ANNA.full_name).id == member.id
    assert case().state == CaseState.UNDONE


@pytest.mark.parametrize("ruling", [Ruling.KEEP, Ruling.APART])
def test_the_row_goes_back_where_the_register_stays(people, ruling):
    clerk, reviewer, _ = people
    number = send_in(again(ANNA, full_name="安新名"), clerk)
    ruled = rule_row(number, 2, ruling, actor=reviewer, **WHY)
    assert state_of(number) is RowState.SENT_BACK
    assert ruled.outcome.follow_up_id
    assert member_of("安新名") is None
    with pytest.raises(StateRefused, match="没有改动会员库"):
        undo(ruled.case_id, actor=reviewer, **WHY)


def test_who_sent_the_roster_does_not_rule_on_it(people):
    _, reviewer, _ = people
    both = make_actor([Role.CLERK, Role.REVIEWER], UNION)
    number = send_in(again(ANNA, full_name="安新名"), both)
    with pytest.raises(Forbidden):
        rule_row(number, 2, Ruling.CORRECT, actor=both, **WHY)
    with pytest.raises(InputRefused, match="写明"):
        rule_row(number, 2, Ruling.CORRECT, actor=reviewer, note=" ")
    with pytest.raises(InputRefused, match="选择一种"):
        rule_row(number, 2, Ruling.SAME, actor=reviewer, **WHY)
    far = make_actor(Role.REVIEWER, FAR_TOWNSHIP)
    with pytest.raises(NotFound):
        rule_row(number, 2, Ruling.CORRECT, actor=far, **WHY)
    assert member_of("安新名") is None


def test_a_row_without_a_doubt_is_not_ruled_on(people):
    clerk, reviewer, _ = people
    number = send_in(make_roster(OTHERS[:1]), clerk)
    with pytest.raises(StateRefused, match="没有要核对"):
        rule_row(number, 2, Ruling.KEEP, actor=reviewer, **WHY)


# the same name and mobile, another number


def test_the_number_in_the_register_is_corrected(people):
    clerk, reviewer, _ = people
    before = member_of(ANNA.full_name)
    old_key, member_id = before.person_key, before.id
    number = send_in(twin(ANNA, OTHERS[0]), clerk)
    assert [
        one.doubt for one in doubted_rows(db.session(), COUNTY, reviewer.path, Sight.TOWNSHIP)
    ] == [Doubt.TWIN]
    shown = of_row(db.session(), find(db.session(), number), 2, Sight.TOWNSHIP, reviewer.path)
    assert len(shown.sides) == 2
    assert "位" in shown.numbers

    rule_row(number, 2, Ruling.CORRECT, actor=reviewer, **WHY)

    member = member_of(ANNA.full_name)
    assert member.id == member_id
    assert member.person_key != old_key
    assert db.session.get(Person, old_key).same_as == member.person_key
    assert state_of(number) is RowState.APPROVED
    assert active() == 3
    for field, value in ((Field.DOCUMENT, OTHERS[0].number), (Field.MOBILE, ANNA.mobile)):
        shown = open_member(COUNTY, member_id, field, actor=reviewer, why=Why("CORRECT"))
        assert shown.values == (value,)
    assert look_up(ANNA.number, actor=reviewer).line.member_id == member_id


def test_who_looked_before_the_correction_is_still_told(people):
    clerk, reviewer, _ = people
    member = member_of(ANNA.full_name)
    open_member(COUNTY, member.id, Field.MOBILE, actor=reviewer, why=Why("CONTACT"))
    rule_row(send_in(twin(ANNA, OTHERS[0]), clerk), 2, Ruling.CORRECT, actor=reviewer, **WHY)
    key = member_of(ANNA.full_name).person_key
    assert [one.reason for one in looks.at_member(db.session(), COUNTY, UNION, key)] == ["联系本人"]


def test_the_former_number_is_doubted_and_not_admitted(people):
    clerk, reviewer, _ = people
    rule_row(send_in(twin(ANNA, OTHERS[0]), clerk), 2, Ruling.CORRECT, actor=reviewer, **WHY)

    number = send_in(make_roster([ANNA], {0: {"education": "大学本科"}}), clerk)
    assert approve(number, actor=reviewer).conflict == [2]
    with pytest.raises(InputRefused):
        rule_row(number, 2, Ruling.CORRECT, actor=reviewer, **WHY)
    rule_row(number, 2, Ruling.KEEP, actor=reviewer, **WHY)
    assert (state_of(number), active()) == (RowState.SENT_BACK, 3)


def test_the_former_number_may_be_somebody_elses_after_all(people):
    clerk, reviewer, _ = people
    rule_row(send_in(twin(ANNA, OTHERS[0]), clerk), 2, Ruling.CORRECT, actor=reviewer, **WHY)
    number = send_in(again(ANNA, full_name="另一位", mobile=OTHERS[1].mobile), clerk)
    rule_row(number, 2, Ruling.APART, actor=reviewer, **WHY)
    assert (state_of(number), active()) == (RowState.APPROVED, 4)


def test_told_apart_both_are_members_and_nobody_asks_again(people):
    clerk, reviewer, _ = people
    number = send_in(twin(ANNA, OTHERS[0]), clerk)
    rule_row(number, 2, Ruling.APART, actor=reviewer, **WHY)
    assert (state_of(number), active()) == (RowState.APPROVED, 4)
    assert count(db.session(), COUNTY, reviewer.path) == 0


@pytest.mark.usefixtures("people")
def test_a_record_elsewhere_is_neither_shown_nor_corrected():
    far_clerk, far = make_clerk(FAR_UNION), make_reviewer(FAR_TOWNSHIP)
    number = send_in(twin(ANNA, OTHERS[0]), far_clerk, union=FAR_UNION)
    shown = of_row(db.session(), find(db.session(), number), 2, Sight.TOWNSHIP, far.path)
    assert (len(shown.sides), shown.numbers, shown.elsewhere) == (1, "", 1)
    with pytest.raises(NotFound, match="不在您的管理范围"):
        rule_row(number, 2, Ruling.CORRECT, actor=far, **WHY)
    county = make_actor(Role.REVIEWER, COUNTY)
    outcome = rule_row(number, 2, Ruling.CORRECT, actor=county, **WHY).outcome
    assert outcome.transfer == [2]
    assert member_of(ANNA.full_name).person_key is not None
    assert active() == 3
