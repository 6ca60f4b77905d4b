"""Unions registered, founded, renamed, elected anew, changed. One transaction each."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.db import transaction
from registry.errors import InputRefused, StateRefused
from registry.trail.operations import hold
from registry.unions import queries
from registry.unions.models import Level, TradeUnion, UnionEmployer
from registry.unions.particulars import COVERING, COVERS, Particulars, checked, checked_name
from registry.unions.queries import Union
from registry.unions.recording import (
    changed,
    checked_day,
    checked_note,
    demand_free_credit_code,
    demand_free_name,
    taken,
    tell,
)
from registry.unions.states import BEGINNINGS, UnionAct, UnionState

_LONGEST_TERM = timedelta(days=2_000)  # five years, and some months to hold the election
_MOST = 9_999
# The day that the first state of a union is known by; who is on the list has been since today.
_SINCE = {UnionState.PREPARING: "prepared_on", UnionState.ACTIVE: "formed_on"}


class NewUnion(NamedTuple):
    """What a union is to be entered as. `on`: since when it is being prepared, or formed."""

    name: str
    state: UnionState
    on: date | None = None
    particulars: Particulars = Particulars()
    note: str = ""


def register(parent_code: str, new: NewUnion, *, actor: Actor) -> str:
    """Enter a grassroots union below a unit and return its code, the unit's next.

    Raises `InputRefused` (union.*), `StateRefused` where the parent has no unions, `NotFound` and
    `Forbidden` without the permission there.
    """
    name, note = checked_name(new.name), checked_note(new.note)
    values: dict[str, Any] = {**checked(new.particulars), **begun(new)}
    with transaction() as session:
        parent = queries.find(session, parent_code)
        demand(actor, Permission.MANAGE_UNIONS, parent.path)
        demand_unit(parent)
        hold(session, parent.county)
        demand_free_name(session, parent.county, name)
        code = next_codes(session, parent.code, 1)[0]
        one = TradeUnion(
            code=code,
            county=parent.county,
            path=f"{parent.path}{code}/",
            parent_code=parent.code,
            level=Level.GRASSROOTS,
            name=name,
            status=new.state,
            **values,
        )
        demand_free_credit_code(session, one, one.credit_code)
        session.add(one)
        after = {"name": name, "status": new.state.value, "parent_code": parent.code}
        tell(session, one, UnionAct.REGISTER, actor, after=after, on=new.on, note=note)
        return code


def prepare(code: str, on: date, *, note: str = "", actor: Actor) -> None:
    """Say that founding a union has begun. Raises `InputRefused`, `StateRefused`."""
    note = checked_note(note)
    with transaction() as session:
        one = taken(session, code, UnionAct.PREPARE, actor)
        one.prepared_on = checked_day(on)
        tell(session, one, UnionAct.PREPARE, actor, on=on, note=note)


def found(
    code: str, on: date, term_ends_on: date, chair: str = "", *, note: str = "", actor: Actor
) -> None:
    """Say that a union was formed and its first committee elected until a day.

    Raises `InputRefused`, `StateRefused`.
    """
    note = checked_note(note)
    with transaction() as session:
        one = taken(session, code, UnionAct.FOUND, actor)
        one.formed_on = checked_day(on, one.prepared_on, "开始筹备的日期")
        before, after = changed(one, elected(on, term_ends_on, chair))
        tell(session, one, UnionAct.FOUND, actor, before=before, after=after, on=on, note=note)


def elect(
    code: str, on: date, term_ends_on: date, chair: str = "", *, note: str = "", actor: Actor
) -> None:
    """Say that a committee was elected anew until a day; `chair` "" leaves the chairperson.

    Raises `InputRefused`, `StateRefused`.
    """
    note = checked_note(note)
    with transaction() as session:
        one = taken(session, code, UnionAct.ELECT, actor)
        checked_day(on, one.elected_on or one.formed_on, "上一次选举或建会的日期")
        before, after = changed(one, elected(on, term_ends_on, chair))
        tell(session, one, UnionAct.ELECT, actor, before=before, after=after, on=on, note=note)


def rename(code: str, name: str, on: date | None, *, note: str = "", actor: Actor) -> None:
    """Give a union another name; the former one stays in its history. `on`: None where nobody
    knows the day. Raises `InputRefused`, `StateRefused`.
    """
    name, note = checked_name(name), checked_note(note)
    with transaction() as session:
        one = taken(session, code, UnionAct.RENAME, actor)
        if on is not None:
            checked_day(on, one.formed_on, "建会日期")
        demand_free_name(session, one.county, name, one.code)
        before, after = changed(one, {"name": name})
        if not after:
            raise InputRefused("union.same", "名称和原来一样，没有更改。")
        tell(session, one, UnionAct.RENAME, actor, before=before, after=after, on=on, note=note)


def change(code: str, told: Particulars, *, note: str = "", actor: Actor) -> None:
    """Put right what is known of a union. Raises `InputRefused`, `StateRefused`."""
    values, note = checked(told), checked_note(note)
    with transaction() as session:
        one = taken(session, code, UnionAct.CHANGE, actor)
        demand_free_credit_code(session, one, values["credit_code"])
        if one.kind in COVERING and values["kind"] not in COVERING and _covers(session, one):
            raise InputRefused(*COVERS)
        before, after = changed(one, values)
        if not after:
            raise InputRefused("union.same", "内容和原来一样，没有更改。")
        tell(session, one, UnionAct.CHANGE, actor, before=before, after=after, note=note)


def demand_unit(place: Union) -> None:
    """Raise `StateRefused` (union.no_unit) where no grassroots union may stand below a place."""
    if place.level is not Level.TOWNSHIP:
        raise StateRefused("union.no_unit", "基层工会登记在乡镇（街道）工会下，请选择上级工会。")


def begun(new: NewUnion) -> dict[str, date]:
    """Return the day that a new union's state is known by. Raises `InputRefused`."""
    if new.state not in BEGINNINGS:
        raise InputRefused("union.beginning", "新登记的工会只能是未建、筹备或正常。")
    if new.state is UnionState.UNFORMED:
        return {"listed_on": today()}
    if new.on is None:
        raise InputRefused("union.day", "请填写开始筹备或者建会的日期。")
    return {_SINCE[new.state]: checked_day(new.on)}


def elected(on: date, term_ends_on: date, chair: str) -> dict[str, Any]:
    """Return what a committee elected until a day sets; `chair` "" leaves the chairperson.

    Raises `InputRefused` (union.term, union.chair).
    """
    if not on < term_ends_on <= on + _LONGEST_TERM:
        raise InputRefused("union.term", "任期届满应晚于选举日期，一届是三年或五年，请核对。")
    values: dict[str, Any] = {"elected_on": on, "term_ends_on": term_ends_on}
    named = checked(Particulars(chair=chair))["chair"]
    return values | ({"chair": named} if named else {})


def next_codes(session: Session, unit: str, count: int) -> list[str]:
    """Return codes after the highest that begins with the unit's: none is given twice.

    Raises `InputRefused` (union.full).
    """
    query = select(func.max(TradeUnion.code)).where(
        TradeUnion.code.startswith(unit, autoescape=True), TradeUnion.code != unit
    )
    last = session.scalar(query)
    first = int(last.removeprefix(unit)) + 1 if last else 1
    if first + count - 1 > _MOST:
        raise InputRefused("union.full", "这个单位的工会代码已经用完，请联系系统管理员。")
    return [f"{unit}{number:04}" for number in range(first, first + count)]


def _covers(session: Session, one: TradeUnion) -> bool:
    query = select(UnionEmployer.number).where(
        UnionEmployer.county == one.county, UnionEmployer.union_code == one.code
    )
    return session.scalar(query.limit(1)) is not None
