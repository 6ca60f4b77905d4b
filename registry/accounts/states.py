"""The states of an account, and what may be done in each: one table."""

from enum import StrEnum
from typing import Protocol

from registry.errors import StateRefused


class AccountState(StrEnum):
    """Whether somebody signs in with it."""

    OPEN = "OPEN"
    LOCKED = "LOCKED"
    CLOSED = "CLOSED"


class Act(StrEnum):
    """What is done to an account by who manages it."""

    LOCK = "LOCK"
    UNLOCK = "UNLOCK"
    CLOSE = "CLOSE"
    HAND_OVER = "HAND_OVER"
    INVITE = "INVITE"
    SET_ROLES = "SET_ROLES"


_S, _A = AccountState, Act
# A closed account is never opened again: a person who comes back gets a new one.
TRANSITIONS: dict[tuple[AccountState, Act], AccountState] = {
    (_S.OPEN, _A.LOCK): _S.LOCKED,
    (_S.OPEN, _A.CLOSE): _S.CLOSED,
    (_S.OPEN, _A.HAND_OVER): _S.CLOSED,
    (_S.OPEN, _A.INVITE): _S.OPEN,
    (_S.OPEN, _A.SET_ROLES): _S.OPEN,
    (_S.LOCKED, _A.UNLOCK): _S.OPEN,
    (_S.LOCKED, _A.CLOSE): _S.CLOSED,
    (_S.LOCKED, _A.SET_ROLES): _S.LOCKED,
}
_WORDS = {
    _S.OPEN: ("account.unlocked", "没有停用。"),
    _S.LOCKED: ("account.locked", "已经停用，请先恢复。"),
    _S.CLOSED: ("account.closed", "已经注销，不能再用。需要时请新建账号。"),
}


class _Account(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def state(self) -> AccountState: ...


def demand_act(account: _Account, act: Act) -> None:
    """Return when the act fits the account's state; raises `StateRefused` saying what it is."""
    if (account.state, act) not in TRANSITIONS:
        code, words = _WORDS[account.state]
        raise StateRefused(code, f"账号 {account.name} {words}")
