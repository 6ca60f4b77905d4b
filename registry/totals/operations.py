"""Acts on the totals: recounting them and taking them out; both are on the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import today
from registry.db import db, transaction
from registry.errors import InputRefused
from registry.totals import queries
from registry.totals.export import csv_of
from registry.totals.queries import Difference
from registry.trail import queries as trail
from registry.trail.operations import record
from registry.unions import queries as unions

SHOWN = 100  # differences that the trail keeps by name; their number is kept in any case


class Reconciled(NamedTuple):
    """What a recount found: the members counted, how many differences, and the first of them."""

    at: datetime
    actor_name: str
    checked: int
    difference_count: int
    differences: list[Difference]


def run_reconcile(county: str, actor: Actor) -> Reconciled:
    """Recount every union of a county from its members and write the outcome on the trail.

    Raises `NotFound` / `Forbidden` without the permission at the county.
    """
    demand(actor, Permission.RECONCILE, unions.find(db.session(), county).path)
    checked, differences = recount(county)
    with transaction() as session:
        record(
            session,
            "totals.reconcile",
            actor=actor,
            place=county,
            result="faulty" if differences else "done",
            detail={
                "checked": checked,
                "differences": len(differences),
                "first": [list(one) for one in differences[:SHOWN]],
            },
        )
    last = last_reconciled(db.session(), county)
    if last is None:
        raise RuntimeError("the recount just written is not on the trail")
    return last


def recount(county: str) -> tuple[int, list[Difference]]:
    """Recount a county within one snapshot, so that an approval meanwhile makes no difference."""
    session: Session = db.session()
    with _one_snapshot(session):
        return queries.reconcile(session, county)


def last_reconciled(session: Session, county: str) -> Reconciled | None:
    """Return the last recount of a county as the trail has it, None when there was none."""
    found = trail.entries(session, county, action="totals.reconcile", limit=1)
    if not found:
        return None
    entry, detail = found[0], found[0].detail
    differences = [Difference(*one) for one in detail["first"]]
    return Reconciled(
        entry.at, entry.actor_name, detail["checked"], detail["differences"], differences
    )


def export_totals(under: str, on: date, *, actor: Actor) -> bytes:
    """Return the table of a place at the end of a day as CSV; the export is on the trail.

    Raises `InputRefused` for a day to come, `NotFound` / `Forbidden` without the permission.
    """
    if on > today():
        raise InputRefused("day.future", "截止日期不能晚于今天。")
    with transaction() as session:
        place = unions.find(session, under)
        demand(actor, Permission.VIEW_TOTALS, place.path)
        found = queries.totals(session, under, on)
        record(
            session,
            "totals.export",
            actor=actor,
            place=under,
            detail={"on": on.isoformat(), "rows": len(found.parts)},
        )
    return csv_of(found)


@contextmanager
def _one_snapshot(session: Session) -> Iterator[None]:
    """Let several queries see one state: else an approval between them looks like a difference."""
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        # SQLite reads one state in any transaction.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield
    finally:
        session.rollback()
