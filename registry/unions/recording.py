"""The frame of every act on a union: taken hold of, its event and its trail entry written.

The functions run inside the transaction of the act.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import FIRST_DAY, now, today
from registry.db import allocate, bulk_insert, table_of
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.identity.written import full_number
from registry.trail.operations import hold, record
from registry.unions.models import Level, TradeUnion, UnionEvent
from registry.unions.particulars import CREDIT_CODE_TAKEN, NAME_TAKEN
from registry.unions.states import TRANSITIONS, UnionAct, UnionState

NOTE_LENGTH = 200
_NOTHING: Mapping[str, str | None] = {}


class Happened(NamedTuple):
    """What happened to a union: codes and texts by field before and after; `on` the day told, None
    for none.
    """

    code: str
    act: UnionAct
    before: Mapping[str, str | None] = _NOTHING
    after: Mapping[str, str | None] = _NOTHING
    on: date | None = None
    note: str = ""


def taken(session: Session, code: str, act: UnionAct, actor: Actor) -> TradeUnion:
    """Lock the county and return the union, if the actor may and its state allows the act.

    Raises `NotFound`, `Forbidden`, and `StateRefused` (union.state) where the act does not fit.
    """
    hold(session, actor.county)
    one = session.get(TradeUnion, code, with_for_update=True)
    if one is None:
        raise NotFound("union.unknown", f"没有代码为 {code[:16]} 的工会，请核对工会代码。")
    demand(actor, Permission.MANAGE_UNIONS, one.path)
    if one.level != Level.GRASSROOTS:
        raise Forbidden("union.federation", "这里只办理基层工会的登记，不能改动上级工会。")
    state = UnionState(one.status)
    if (state, act) not in TRANSITIONS:
        raise StateRefused(
            "union.state", f"该工会现在是“{state.label}”，不能办理{act.label}；请刷新页面。"
        )
    return one


def tell(
    session: Session,
    one: TradeUnion,
    act: UnionAct,
    actor: Actor,
    *,
    before: Mapping[str, str | None] = _NOTHING,
    after: Mapping[str, str | None] = _NOTHING,
    on: date | None = None,
    note: str = "",
) -> None:
    """Move a union by an act, and write that as its event and on the trail. `on`: the day told,
    None for none.
    """
    state = UnionState(one.status)
    moved = TRANSITIONS.get((state, act), state)
    if moved is not state:
        one.status = moved
        before, after = {**before, "status": state.value}, {**after, "status": moved.value}
    session.flush()
    write_events(session, one.county, [Happened(one.code, act, before, after, on, note)], actor)
    detail: dict[str, Any] = {"fields": sorted({*before, *after})}
    if on is not None:
        detail["on"] = on.isoformat()
    record(session, f"union.{act.lower()}", actor=actor, place=one.code, detail=detail)


def write_events(session: Session, county: str, told: Sequence[Happened], actor: Actor) -> None:
    """Write what happened to unions of a county, in this order."""
    first = allocate(session, f"union_event:{county}", len(told))
    columns: dict[str, Sequence[Any]] = {
        "county": [county] * len(told),
        "id": range(first, first + len(told)),
        "union_code": [one.code for one in told],
        "act": [one.act.value for one in told],
        "happened_on": [one.on for one in told],
        "counts_on": [one.on or today() for one in told],
        "before": [_json(one.before) for one in told],
        "after": [_json(one.after) for one in told],
        "note": [one.note or None for one in told],
        "recorded_by": [actor.account_id] * len(told),
        "recorded_at": [now()] * len(told),
    }
    bulk_insert(session, table_of(UnionEvent), list(columns), list(columns.values()))


def changed(
    one: TradeUnion, values: Mapping[str, Any]
) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Set a union's columns; return what stood in those that change, and what stands there now."""
    differing = {field: value for field, value in values.items() if getattr(one, field) != value}
    before = {field: _text(getattr(one, field)) for field in differing}
    for field, value in differing.items():
        setattr(one, field, value)
    return before, {field: _text(value) for field, value in differing.items()}


def checked_day(on: date, not_before: date | None = None, what: str = "") -> date:
    """Return a day on which something happened.

    Raises `InputRefused` (union.day) for one to come, or before `not_before`, the day of `what`.
    """
    if on > today():
        raise InputRefused("union.day", "日期不能晚于今天：还没有发生的事不能登记。")
    if on < FIRST_DAY:
        raise InputRefused("union.day", "日期不能早于 1900 年，请核对年份。")
    if not_before is not None and on < not_before:
        raise InputRefused("union.day", f"日期不能早于{what}（{not_before.isoformat()}）。")
    return on


def checked_note(text: str) -> str:
    """Return what an act rests on, without blanks at its ends. Raises `InputRefused`."""
    note = text.strip()
    if len(note) > NOTE_LENGTH:
        raise InputRefused("union.note", f"依据最多 {NOTE_LENGTH} 个字。")
    if full_number(note):
        raise InputRefused("union.note", "依据里请不要写证件号码或手机号，写文号即可。")
    return note


def demand_free_name(session: Session, county: str, name: str, code: str = "") -> None:
    """Raise `InputRefused` (union.name_taken) where another union of the county has this name."""
    query = select(TradeUnion.code).where(
        TradeUnion.county == county,
        TradeUnion.name == name,
        TradeUnion.code != code,
        TradeUnion.status != UnionState.DISSOLVED,
    )
    if session.scalar(query.limit(1)) is not None:
        raise InputRefused(*NAME_TAKEN)


def demand_free_credit_code(session: Session, one: TradeUnion, credit_code: str | None) -> None:
    """Raise `InputRefused` (union.credit_code_taken) where another union has this credit code."""
    query = select(TradeUnion.code).where(
        TradeUnion.county == one.county,
        TradeUnion.credit_code == credit_code,
        TradeUnion.code != one.code,
    )
    if credit_code is not None and session.scalar(query.limit(1)) is not None:
        raise InputRefused(*CREDIT_CODE_TAKEN)


def _json(values: Mapping[str, str | None]) -> str:
    return msgspec.json.encode(dict(values)).decode()


def _text(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
