"""Acts on the totals: recounting them and taking them out; both are on the trail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now, today
from registry.db import db, transaction
from registry.errors import InputRefused, StateRefused
from registry.identity.written import refuse_number
from registry.totals import queries
from registry.totals import recount as recounting
from registry.totals.export import csv_of
from registry.totals.recount import Difference
from registry.totals.report.contents import report
from registry.totals.report.workbook import write_report
from registry.trail import queries as trail
from registry.trail.operations import record
from registry.unions import queries as unions

REASON = 200
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


def run_repair(county: str, reason: str, actor: Actor) -> int:
    """Write what a recount finds in place of what was kept; returns the differences put right.

    Raises `NotFound` / `Forbidden` without the permission at the county, `InputRefused` without a
    reason, `StateRefused` (totals.sound) where there is nothing to put right.
    """
    demand(actor, Permission.RECONCILE, unions.find(db.session(), county).path)
    reason = _checked(reason)
    db.session().rollback()
    with transaction() as session:
        _see_one_state(session)
        checked, differences = recounting.reconcile(session, county)
        if not differences:
            raise StateRefused("totals.sound", "汇总数与清点的一致，没有要改正的。")
        recounting.repair(session, county, differences, now())
        session.flush()
        left = recounting.reconcile(session, county)[1]
        record(
            session,
            "totals.repair",
            actor=actor,
            place=county,
            result="faulty" if left else "done",
            detail={
                "checked": checked,
                "differences": len(differences),
                "left": len(left),
                "reason": reason,
                "first": [list(one) for one in differences[:SHOWN]],
            },
        )
    return len(differences) - len(left)


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not 0 < len(reason) <= REASON:
        raise InputRefused("totals.reason", f"请写明改正的原因，最多 {REASON} 个字。")
    refuse_number(reason, "totals.reason")
    return reason


def recount(county: str) -> tuple[int, list[Difference]]:
    """Recount a county within one snapshot, so that an approval meanwhile makes no difference."""
    session: Session = db.session()
    with one_snapshot(session):
        return recounting.reconcile(session, county)


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
    _check_day(on)
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


def export_report(under: str, on: date, *, actor: Actor) -> bytes:
    """Return the report for superiors of a place at the end of a day as .xlsx; the export is on the
    trail.

    Raises `InputRefused` for a day to come, `NotFound` / `Forbidden` without the permission.
    """
    _check_day(on)
    with transaction() as session:
        place = unions.find(session, under)
        demand(actor, Permission.VIEW_TOTALS, place.path)
        found = report(session, place, on, actor.display_name, now())
        detail = {"on": on.isoformat(), "sheets": len(found.sheets)}
        record(session, "totals.report", actor=actor, place=under, detail=detail)
    return write_report(found)


def _check_day(on: date) -> None:
    if on > today():
        raise InputRefused("day.future", "截止日期不能晚于今天。")


@contextmanager
def one_snapshot(session: Session) -> Iterator[None]:
    """Let several queries see one state: else an approval between them looks like a difference."""
    session.rollback()
    _see_one_state(session)
    try:
        yield
    finally:
        session.rollback()


def _see_one_state(session: Session) -> None:
    """Let a transaction that begins see one state; SQLite reads one in any."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
