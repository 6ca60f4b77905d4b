"""The states of a trade union and what may be done about it, in one table. Pure."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from registry.codes import code_list


class UnionState(StrEnum):
    """Where a union stands; the codes of codes/union_status.csv."""

    UNFORMED = "unformed"
    PREPARING = "preparing"
    ACTIVE = "active"
    LOCKED = "locked"
    DISSOLVED = "dissolved"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return code_list("union_status").label(self.value)


class UnionAct(StrEnum):
    """What may be done about a union. `REGISTER` is the first of each and begins in any of
    `BEGINNINGS`; `DROP` says of one never formed that none is to be formed.
    """

    REGISTER = "REGISTER"
    PREPARE = "PREPARE"
    FOUND = "FOUND"
    RENAME = "RENAME"
    ELECT = "ELECT"
    CHANGE = "CHANGE"
    COVER = "COVER"
    UNCOVER = "UNCOVER"
    MOVE = "MOVE"
    MERGE = "MERGE"  # into another union: this one is no more
    SPLIT = "SPLIT"  # some members go to another union
    ABSORB = "ABSORB"  # the other side of both
    DROP = "DROP"
    DISSOLVE = "DISSOLVE"

    @property
    def label(self) -> str:
        """The act's name on the screen."""
        return {
            "REGISTER": "登记",
            "PREPARE": "开始筹备",
            "FOUND": "建会",
            "RENAME": "更名",
            "ELECT": "换届",
            "CHANGE": "变更信息",
            "COVER": "增加覆盖单位",
            "UNCOVER": "移除覆盖单位",
            "MOVE": "变更上级",
            "MERGE": "并入其他工会",
            "SPLIT": "分出会员",
            "ABSORB": "接收会员",
            "DROP": "不再建会",
            "DISSOLVE": "撤销",
        }[self]


_S, _A = UnionState, UnionAct
FORMED = frozenset({_S.ACTIVE, _S.LOCKED})
NOT_YET = frozenset({_S.UNFORMED, _S.PREPARING})
BEGINNINGS = (_S.UNFORMED, _S.PREPARING, _S.ACTIVE)

_STAYS = (_A.RENAME, _A.CHANGE, _A.COVER, _A.UNCOVER, _A.MOVE)
TRANSITIONS: Mapping[tuple[UnionState, UnionAct], UnionState] = {
    (_S.UNFORMED, _A.PREPARE): _S.PREPARING,
    (_S.UNFORMED, _A.DROP): _S.DISSOLVED,
    (_S.PREPARING, _A.FOUND): _S.ACTIVE,
    (_S.PREPARING, _A.DROP): _S.DISSOLVED,
    (_S.ACTIVE, _A.ELECT): _S.ACTIVE,
    (_S.ACTIVE, _A.DISSOLVE): _S.DISSOLVED,
    (_S.ACTIVE, _A.MERGE): _S.DISSOLVED,
    (_S.ACTIVE, _A.SPLIT): _S.ACTIVE,
    (_S.ACTIVE, _A.ABSORB): _S.ACTIVE,
    (_S.LOCKED, _A.ELECT): _S.LOCKED,
    (_S.LOCKED, _A.DISSOLVE): _S.DISSOLVED,
    (_S.LOCKED, _A.MERGE): _S.DISSOLVED,
    (_S.LOCKED, _A.SPLIT): _S.LOCKED,
    (_S.LOCKED, _A.ABSORB): _S.LOCKED,
    **{(state, act): state for state in (*BEGINNINGS, _S.LOCKED) for act in _STAYS},
}


class Life(NamedTuple):
    """A union's state and the days of its steps, None for those not taken or not known."""

    status: str
    listed_on: date | None = None
    prepared_on: date | None = None
    formed_on: date | None = None
    dissolved_on: date | None = None

    @property
    def was_formed(self) -> bool:
        """Whether one that is no more had been formed, and was not given up before."""
        return self.formed_on is not None or not (self.listed_on or self.prepared_on)

    def on(self, day: date) -> UnionState | None:
        """Return the state at the end of a day, None for a time of which nothing is known.

        Steps beyond the present state count for nothing; a state whose day is not known has
        always been.
        """
        present = UnionState(self.status)
        formed = present if present in FORMED else _S.ACTIVE
        steps = (
            (_S.UNFORMED, self.listed_on),
            (_S.PREPARING, self.prepared_on),
            (formed, self.formed_on),
            (_S.DISSOLVED, self.dissolved_on),
        )
        taken = steps[: [state for state, _ in steps].index(present) + 1]
        if taken[-1][1] is None:
            return present
        reached = [state for state, since in taken if since is not None and since <= day]
        if not reached and present is _S.DISSOLVED and self.was_formed and self.formed_on is None:
            return formed
        return reached[-1] if reached else None
