"""The way of an explanation: asked for, answered in words, accepted or asked for again. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class ExplanationState(StrEnum):
    """Where one stands. What is returned is asked for anew, so that each answer is kept."""

    ASKED = "ASKED"
    ANSWERED = "ANSWERED"
    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "ASKED": "待答复",
            "ANSWERED": "已答复",
            "ACCEPTED": "已认可",
            "RETURNED": "已退回重新说明",
        }[self]


class ExplanationAct(StrEnum):
    """What may be done about one."""

    ANSWER = "ANSWER"
    ACCEPT = "ACCEPT"
    RETURN = "RETURN"


_S, _A = ExplanationState, ExplanationAct
TRANSITIONS: Mapping[tuple[ExplanationState, ExplanationAct], ExplanationState] = {
    (_S.ASKED, _A.ANSWER): _S.ANSWERED,
    (_S.ANSWERED, _A.ACCEPT): _S.ACCEPTED,
    (_S.ANSWERED, _A.RETURN): _S.RETURNED,
}


class Stage(StrEnum):
    """How far something that does not agree is explained: the state of the explanation that holds,
    or that there is none.
    """

    NONE = "NONE"
    ASKED = "ASKED"
    ANSWERED = "ANSWERED"
    ACCEPTED = "ACCEPTED"

    @property
    def label(self) -> str:
        """The stage's name on the screen."""
        return "还没有说明" if self is Stage.NONE else ExplanationState(self.value).label
