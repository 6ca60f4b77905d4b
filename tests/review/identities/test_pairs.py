"""Two records of one person: found, merged, and parted again."""

import pytest

from registry.clock import today
from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.identity.mask import Sight
from registry.members.operations import look_up
from registry.reorganising.ending import dissolve
from registry.review.identities.deciding import open_pair, rule_case, rule_row, undo
from registry.review.identities.queries import waiting
from registry.review.identities.states import Ruling
from registry.review.operations import approve
from tests.factories.doubts import (
    ANNA,
    BEN,
    FAR_TOWNSHIP,
    OTHERS,
    WHY,
    active,
    again,
    case,
    member_of,
    twin,
)
from tests.factories.rosters import (
    OTHER_UNION,
    make_clerk,
    make_reviewer,
    send_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

# two records


@pytest.fixture
def pair(people):
    """Two records of one person, the second in the other union; returns both numbers."""
    _, reviewer, _ = people
    number = send_in(twin(ANNA, OTHERS[0]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    approve(number, actor=reviewer)
    (found,) = waiting(db.session(), COUNTY, reviewer.path, Sight.TOWNSHIP)
    kept = case()
    return found.id, kept.other_id, kept.member_id


def test_a_pair_is_found_when_the_second_is_admitted(pair):
    _, first, second = pair
    assert first != second
    assert (active(), active(OTHER_UNION)) == (3, 1)
    assert case().path.endswith(f"/{TOWNSHIP}/")


def test_two_records_become_one_and_two_again(people, pair):
    _, reviewer, _ = people
    number, first, second = pair
    rule_case(number, Ruling.SAME, actor=reviewer, kept_id=first, **WHY)
    assert (active(), active(OTHER_UNION)) == (3, 0)
    assert look_up(OTHERS[0].number, actor=reviewer).line.member_id == first

    undo(number, actor=reviewer, note="是双胞胎，确实是两个人")
    assert (active(), active(OTHER_UNION)) == (3, 1)
    assert look_up(OTHERS[0].number, actor=reviewer).line.member_id == second
    with pytest.raises(StateRefused):
        undo(number, actor=reviewer, **WHY)


def test_nobody_is_put_back_into_a_union_that_is_no_more(people, pair):
    _, reviewer, _ = people
    number, first, _ = pair
    rule_case(number, Ruling.SAME, actor=reviewer, kept_id=first, **WHY)
    dissolve(OTHER_UNION, today(), actor=make_reviewer())
    with pytest.raises(StateRefused) as refused:
        undo(number, actor=reviewer, **WHY)
    assert refused.value.code == "union.not_formed"
    assert (active(), active(OTHER_UNION)) == (3, 0)


def test_the_live_membership_goes_on_at_the_record_that_is_kept(people, pair):
    clerk, reviewer, _ = people
    number, first, second = pair
    leave = {"change": "退会", "changed_on": "2026-02-01"}
    approve(send_in(again(ANNA, **leave), clerk), actor=reviewer)
    rule_case(number, Ruling.SAME, actor=reviewer, kept_id=first, **WHY)
    assert (active(), active(OTHER_UNION)) == (2, 1)
    assert look_up(ANNA.number, actor=reviewer).line.union_code == OTHER_UNION

    undo(number, actor=reviewer, **WHY)
    assert (active(), active(OTHER_UNION)) == (2, 1)
    assert look_up(OTHERS[0].number, actor=reviewer).line.member_id == second


def test_who_moved_on_since_is_not_parted(people, pair):
    clerk, reviewer, _ = people
    number, first, _ = pair
    approve(send_in(again(ANNA, change="退会", changed_on="2026-02-01"), clerk), actor=reviewer)
    rule_case(number, Ruling.SAME, actor=reviewer, kept_id=first, **WHY)
    leave = again(ANNA, change="退会", changed_on="2026-03-01")
    approve(send_in(leave, make_clerk(OTHER_UNION), union=OTHER_UNION), actor=reviewer)
    with pytest.raises(StateRefused, match="又有变动"):
        undo(number, actor=reviewer, **WHY)


def test_a_merged_number_is_doubted_and_leads_to_the_record(people, pair):
    _, reviewer, _ = people
    number, first, _ = pair
    rule_case(number, Ruling.SAME, actor=reviewer, kept_id=first, **WHY)
    said = {"full_name": ANNA.full_name, "mobile": ANNA.mobile, "education": "大学本科"}
    back = send_in(again(OTHERS[0], **said), make_clerk(OTHER_UNION), union=OTHER_UNION)
    assert approve(back, actor=reviewer).conflict == [2]
    with pytest.raises(StateRefused, match="撤销合并"):
        rule_row(back, 2, Ruling.APART, actor=reviewer, **WHY)


def test_a_pair_is_ruled_on_once_and_by_who_sees_both(people, pair):
    _, reviewer, second_reviewer = people
    number, first, _ = pair
    with pytest.raises(InputRefused, match="哪一条"):
        rule_case(number, Ruling.SAME, actor=reviewer, **WHY)
    with pytest.raises(NotFound):
        rule_case(number, Ruling.APART, actor=make_reviewer(FAR_TOWNSHIP), **WHY)
    rule_case(number, Ruling.APART, actor=reviewer, **WHY)
    with pytest.raises(StateRefused):
        rule_case(number, Ruling.SAME, actor=second_reviewer, kept_id=first, **WHY)
    assert (active(), active(OTHER_UNION)) == (3, 1)


def test_a_reviewer_names_a_pair_that_nothing_found(people):
    _, reviewer, _ = people
    first, second = member_of(ANNA.full_name).id, member_of(BEN.full_name).id
    number = open_pair(first, second, actor=reviewer)
    assert open_pair(second, first, actor=reviewer) == number
    rule_case(number, Ruling.SAME, actor=reviewer, kept_id=second, **WHY)
    assert active() == 2
    with pytest.raises(InputRefused):
        open_pair(first, first, actor=reviewer)
    with pytest.raises(NotFound):
        open_pair(first, second, actor=make_reviewer(FAR_TOWNSHIP))
