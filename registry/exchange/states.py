"""The states of a batch for the higher federation and what may be done about it. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class BatchState(StrEnum):
    """Where a batch for the higher federation stands."""

    PREPARED = "PREPARED"
    SENT = "SENT"
    ANSWERED = "ANSWERED"
    CANCELLED = "CANCELLED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "PREPARED": "待报送",
            "SENT": "已报送，等回执",
            "ANSWERED": "已有回执",
            "CANCELLED": "已作废",
        }[self]


class Act(StrEnum):
    """What may be done about a batch."""

    SEND = "SEND"  # it was handed over
    READ = "READ"  # a receipt that leaves some unanswered
    ANSWER = "ANSWER"  # a receipt after which all are answered
    SETTLE = "SETTLE"  # who was not mentioned counts as never arrived
    CANCEL = "CANCEL"


_S, _A = BatchState, Act
TRANSITIONS: Mapping[tuple[BatchState, Act], BatchState] = {
    (_S.PREPARED, _A.SEND): _S.SENT,
    (_S.PREPARED, _A.CANCEL): _S.CANCELLED,
    (_S.SENT, _A.READ): _S.SENT,
    (_S.SENT, _A.ANSWER): _S.ANSWERED,
    (_S.SENT, _A.SETTLE): _S.ANSWERED,
}


class Action(StrEnum):
    """What a batch tells of a member."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    ENDED = "ENDED"

    @property
    def label(self) -> str:
        """The action's name on the screen."""
        return {"NEW": "新增", "CHANGED": "变更", "ENDED": "离会"}[self]


class Standing(StrEnum):
    """What an item still says of its member; one item at most in each standing."""

    OPEN = "OPEN"  # in a batch that is not answered yet
    CURRENT = "CURRENT"  # what the higher federation has taken last
    REFUSED = "REFUSED"  # refused last, and not sent anew since


class Outcome(StrEnum):
    """What became of an item."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    LOST = "LOST"  # no receipt mentioned it
    CANCELLED = "CANCELLED"

    @property
    def label(self) -> str:
        """The outcome's name on the screen."""
        return {
            "ACCEPTED": "已接收",
            "REFUSED": "被退回",
            "LOST": "回执未提到",
            "CANCELLED": "已作废",
        }[self]


class Part(StrEnum):
    """The two kinds of files of a batch, written in this order."""

    LIVE = "LIVE"
    ENDED = "ENDED"

    @property
    def label(self) -> str:
        """What the files of this kind are called."""
        return {"LIVE": "在册", "ENDED": "离会"}[self]
