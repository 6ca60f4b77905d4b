"""Unions in the register, entered and founded by the real operations."""

from datetime import date, timedelta

from registry.access.actor import Actor
from registry.clock import today
from registry.unions.lifecycle import NewUnion, found, register
from registry.unions.particulars import Particulars
from registry.unions.states import UnionState
from tests.factories.unions import TOWNSHIP

NAME = "试验新公司工会"
DAY = timedelta(days=1)
BEGUN, FORMED = date(2018, 3, 1), date(2018, 5, 4)
TERM_ENDS = date(2023, 5, 3)


def listed(actor: Actor, unit: str = TOWNSHIP, name: str = NAME) -> str:
    """Enter a union that is still to be formed; returns its code."""
    return register(unit, NewUnion(name, UnionState.UNFORMED), actor=actor)


def preparing(actor: Actor, unit: str = TOWNSHIP, name: str = NAME, on: date = BEGUN) -> str:
    """Enter a union that is being prepared; returns its code."""
    return register(unit, NewUnion(name, UnionState.PREPARING, on), actor=actor)


def formed(
    actor: Actor, unit: str = TOWNSHIP, name: str = NAME, on: date = FORMED, kind: str = ""
) -> str:
    """Enter a union that exists; returns its code."""
    new = NewUnion(name, UnionState.ACTIVE, on, Particulars(kind=kind))
    return register(unit, new, actor=actor)


def founded(actor: Actor, on: date = FORMED, name: str = NAME) -> str:
    """Enter a union that is being prepared, and found it; returns its code."""
    code = preparing(actor, name=name, on=min(BEGUN, on))
    found(code, on, on + timedelta(days=1_825), actor=actor)
    return code


def days_ago(count: int) -> date:
    """Return the day so many days before today."""
    return today() - count * DAY
