"""The table of a question's way."""

from registry.questions.states import (
    LEADING,
    TRANSITIONS,
    WAITING,
    WAY_UP,
    QuestionAct,
    QuestionState,
    Side,
    may,
    next_state,
)

S, A = QuestionState, QuestionAct


def test_every_state_has_a_label_and_a_way_on():
    assert len({state.label for state in S}) == len(S)
    assert {state for state, _ in TRANSITIONS} == set(S)


def test_what_waits_can_be_answered_and_what_is_over_asked_again():
    assert all(next_state(state, A.ANSWER) is S.ANSWERED for state in S)
    for state in set(S) - set(WAITING):
        assert next_state(state, A.REOPEN) is S.OPEN


def test_only_the_asker_closes_and_asks_again():
    for (state, act), step in TRANSITIONS.items():
        own = act in (A.CLOSE, A.REOPEN)
        assert (Side.ASKER in step.sides) == own, (state, act)
        assert may(Side.ASKER, state, act) == own


def test_the_ways_up_lead_where_they_say():
    for state, acts in WAY_UP.items():
        found = S.OPEN
        for act in acts:
            found = next_state(found, act)
        assert found is state
    assert set(WAY_UP) == set(LEADING) == set(WAITING) - {S.MERGED}


def test_there_is_no_way_that_the_table_does_not_have():
    assert next_state(S.ANSWERED, A.PASS_UP) is None
    assert not may(Side.CITY, S.OPEN, A.ANSWER)
