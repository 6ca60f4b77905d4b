"""Unions given up before they were formed, and dissolved: only when nothing of them is open."""

from datetime import date

from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.db import transaction
from registry.errors import StateRefused
from registry.reorganising.open_work import open_work
from registry.unions.models import TradeUnion
from registry.unions.recording import checked_day, checked_note, taken, tell
from registry.unions.states import UnionAct


def drop(code: str, on: date, *, note: str = "", actor: Actor) -> None:
    """Say that a union which is not formed is not to be formed. Raises as `dissolve` does."""
    _end(code, UnionAct.DROP, on, note, actor)


def dissolve(code: str, on: date, *, note: str = "", actor: Actor) -> None:
    """Dissolve a union; its history stays.

    Raises `InputRefused`, and `StateRefused` (union.state, union.open) while it has members, or
    rosters or transfers under way.
    """
    _end(code, UnionAct.DISSOLVE, on, note, actor)


def _end(code: str, act: UnionAct, on: date, note: str, actor: Actor) -> None:
    note = checked_note(note)
    with transaction() as session:
        one = taken(session, code, act, actor)
        _demand_settled(session, one)
        began = one.formed_on or one.prepared_on
        one.dissolved_on = checked_day(on, began, "建会或开始筹备的日期")
        tell(session, one, act, actor, on=on, note=note)


def _demand_settled(session: Session, one: TradeUnion) -> None:
    left = open_work(session, one.county, one.code)
    if left:
        words = "、".join(f"{kind.label} {count:,} {kind.unit}" for kind, count in left.items())
        raise StateRefused("union.open", f"还有{words}，办结以后才能撤销。")
