"""The way of a question: its states, and who may take it from one to the next. Pure.

A union asks; its review unit answers or passes the question up to the city; the city answers or
passes it on to the prefecture, which has no accounts here, and records what came back. Alike
questions are merged into one and get its answers.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class QuestionState(StrEnum):
    """Where a question stands; in the first four it waits for an answer."""

    OPEN = "OPEN"
    PASSED_UP = "PASSED_UP"
    PASSED_ON = "PASSED_ON"
    MERGED = "MERGED"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "OPEN": "待答复",
            "PASSED_UP": "已上报市级",
            "PASSED_ON": "已上报地市",
            "MERGED": "已合并，待答复",
            "ANSWERED": "已答复",
            "CLOSED": "已了结",
        }[self]


class Side(StrEnum):
    """Who acts on a question: the union that asked, its review unit, the city."""

    ASKER = "ASKER"
    UNIT = "UNIT"
    CITY = "CITY"


class QuestionAct(StrEnum):
    """What may be done about a question; `ASK` is how it comes to be."""

    ASK = "ASK"
    ANSWER = "ANSWER"
    PASS_UP = "PASS_UP"  # noqa: S105 - no password
    PASS_ON = "PASS_ON"  # noqa: S105 - no password
    MERGE = "MERGE"
    SEPARATE = "SEPARATE"
    CLOSE = "CLOSE"
    REOPEN = "REOPEN"


class Source(StrEnum):
    """From where an answer comes."""

    UNIT = "UNIT"
    CITY = "CITY"
    PREFECTURE = "PREFECTURE"

    @property
    def label(self) -> str:
        """The source's name on the screen."""
        return {"UNIT": "乡镇（街道）工会", "CITY": "市总工会", "PREFECTURE": "地市工会"}[self]


class Step(NamedTuple):
    """Where an act leads, and which sides may do it."""

    after: QuestionState
    sides: frozenset[Side]


_S, _A = QuestionState, QuestionAct
_ASKER, _UNIT, _CITY = (frozenset({side}) for side in Side)
_DESKS = _UNIT | _CITY

# A further answer may follow every answer: what is said stays, what is put right is said anew. Who
# does not understand asks the own unit again, which is the nearest.
TRANSITIONS: Mapping[tuple[QuestionState, QuestionAct], Step] = {
    (_S.OPEN, _A.ANSWER): Step(_S.ANSWERED, _UNIT),
    (_S.OPEN, _A.PASS_UP): Step(_S.PASSED_UP, _UNIT),
    (_S.OPEN, _A.MERGE): Step(_S.MERGED, _UNIT),
    (_S.OPEN, _A.CLOSE): Step(_S.CLOSED, _ASKER),
    (_S.PASSED_UP, _A.ANSWER): Step(_S.ANSWERED, _CITY),
    (_S.PASSED_UP, _A.PASS_ON): Step(_S.PASSED_ON, _CITY),
    (_S.PASSED_UP, _A.MERGE): Step(_S.MERGED, _CITY),
    (_S.PASSED_UP, _A.CLOSE): Step(_S.CLOSED, _ASKER),
    (_S.PASSED_ON, _A.ANSWER): Step(_S.ANSWERED, _CITY),
    (_S.PASSED_ON, _A.MERGE): Step(_S.MERGED, _CITY),
    (_S.PASSED_ON, _A.CLOSE): Step(_S.CLOSED, _ASKER),
    (_S.MERGED, _A.ANSWER): Step(_S.ANSWERED, frozenset()),
    (_S.MERGED, _A.SEPARATE): Step(_S.OPEN, _DESKS),
    (_S.MERGED, _A.REOPEN): Step(_S.OPEN, _ASKER),
    (_S.MERGED, _A.CLOSE): Step(_S.CLOSED, _ASKER),
    (_S.ANSWERED, _A.ANSWER): Step(_S.ANSWERED, _DESKS),
    (_S.ANSWERED, _A.CLOSE): Step(_S.CLOSED, _ASKER),
    (_S.ANSWERED, _A.REOPEN): Step(_S.OPEN, _ASKER),
    (_S.CLOSED, _A.ANSWER): Step(_S.ANSWERED, _DESKS),
    (_S.CLOSED, _A.REOPEN): Step(_S.OPEN, _ASKER),
}

WAITING = (_S.OPEN, _S.PASSED_UP, _S.PASSED_ON, _S.MERGED)
# The acts that lead up to where a question waits.
WAY_UP: Mapping[QuestionState, tuple[QuestionAct, ...]] = {
    _S.OPEN: (),
    _S.PASSED_UP: (_A.PASS_UP,),
    _S.PASSED_ON: (_A.PASS_UP, _A.PASS_ON),
}
# Into what a question may be merged: never into one that waits further down.
LEADING: Mapping[QuestionState, tuple[QuestionState, ...]] = {
    _S.OPEN: (_S.OPEN, _S.PASSED_UP, _S.PASSED_ON, _S.ANSWERED),
    _S.PASSED_UP: (_S.PASSED_UP, _S.PASSED_ON, _S.ANSWERED),
    _S.PASSED_ON: (_S.PASSED_ON, _S.ANSWERED),
}


def next_state(state: QuestionState, act: QuestionAct) -> QuestionState | None:
    """Return the state after an act, None where there is no way."""
    step = TRANSITIONS.get((state, act))
    return step.after if step else None


def may(side: Side, state: QuestionState, act: QuestionAct) -> bool:
    """Tell whether a side may do this about a question in this state."""
    step = TRANSITIONS.get((state, act))
    return step is not None and side in step.sides
