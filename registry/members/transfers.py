"""The way of a transfer: its states, and who may take it from one to the next. Pure.

A union asks for a person who is active elsewhere; the losing union releases or objects; where it
does not answer in time, or the asking side appeals, the nearest common federation settles it.
"""

from collections.abc import Mapping
from enum import StrEnum


class TransferState(StrEnum):
    """Where a transfer stands; in the first three it waits for somebody."""

    ASKED = "ASKED"
    OBJECTED = "OBJECTED"
    APPEALED = "APPEALED"
    RELEASED = "RELEASED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    LAPSED = "LAPSED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "ASKED": "待答复",
            "OBJECTED": "对方不同意",
            "APPEALED": "待上级裁定",
            "RELEASED": "已同意转会",
            "GRANTED": "裁定转会",
            "REFUSED": "裁定不转",
            "WITHDRAWN": "已撤回",
            "LAPSED": "不再需要",
        }[self]


# What the row that asked is told: where its wish stands, and what is left to do.
AT_THE_ROW: Mapping[TransferState, str] = {
    TransferState.ASKED: "已请求转会，对方可以答复到 {due}",
    TransferState.OBJECTED: "对方不同意转出，由本工会撤回请求或请上级裁定",
    TransferState.APPEALED: "已请上级裁定",
    TransferState.REFUSED: "裁定不转会，这一行请退回或驳回",
    TransferState.WITHDRAWN: "转会请求已撤回，这一行请退回或驳回",
    TransferState.LAPSED: "情况已有变化，请再核对",
}


class Side(StrEnum):
    """Who acts on a transfer: the two unions, the federation above both, or the register itself."""

    ASKING = "ASKING"
    LOSING = "LOSING"
    ARBITER = "ARBITER"
    REGISTER = "REGISTER"


class TransferAct(StrEnum):
    """What may be done about a transfer that waits."""

    RELEASE = "RELEASE"
    OBJECT = "OBJECT"
    APPEAL = "APPEAL"
    GRANT = "GRANT"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"
    LAPSE = "LAPSE"


OPEN = (TransferState.ASKED, TransferState.OBJECTED, TransferState.APPEALED)
# Those that moved the person.
DONE = (TransferState.RELEASED, TransferState.GRANTED)

SIDE_OF: Mapping[TransferAct, Side] = {
    TransferAct.RELEASE: Side.LOSING,
    TransferAct.OBJECT: Side.LOSING,
    TransferAct.APPEAL: Side.ASKING,
    TransferAct.WITHDRAW: Side.ASKING,
    TransferAct.GRANT: Side.ARBITER,
    TransferAct.REFUSE: Side.ARBITER,
    TransferAct.LAPSE: Side.REGISTER,
}

_EVERYWHERE: Mapping[TransferAct, TransferState] = {
    TransferAct.RELEASE: TransferState.RELEASED,
    TransferAct.WITHDRAW: TransferState.WITHDRAWN,
    TransferAct.LAPSE: TransferState.LAPSED,
}
_SETTLING: Mapping[TransferAct, TransferState] = {
    TransferAct.GRANT: TransferState.GRANTED,
    TransferAct.REFUSE: TransferState.REFUSED,
}
# Whoever objected may still release: that takes the objection back. The federation settles what
# was asked only when the time to answer is over (`may_settle`).
TRANSITIONS: Mapping[TransferState, Mapping[TransferAct, TransferState]] = {
    TransferState.ASKED: {
        **_EVERYWHERE,
        **_SETTLING,
        TransferAct.OBJECT: TransferState.OBJECTED,
    },
    TransferState.OBJECTED: {**_EVERYWHERE, TransferAct.APPEAL: TransferState.APPEALED},
    TransferState.APPEALED: {**_EVERYWHERE, **_SETTLING},
}


def next_state(state: TransferState, act: TransferAct) -> TransferState | None:
    """Return the state after an act, None where there is no way."""
    return TRANSITIONS.get(state, {}).get(act)


def may_settle(state: TransferState, *, is_overdue: bool) -> bool:
    """Tell whether it is for the federation above both to settle a transfer."""
    return state is TransferState.APPEALED or (state is TransferState.ASKED and is_overdue)
