"""A workbook of unions read and shown, then applied or given up: one transaction each."""

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.db import allocate, db, transaction
from registry.errors import InputRefused, NotFound, StateRefused
from registry.trail.operations import hold, record
from registry.unions import queries
from registry.unions.intake.known import known
from registry.unions.intake.lines import IntakeState, Line, Outcome, decoded, encoded
from registry.unions.intake.planning import Plan, plan
from registry.unions.intake.reading import Told, read
from registry.unions.intake.rules import fault
from registry.unions.intake.writing import write
from registry.unions.models import UnionIntake
from registry.unions.names import shown
from registry.unions.queries import Union

_NAME_LENGTH = 100


def receive(
    content: bytes, *, file_name: str, code: str, actor: Actor, claimed_sha256: str = ""
) -> int:
    """Read a workbook of unions at a place and keep what it would do there; returns its number.

    Nothing is changed yet. Raises RosterRefused (`file.*`) and `InputRefused` for a file that
    cannot be read or lists no unions, `NotFound` and `Forbidden` without the permission there.
    """
    place = _place(db.session(), code, actor)
    digest = sha256(content).hexdigest()
    if claimed_sha256 and claimed_sha256 != digest:
        raise InputRefused("upload.cut_off", "文件没有传完整，请检查网络后重新上传。")
    found = read(content)
    with transaction() as session:
        hold(session, place.county)
        lines = [one.line for one in plan(found.rows, known(session, place))]
        number = allocate(session, f"union_intake:{place.county}")
        one = UnionIntake(
            county=place.county,
            id=number,
            place=place.code,
            file_name=shown(file_name.rpartition("/")[2], place.county)[:_NAME_LENGTH],
            sha256=digest,
            state=IntakeState.WAITING,
            sheet=encoded(found.about),
            read_by=actor.account_id,
            read_at=now(),
        )
        _keep(one, lines)
        session.add(one)
        _record(session, "union.read", one, actor)
        return number


def apply(code: str, number: int, *, actor: Actor) -> dict[Outcome, int]:
    """Do what was shown, in one transaction; returns how many rows did what.

    A row whose union stands otherwise than when it was shown is refused and the others are done.
    Raises `StateRefused` (union.intake_decided) for a second time, `NotFound`, `Forbidden`.
    """
    with transaction() as session:
        place = _place(session, code, actor)
        one = _waiting(session, place, number)
        there = known(session, place)
        lines = decoded(one.lines)
        told = [Told(line.row, line.cells, line.told, []) for line in lines]
        plans = [
            _as_shown(now_so, line) for now_so, line in zip(plan(told, there), lines, strict=True)
        ]
        done = [each for each in plans if each.line.outcome in (Outcome.NEW, Outcome.CHANGED)]
        note = f"导入“{one.file_name}”"
        codes = write(session, done, there, place, actor, note)
        _keep(one, [_entered(each.line, codes) for each in plans])
        _decide(one, IntakeState.APPLIED, actor)
        _record(session, "union.import", one, actor)
        return Counter(each.line.outcome for each in plans)


def drop(code: str, number: int, *, actor: Actor) -> None:
    """Give a workbook up; nothing was changed by it. Raises as `apply` does."""
    with transaction() as session:
        place = _place(session, code, actor)
        one = _waiting(session, place, number)
        _decide(one, IntakeState.DROPPED, actor)
        _record(session, "union.import_drop", one, actor)


def _place(session: Session, code: str, actor: Actor) -> Union:
    place = queries.find(session, code)
    demand(actor, Permission.MANAGE_UNIONS, place.path)
    if place.is_grassroots:
        raise NotFound("union.intake_place", "工会名单由上级工会导入，这里没有。")
    return place


def _waiting(session: Session, place: Union, number: int) -> UnionIntake:
    hold(session, place.county)
    query = select(UnionIntake).where(
        UnionIntake.county == place.county,
        UnionIntake.id == number,
        UnionIntake.place == place.code,
    )
    one = session.scalar(query.with_for_update())
    if one is None:
        raise NotFound("union.intake_unknown", "没有这份导入的名单，请从工会名单导入页面打开。")
    if one.state != IntakeState.WAITING:
        label = IntakeState(one.state).label
        raise StateRefused("union.intake_decided", f"这份名单{label}，不能再办一次。")
    return one


def _as_shown(plan_now: Plan, line: Line) -> Plan:
    """Return what a row does now if that was shown, or if nothing is left to do; else a refusal."""
    fresh = plan_now.line
    if line.outcome is Outcome.REFUSED:
        return plan_now._replace(line=line)
    if fresh.outcome is Outcome.SAME or (fresh.outcome, fresh.code, fresh.steps) == (
        line.outcome,
        line.code,
        line.steps,
    ):
        return plan_now
    moved = fault(None, "union.moved_on")
    refused = line._replace(outcome=Outcome.REFUSED, steps=[], faults=[moved, *fresh.faults])
    return plan_now._replace(line=refused)


def _entered(line: Line, codes: dict[int, str]) -> Line:
    return line._replace(code=codes.get(line.row, line.code))


def _keep(one: UnionIntake, lines: Sequence[Line]) -> None:
    counts = Counter(line.outcome for line in lines)
    one.lines = encoded(lines)
    one.new_count, one.changed_count = counts[Outcome.NEW], counts[Outcome.CHANGED]
    one.same_count, one.refused_count = counts[Outcome.SAME], counts[Outcome.REFUSED]


def _decide(one: UnionIntake, state: IntakeState, actor: Actor) -> None:
    one.state, one.decided_by, one.decided_at = state, actor.account_id, now()


def _record(session: Session, action: str, one: UnionIntake, actor: Actor) -> None:
    """Write on the trail what a workbook is or did: its counts, and the digest of its rows."""
    detail = {
        "intake": one.id,
        "sha256": one.sha256,
        "unions_new": one.new_count,
        "unions_changed": one.changed_count,
        "unions_same": one.same_count,
        "error": one.refused_count,
        "digest": sha256(one.lines.encode()).hexdigest(),
    }
    record(session, action, actor=actor, place=one.place, detail=detail)
