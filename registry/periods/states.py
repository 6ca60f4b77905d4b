"""The states of a period and what may be done about it, in one table. Pure."""

from collections.abc import Mapping
from enum import StrEnum


class PeriodState(StrEnum):
    """Whether a month's figures are signed."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {"OPEN": "未封账", "CLOSED": "已封账"}[self]


class PeriodAct(StrEnum):
    """What may be done about a period."""

    CLOSE = "CLOSE"
    REOPEN = "REOPEN"


_S, _A = PeriodState, PeriodAct
TRANSITIONS: Mapping[tuple[PeriodState, PeriodAct], PeriodState] = {
    (_S.OPEN, _A.CLOSE): _S.CLOSED,
    (_S.CLOSED, _A.REOPEN): _S.OPEN,
}
