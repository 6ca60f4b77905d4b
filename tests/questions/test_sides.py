"""From which side somebody acts: the place decides between unit and city."""

import pytest

from registry.access.actor import Actor
from registry.access.roles import Permission, Role
from registry.questions.sides import desk_of, of_act, sides_of
from registry.questions.states import TRANSITIONS, QuestionAct, Side

COUNTY, TOWNSHIP, UNION = "331083", "331083001", "3310830010001"


def actor(place, *roles):
    return Actor(1, "a", "某人", frozenset(roles), place, f"/{place}/", COUNTY)


@pytest.mark.parametrize(
    ("who", "sides", "desk"),
    [
        (actor(UNION, Role.CLERK), {Side.ASKER}, Side.ASKER),
        (actor(TOWNSHIP, Role.REVIEWER), {Side.UNIT}, Side.UNIT),
        (actor(COUNTY, Role.REVIEWER), {Side.CITY}, Side.CITY),
        (actor(COUNTY, Role.AUDITOR), {Side.CITY}, Side.CITY),
        (actor(TOWNSHIP, Role.REVIEWER, Role.CLERK), {Side.UNIT, Side.ASKER}, Side.UNIT),
        (actor(COUNTY, Role.ADMINISTRATOR), set(), Side.ASKER),
    ],
)
def test_sides(who, sides, desk):
    assert sides_of(who) == sides
    assert desk_of(who) is desk


def test_the_permission_of_an_act_is_that_of_its_sides():
    for (_, act), step in TRANSITIONS.items():
        if step.sides:
            asks = of_act(act) is Permission.ASK_QUESTIONS
            assert asks == (step.sides == {Side.ASKER})
    assert of_act(QuestionAct.ASK) is Permission.ASK_QUESTIONS
