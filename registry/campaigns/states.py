"""The states of a campaign and what may be done about it, in one table. Pure."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class CampaignKind(StrEnum):
    """What a campaign asks of unions."""

    REVERIFY = "REVERIFY"
    REGISTER = "REGISTER"


class CampaignState(StrEnum):
    """Whether a campaign still asks anything of anybody."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"


class CampaignAct(StrEnum):
    """What may be done about a campaign."""

    CHANGE_DUE = "CHANGE_DUE"
    CLOSE = "CLOSE"
    START = "START"
    STOP = "STOP"
    SET_TARGETS = "SET_TARGETS"
    ADVANCE = "ADVANCE"


class Stage(StrEnum):
    """Where a campaign stands on a day, for who looks at it."""

    ANNOUNCED = "ANNOUNCED"
    RUNNING = "RUNNING"
    LATE = "LATE"
    CLOSED = "CLOSED"

    @property
    def label(self) -> str:
        """The stage's name on the screen."""
        return {
            "ANNOUNCED": "未开始",
            "RUNNING": "进行中",
            "LATE": "已到期",
            "CLOSED": "已结束",
        }[self]


class UnitState(StrEnum):
    """Where a unit stands in a registration."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    STOPPED = "STOPPED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {"WAITING": "还没有启动", "RUNNING": "进行中", "STOPPED": "已停止"}[self]


class Phase(StrEnum):
    """The phases of a registration, in their order."""

    SURVEY = "SURVEY"
    COUNT = "COUNT"
    VERIFY = "VERIFY"

    @property
    def label(self) -> str:
        """The phase's name on the screen."""
        return {"SURVEY": "前期摸底", "COUNT": "中期清点", "VERIFY": "后期核验"}[self]


_S, _A = CampaignState, CampaignAct
TRANSITIONS: Mapping[tuple[CampaignState, CampaignAct], CampaignState] = {
    (_S.OPEN, _A.CHANGE_DUE): _S.OPEN,
    (_S.OPEN, _A.CLOSE): _S.CLOSED,
    (_S.OPEN, _A.START): _S.OPEN,
    (_S.OPEN, _A.STOP): _S.OPEN,
    (_S.OPEN, _A.SET_TARGETS): _S.OPEN,
    (_S.OPEN, _A.ADVANCE): _S.OPEN,
}
# What may be done about registrations alone.
REGISTRATION = frozenset({_A.START, _A.STOP, _A.SET_TARGETS, _A.ADVANCE})

# What a unit's part in a registration may become.
UNIT_TRANSITIONS: Mapping[tuple[UnitState, CampaignAct], UnitState] = {
    (UnitState.WAITING, _A.START): UnitState.RUNNING,
    (UnitState.RUNNING, _A.STOP): UnitState.STOPPED,
    (UnitState.STOPPED, _A.START): UnitState.RUNNING,
}


def state_on(state: str, due_on: date, *, ends_when_due: bool, on: date) -> CampaignState:
    """Return the state on a day: a campaign that was told to end when due is closed after that day,
    without anybody's act.
    """
    if ends_when_due and on > due_on:
        return CampaignState.CLOSED
    return CampaignState(state)


def stage_of(state: CampaignState, opens_on: date, due_on: date, on: date) -> Stage:
    """Return the stage of a campaign in this state on a day."""
    if state is CampaignState.CLOSED:
        return Stage.CLOSED
    if on < opens_on:
        return Stage.ANNOUNCED
    return Stage.LATE if on > due_on else Stage.RUNNING
