"""The way of a doubt about who somebody is: its kinds, what may be ruled, its states. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class Doubt(StrEnum):
    """What is doubted."""

    ASKED = "ASKED"  # a union asks for a name or number to be corrected
    NAME = "NAME"
    FORMER = "FORMER"
    TWIN = "TWIN"
    PARTICULARS = "PARTICULARS"
    PAIR = "PAIR"  # both are in the register

    @property
    def label(self) -> str:
        """The doubt's name on the screen."""
        return {
            "ASKED": "申请更正",
            "NAME": "同号不同名",
            "FORMER": "号码已更正过",
            "TWIN": "同名同手机不同号",
            "PARTICULARS": "性别或出生日期不同",
            "PAIR": "疑似重复登记",
        }[self]


class Ruling(StrEnum):
    """What is decided: the register is corrected, it is kept, they are two persons or the same."""

    CORRECT = "CORRECT"
    KEEP = "KEEP"
    APART = "APART"
    SAME = "SAME"

    @property
    def label(self) -> str:
        """The ruling's name on the screen."""
        return {
            "CORRECT": "更正会员库",
            "KEEP": "会员库不变",
            "APART": "是两个人",
            "SAME": "是同一个人",
        }[self]


class CaseState(StrEnum):
    """Where a case stands."""

    WAITING = "WAITING"
    DONE = "DONE"
    WITHDRAWN = "WITHDRAWN"
    UNDONE = "UNDONE"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "WAITING": "待核对",
            "DONE": "已处理",
            "WITHDRAWN": "已撤回",
            "UNDONE": "已撤销",
        }[self]


class CaseAct(StrEnum):
    """What may be done about a case."""

    RULE = "RULE"
    WITHDRAW = "WITHDRAW"
    UNDO = "UNDO"


TRANSITIONS: Mapping[CaseState, Mapping[CaseAct, CaseState]] = {
    CaseState.WAITING: {CaseAct.RULE: CaseState.DONE, CaseAct.WITHDRAW: CaseState.WITHDRAWN},
    CaseState.DONE: {CaseAct.UNDO: CaseState.UNDONE},
}
RULINGS: Mapping[Doubt, tuple[Ruling, ...]] = {
    Doubt.ASKED: (Ruling.CORRECT, Ruling.KEEP),
    Doubt.NAME: (Ruling.CORRECT, Ruling.KEEP, Ruling.APART),
    Doubt.FORMER: (Ruling.KEEP, Ruling.APART),
    Doubt.TWIN: (Ruling.CORRECT, Ruling.KEEP, Ruling.APART),
    Doubt.PARTICULARS: (Ruling.CORRECT, Ruling.KEEP),
    Doubt.PAIR: (Ruling.SAME, Ruling.APART),
}


def next_state(state: CaseState, act: CaseAct) -> CaseState | None:
    """Return the state after an act, None where there is no way."""
    return TRANSITIONS.get(state, {}).get(act)
