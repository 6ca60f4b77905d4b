"""What rows of a workbook do to the register, written set-based inside the caller's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete
from sqlalchemy.orm import Session

from registry.access.actor import Actor
from registry.db import bulk_insert, table_of, update_many
from registry.unions.intake.known import Kept, Known
from registry.unions.intake.lines import Outcome
from registry.unions.intake.planning import Plan
from registry.unions.lifecycle import next_codes
from registry.unions.models import Level, TradeUnion, UnionEmployer
from registry.unions.queries import Union
from registry.unions.recording import Happened, write_events

_WRITTEN = tuple(name for name in Kept._fields if name not in ("code", "path", "parent_code"))


def write(
    session: Session, plans: Sequence[Plan], known: Known, place: Union, actor: Actor, note: str
) -> dict[int, str]:
    """Enter and change unions; return the codes of the new ones by row. `note` tells, with the
    row's number, on what the events rest.
    """
    codes = _codes(session, plans)
    of = {one.line.row: codes.get(one.line.row) or one.line.code for one in plans}
    new = [one for one in plans if one.line.outcome is Outcome.NEW]
    _insert(session, new, codes, _paths(known, place), place.county)
    changed = [one for one in plans if one.line.outcome is Outcome.CHANGED]
    rows = [
        {"code": one.line.code, **{name: one.values[name] for name in _WRITTEN}} for one in changed
    ]
    update_many(session, TradeUnion, ("code",), rows)
    _employ(session, plans, of, known, place.county)
    happened = [
        Happened(of[one.line.row], step.act, step.before, step.after, step.on, _note(note, one))
        for one in plans
        for step in one.line.steps
    ]
    write_events(session, place.county, happened, actor)
    return codes


def _note(note: str, one: Plan) -> str:
    return f"{note}第 {one.line.row} 行"


def _codes(session: Session, plans: Iterable[Plan]) -> dict[int, str]:
    """Return the codes of new unions by row, each unit's next."""
    rows: dict[str, list[int]] = {}
    for one in plans:
        if one.line.outcome is Outcome.NEW:
            rows.setdefault(one.unit, []).append(one.line.row)
    return {
        row: code
        for unit, some in rows.items()
        for row, code in zip(some, next_codes(session, unit, len(some)), strict=True)
    }


def _paths(known: Known, place: Union) -> dict[str, str]:
    """Return the paths of a place's units: the place is one itself, or they stand below it."""
    return {
        unit: place.path if unit == place.code else f"{place.path}{unit}/"
        for unit in known.unit_names
    }


def _insert(
    session: Session, new: Sequence[Plan], codes: dict[int, str], paths: dict[str, str], county: str
) -> None:
    told = [codes[one.line.row] for one in new]
    columns: dict[str, Sequence[Any]] = {
        "code": told,
        "county": [county] * len(new),
        "path": [f"{paths[one.unit]}{code}/" for one, code in zip(new, told, strict=True)],
        "parent_code": [one.unit for one in new],
        "level": [Level.GRASSROOTS.value] * len(new),
        **{name: [one.values[name] for one in new] for name in _WRITTEN},
    }
    bulk_insert(session, table_of(TradeUnion), list(columns), list(columns.values()))


def _employ(
    session: Session, plans: Sequence[Plan], of: dict[int, str], known: Known, county: str
) -> None:
    table = table_of(UnionEmployer)
    gone = [{"of": one.line.code, "which": number} for one in plans for number in one.uncover]
    if gone:
        statement = delete(table).where(
            table.c.county == county,
            table.c.union_code == bindparam("of"),
            table.c.number == bindparam("which"),
        )
        session.connection().execute(statement, gone)
    rows = []
    for one in plans:
        # What was taken out keeps its number in the history only; numbers go on from the highest.
        there = known.employers.get(one.line.code, [])
        last = max((each.number for each in there), default=0)
        for number, (name, code) in enumerate(one.cover, start=last + 1):
            rows.append((county, of[one.line.row], number, name, code))
    names = ("county", "union_code", "number", "name", "credit_code")
    bulk_insert(session, table, names, list(zip(*rows, strict=True)))
