"""Whatever people do, in whatever order: no question is lost, and all go along the table."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.roles import Role
from registry.db import db
from registry.errors import RegistryError
from registry.questions import operations, queries
from registry.questions.models import Question
from registry.questions.states import WAITING, QuestionAct, QuestionState, next_state
from tests.factories.accounts import make_actor
from tests.factories.rosters import OTHER_UNION, make_clerk, make_reviewer
from tests.factories.unions import COUNTY

S, A = QuestionState, QuestionAct
FAR_TOWNSHIP, FAR_UNION = "331083002", "3310830020001"
ASKED = 4
WHO = ("clerk", "other", "far", "unit", "far_unit", "city")
ACTS = tuple(act for act in A if act is not A.ASK)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(ACTS),
        st.sampled_from(WHO),
        st.integers(0, ASKED - 1),
        st.integers(0, ASKED - 1),
    ),
    max_size=25,
)


@pytest.fixture
def people(register):
    """Everybody who may have to do with a question, and some who may not."""
    return {
        "clerk": make_clerk(),
        "other": make_clerk(OTHER_UNION),
        "far": make_clerk(FAR_UNION),
        "unit": make_reviewer(),
        "far_unit": make_reviewer(FAR_TOWNSHIP),
        "city": make_actor(Role.AUDITOR, COUNTY),
    }


def do(act, actor, number, other):
    """Try an act; whether it is refused is not asked here."""
    tries = {
        A.ANSWER: lambda: operations.answer(number, "看原件。", actor=actor),
        A.PASS_UP: lambda: operations.pass_up(number, actor=actor),
        A.PASS_ON: lambda: operations.pass_on(number, actor=actor),
        A.MERGE: lambda: operations.merge(number, other, actor=actor),
        A.SEPARATE: lambda: operations.separate(number, actor=actor),
        A.CLOSE: lambda: operations.close(number, actor=actor),
        A.REOPEN: lambda: operations.reopen(number, "还是不明白", actor=actor),
    }
    try:
        tries[act]()
    except RegistryError:
        db.session.rollback()


def assert_none_is_lost(numbers):
    """Every question is there, stands where its entries lead, and waits for what is answered."""
    query = select(Question).where(Question.id.in_(numbers))
    found = {one.id: one for one in db.session.scalars(query)}
    assert sorted(found) == numbers
    for one in found.values():
        view = queries.find(db.session(), COUNTY, one.path, one.id)
        entries = queries.entries(db.session(), view, limit=1000)
        assert [entry.number for entry in entries] == list(range(1, one.entry_count + 1))
        assert all(early.at <= late.at for early, late in pairwise(entries))
        state = S.OPEN
        for entry in entries[1:]:
            state = next_state(state, entry.act)
        assert state == one.state
        if one.state == S.MERGED:
            # What it waits for is asked by somebody still, and waits itself.
            assert S(found[one.merged_into].state) in set(WAITING) - {S.MERGED}
        seen = {one.id}
        while one.merged_into is not None:
            one = found[one.merged_into]
            assert one.id not in seen, "merged in a circle"
            seen.add(one.id)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_sequence_of_acts_loses_a_question(people, steps):
    asking = [people[who] for who in ("clerk", "clerk", "other", "far")]
    numbers = [operations.ask(one.place, "怎么办？", actor=one) for one in asking]
    for act, who, number, other in steps:
        do(act, people[who], numbers[number], numbers[other])
        db.session.rollback()
    assert_none_is_lost(numbers)
