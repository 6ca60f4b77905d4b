"""The life of a membership in one table: which change leads from which state to which.

Changes and reasons are those of codes/membership_change.csv and membership_change_reason.csv.
What a row asks for is judged by `matching`, written by `entering`, `changing`, `ending` and
`moving_out`; all of them read it here, and so does the page of a member.
"""

from collections.abc import Mapping
from typing import NamedTuple

from registry.members.models import EventType, MembershipState

JOINING = "1"  # 入会
TRANSFERRED_IN = "2"  # 转入
RETAINING = "3"  # 保留会籍
TRANSFERRED_OUT = "4"  # 转出
EXPELLED = "5"  # 除名
RESIGNED = "6"  # 退会
DEATH = "8"  # the reason 死亡


class Step(NamedTuple):
    """What a change writes, and the state that the membership has then."""

    event: EventType
    after: MembershipState


_ACTIVE, _RETAINED = MembershipState.ACTIVE, MembershipState.RETAINED
_TRANSFERRING, _ENDED = MembershipState.TRANSFERRING, MembershipState.ENDED
_ENDINGS = {
    TRANSFERRED_OUT: Step(EventType.TRANSFER_OUT, _ENDED),
    EXPELLED: Step(EventType.EXPEL, _ENDED),
    RESIGNED: Step(EventType.RESIGN, _ENDED),
}
# By the state of the live membership in the union, None where there is none; (re-)entry continues
# the person's history with a membership of its own. What is not here is refused or says nothing.
STEPS: Mapping[MembershipState | None, Mapping[str, Step]] = {
    None: {
        JOINING: Step(EventType.ENTER, _ACTIVE),
        TRANSFERRED_IN: Step(EventType.TRANSFER_IN, _ACTIVE),
    },
    _ACTIVE: {RETAINING: Step(EventType.RETAIN, _RETAINED), **_ENDINGS},
    _RETAINED: {
        JOINING: Step(EventType.RESUME, _ACTIVE),
        RETAINING: Step(EventType.RETAIN, _RETAINED),
        **_ENDINGS,
    },
    _TRANSFERRING: _ENDINGS,
}
# Who leaves the union, and who leaves or rests.
LEAVING = frozenset(_ENDINGS)
GOING = LEAVING | {RETAINING}
# For replaying a history: what each event makes of a membership. Others leave it as it is.
AFTER: Mapping[EventType, MembershipState] = {
    step.event: step.after for steps in STEPS.values() for step in steps.values()
} | dict.fromkeys((EventType.DECEASE, EventType.REVOKE, EventType.MERGE), _ENDED)


def event_of(change: str, reason: str | None) -> EventType:
    """Return what a change of a live member writes: who died did not resign."""
    event = STEPS[_ACTIVE][change].event
    died = event is EventType.RESIGN and reason == DEATH
    return EventType.DECEASE if died else event
