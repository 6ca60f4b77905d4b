"""From which side an actor comes to a question, and the permission that each act takes."""

from registry.access.actor import Actor
from registry.access.roles import Permission
from registry.questions.states import QuestionAct, Side

_ASKERS = frozenset({QuestionAct.ASK, QuestionAct.CLOSE, QuestionAct.REOPEN})


def sides_of(actor: Actor) -> frozenset[Side]:
    """Return the sides of an actor: whoever answers at the county's own place is the city."""
    found = set()
    if actor.has(Permission.ASK_QUESTIONS):
        found.add(Side.ASKER)
    if actor.has(Permission.ANSWER_QUESTIONS):
        found.add(Side.CITY if actor.place == actor.county else Side.UNIT)
    return frozenset(found)


def desk_of(actor: Actor) -> Side:
    """Return the side from which an actor looks at questions; who answers looks from there."""
    sides = sides_of(actor)
    return next((one for one in (Side.CITY, Side.UNIT) if one in sides), Side.ASKER)


def of_act(act: QuestionAct) -> Permission:
    """Return the permission that an act takes."""
    return Permission.ASK_QUESTIONS if act in _ASKERS else Permission.ANSWER_QUESTIONS
