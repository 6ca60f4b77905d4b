"""The states of a union, and which one it was in on a day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.unions.states import FORMED, NOT_YET, TRANSITIONS, Life, UnionAct, UnionState

LISTED, PREPARED, FORMED_ON, DISSOLVED = (date(year, 6, 1) for year in (2015, 2016, 2017, 2020))
WHOLE = Life("dissolved", LISTED, PREPARED, FORMED_ON, DISSOLVED)


def test_a_union_goes_from_the_list_to_its_end():
    way = (UnionAct.PREPARE, UnionAct.FOUND, UnionAct.ELECT, UnionAct.DISSOLVE)
    state = UnionState.UNFORMED
    for act in way:
        state = TRANSITIONS[state, act]
    assert state is UnionState.DISSOLVED
    assert not [act for from_, act in TRANSITIONS if from_ is UnionState.DISSOLVED]


def test_nothing_is_founded_that_was_not_prepared():
    assert {state for state, act in TRANSITIONS if act is UnionAct.FOUND} == {UnionState.PREPARING}


def test_only_formed_unions_elect_and_are_dissolved_others_are_given_up():
    for act, states in (
        (UnionAct.ELECT, FORMED),
        (UnionAct.DISSOLVE, FORMED),
        (UnionAct.DROP, NOT_YET),
    ):
        assert {state for state, each in TRANSITIONS if each is act} == states


def test_every_state_and_act_has_a_name():
    assert [state.label for state in UnionState] == ["未建", "筹备", "正常", "锁定", "撤销"]
    assert len({act.label for act in UnionAct}) == len(UnionAct)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2015, 5, 31), None),
        (LISTED, UnionState.UNFORMED),
        (PREPARED, UnionState.PREPARING),
        (FORMED_ON, UnionState.ACTIVE),
        (date(2020, 5, 31), UnionState.ACTIVE),
        (DISSOLVED, UnionState.DISSOLVED),
    ],
)
def test_the_state_on_a_day_follows_from_the_days(day, state):
    assert WHOLE.on(day) is state


def test_a_state_whose_day_is_not_known_has_always_been():
    for status in ("unformed", "active", "locked"):
        assert Life(status).on(date(1990, 1, 1)) == status
    assert Life("dissolved", dissolved_on=DISSOLVED).on(PREPARED) is UnionState.ACTIVE


def test_steps_beyond_the_present_state_count_for_nothing():
    assert Life("unformed", formed_on=FORMED_ON).on(DISSOLVED) is UnionState.UNFORMED


def test_one_given_up_was_never_formed():
    given_up = Life("dissolved", prepared_on=PREPARED, dissolved_on=DISSOLVED)
    assert not given_up.was_formed
    assert given_up.on(FORMED_ON) is UnionState.PREPARING
    assert given_up.on(LISTED) is None


_days = st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1))


@given(st.sampled_from(list(UnionState)), _days, _days, _days, _days, st.dates())
def test_no_union_both_exists_and_does_not(status, listed, prepared, formed, dissolved, day):
    state = Life(status, listed, prepared, formed, dissolved).on(day)
    assert (
        state is None
        or (state in FORMED) + (state in NOT_YET) + (state is UnionState.DISSOLVED) == 1
    )
