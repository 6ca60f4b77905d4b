"""The way of what a member asks about their own particulars. Pure.

The union, or its review unit, writes down what the member asks; somebody else of the unit above
decides. What is granted is done in the same act.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

DAYS = 15  # working days to answer, PIPL art. 50 and GB/T 35273: within thirty days
_SATURDAY = 5


class RequestKind(StrEnum):
    """What is asked for."""

    ACCESS = "ACCESS"
    RESTRICT = "RESTRICT"
    LIFT = "LIFT"
    ERASE = "ERASE"

    @property
    def label(self) -> str:
        """Its name on the screen."""
        return {
            "ACCESS": "查阅、复制",
            "RESTRICT": "限制处理",
            "LIFT": "解除限制",
            "ERASE": "删除联系方式等",
        }[self]


class RequestState(StrEnum):
    """Where one stands."""

    ASKED = "ASKED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "ASKED": "待答复",
            "GRANTED": "已同意",
            "REFUSED": "未同意",
            "WITHDRAWN": "已撤回",
        }[self]


class RequestAct(StrEnum):
    """What may be done about one."""

    GRANT = "GRANT"
    REFUSE = "REFUSE"
    WITHDRAW = "WITHDRAW"


_S, _A = RequestState, RequestAct
TRANSITIONS: Mapping[tuple[RequestState, RequestAct], RequestState] = {
    (_S.ASKED, _A.GRANT): _S.GRANTED,
    (_S.ASKED, _A.REFUSE): _S.REFUSED,
    (_S.ASKED, _A.WITHDRAW): _S.WITHDRAWN,
}


class Checked(StrEnum):
    """How it was made sure that it is the member who asks."""

    IN_PERSON = "IN_PERSON"
    CALLED_BACK = "CALLED_BACK"
    PROXY = "PROXY"

    @property
    def label(self) -> str:
        """Its name on the screen."""
        return {
            "IN_PERSON": "当面核对证件",
            "CALLED_BACK": "拨打登记的手机号核实",
            "PROXY": "书面委托，核对双方证件",
        }[self]


def due_after(day: date, working_days: int = DAYS) -> date:
    """Return the day that lies so many working days later; Monday to Friday, holidays unknown, so
    that it is never later than the law allows.
    """
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < _SATURDAY
    return day
