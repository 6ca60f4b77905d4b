"""What is looked for, and what may become of an anomaly, in one table each. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class AnomalyKind(StrEnum):
    """What looks doubtful."""

    SHARED_MOBILE = "SHARED_MOBILE"
    NUMBER_RUN = "NUMBER_RUN"
    AGE = "AGE"
    SURNAME = "SURNAME"
    GROWTH = "GROWTH"
    FAST = "FAST"
    NEVER_BACK = "NEVER_BACK"
    NIGHT = "NIGHT"
    SAME_PAIR = "SAME_PAIR"
    HARVEST = "HARVEST"

    @property
    def label(self) -> str:
        """The kind's name on the screen."""
        return _LABELS[self]

    @property
    def is_about_reviewer(self) -> bool:
        """Whether it is about what an account does, not about members and rosters."""
        return self in ABOUT_REVIEWERS


_K = AnomalyKind
_LABELS: Mapping[AnomalyKind, str] = {
    _K.SHARED_MOBILE: "多人共用手机号",
    _K.NUMBER_RUN: "证件号码连号",
    _K.AGE: "年龄不合常理",
    _K.SURNAME: "同姓过多",
    _K.GROWTH: "会员骤增",
    _K.FAST: "审核快过阅读",
    _K.NEVER_BACK: "从不退回",
    _K.NIGHT: "夜间审核",
    _K.SAME_PAIR: "同一对人反复更正",
    _K.HARVEST: "大量查看个人信息",
}
ABOUT_REVIEWERS = frozenset({_K.FAST, _K.NEVER_BACK, _K.NIGHT, _K.SAME_PAIR, _K.HARVEST})


class AnomalyState(StrEnum):
    """Whether somebody has still to look at it."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"  # by a person, with a note
    GONE = "GONE"  # the facts do not hold any more

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {"OPEN": "待核查", "CLOSED": "已核查", "GONE": "已消失"}[self]


class AnomalyAct(StrEnum):
    """What may happen to it; all but closing is done by a search."""

    CLOSE = "CLOSE"
    VANISH = "VANISH"
    RETURN = "RETURN"


_S, _A = AnomalyState, AnomalyAct
TRANSITIONS: Mapping[tuple[AnomalyState, AnomalyAct], AnomalyState] = {
    (_S.OPEN, _A.CLOSE): _S.CLOSED,
    (_S.OPEN, _A.VANISH): _S.GONE,
    (_S.GONE, _A.RETURN): _S.OPEN,
}
