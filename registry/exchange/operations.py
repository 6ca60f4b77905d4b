"""Batches made, handed over, settled and cancelled. One transaction each, on the trail."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registry.access.actor import Actor, demand
from registry.access.roles import Permission
from registry.clock import now
from registry.db import allocate, table_of, transaction
from registry.errors import NotFound, StateRefused
from registry.exchange.models import ExchangeBatch, ExchangeFile, ExchangeItem, ExchangeScope
from registry.exchange.states import TRANSITIONS, Act, BatchState, Outcome, Standing
from registry.members.models import Member
from registry.members.restricting import RULE
from registry.members.seeing import checked_words
from registry.submissions import originals
from registry.trail.operations import hold, record
from registry.unions import queries as unions
from registry.unions.queries import Union

_item = table_of(ExchangeItem)


class Plan(NamedTuple):
    """What a batch is to be: `units` are the codes of the units it is of, none for the whole city;
    `again`: also who was refused and has not been changed since.
    """

    reason: str
    units: Collection[str] = ()
    again: bool = False


def make(session: Session, place_code: str, plan: Plan, *, actor: Actor) -> ExchangeBatch:
    """Write a batch that is to be filled by a worker, in the caller's transaction.

    Raises `InputRefused` (reason.*), `StateRefused` (exchange.unwritten) while another one is
    being filled, `NotFound` outside the county.
    """
    reason = checked_words(plan.reason)
    place = county_of(session, place_code, actor)
    scopes = _scopes(session, place, plan.units)
    hold(session, place.county)
    busy = select(ExchangeBatch.id).where(
        ExchangeBatch.county == place.county,
        ExchangeBatch.state == BatchState.PREPARED,
        ExchangeBatch.is_written.is_(False),
    )
    if (other := session.scalar(busy.limit(1))) is not None:
        raise StateRefused(
            "exchange.unwritten", f"第 {other} 批还没有生成完，请等它完成，或者把它作废。"
        )
    batch = ExchangeBatch(
        county=place.county,
        id=allocate(session, f"exchange:{place.county}"),
        state=BatchState.PREPARED,
        reason=reason,
        again=plan.again,
        is_written=False,
        item_count=0,
        open_count=0,
        accepted_count=0,
        refused_count=0,
        made_by=actor.account_id,
        made_at=now(),
    )
    session.add(batch)
    session.flush()
    session.add_all(
        ExchangeScope(county=batch.county, batch_id=batch.id, union_code=one.code, path=one.path)
        for one in scopes
    )
    _record(
        session,
        "exchange.make",
        batch,
        actor,
        reason=reason,
        units=[one.code for one in scopes],
        again=plan.again,
    )
    return batch


def send(number: int, *, actor: Actor) -> None:
    """Note that a batch was handed over. Raises `NotFound`, `StateRefused`."""
    with transaction() as session:
        batch = taken(session, number, actor)
        if batch.state == BatchState.PREPARED and not batch.is_written:
            raise StateRefused("exchange.not_written", "文件还没有生成完，请稍后再登记报送。")
        if not batch.item_count:
            raise StateRefused("exchange.empty", "这一批没有人，不用报送；请作废。")
        move(batch, Act.SEND)
        batch.sent_by, batch.sent_at = actor.account_id, now()
        _record(session, "exchange.send", batch, actor, count=batch.item_count)


def settle(number: int, *, actor: Actor) -> None:
    """End the waiting for receipts: who was mentioned in none goes into the next batch.

    Raises `NotFound`, `StateRefused`.
    """
    with transaction() as session:
        batch = taken(session, number, actor)
        move(batch, Act.SETTLE)
        lost = _release(session, batch, Outcome.LOST)
        files = _end(session, batch, actor)
        _record(session, "exchange.settle", batch, actor, count=lost)
    drop(files)


def cancel(number: int, *, actor: Actor) -> None:
    """Give up a batch that was not handed over; its files are dropped, its members free again.

    Raises `NotFound`, `StateRefused`.
    """
    with transaction() as session:
        batch = taken(session, number, actor)
        move(batch, Act.CANCEL)
        freed = _release(session, batch, Outcome.CANCELLED)
        files = _end(session, batch, actor)
        _record(session, "exchange.cancel", batch, actor, count=freed)
    drop(files)


def download(number: int, file_number: int, *, actor: Actor) -> bytes:
    """Return a file of a batch, numbers in full; who took it stands on the trail.

    Raises `NotFound` also when it was dropped, `StateRefused` (member.restricted) when somebody in
    the batch asked to be restricted since.
    """
    with transaction() as session:
        batch = taken(session, number, actor)
        file = session.get(ExchangeFile, (batch.county, batch.id, file_number))
        if file is None or file.original is None:
            raise NotFound("exchange.file", "没有这个文件，或者这一批已经办结、文件已删除。")
        _demand_none_restricted(session, batch)
        content = originals.fetch(file.original)
        _record(
            session,
            "exchange.download",
            batch,
            actor,
            file=file.number,
            count=file.row_count,
            sha256=file.sha256,
            reason=batch.reason,
        )
    return content


def county_of(session: Session, place_code: str, actor: Actor) -> Union:
    """Return the county federation that exchanges; raises `NotFound` / `Forbidden`."""
    place = unions.find(session, place_code)
    demand(actor, Permission.EXCHANGE, place.path)
    if place.code != place.county:
        raise NotFound("exchange.place", "向上级报送由市总工会办理，这里没有。")
    return place


def taken(session: Session, number: int, actor: Actor) -> ExchangeBatch:
    """Lock the county and return one of its batches; raises `NotFound` / `Forbidden`."""
    county_of(session, actor.county, actor)
    hold(session, actor.county)
    batch = session.get(ExchangeBatch, (actor.county, number), with_for_update=True)
    if batch is None:
        raise NotFound("exchange.unknown", f"没有第 {number} 批。")
    return batch


def move(batch: ExchangeBatch, act: Act) -> None:
    """Move a batch along the table of its states; raises `StateRefused`."""
    state = BatchState(batch.state)
    after = TRANSITIONS.get((state, act))
    if after is None:
        raise StateRefused(
            "exchange.state", f"第 {batch.id} 批{state.label}，不能这样办理；请刷新页面。"
        )
    batch.state = after


def end_answered(session: Session, batch: ExchangeBatch, actor: Actor) -> list[str]:
    """End a batch of which everybody was answered; returns the files to `drop` after the commit."""
    move(batch, Act.ANSWER)
    return _end(session, batch, actor)


def drop(files: Collection[str]) -> None:
    """Delete files that nobody needs any more: full numbers are not kept without a use."""
    for name in files:
        originals.drop(name)


def _end(session: Session, batch: ExchangeBatch, actor: Actor) -> list[str]:
    batch.ended_by, batch.ended_at = actor.account_id, now()
    batch.open_count = 0
    files = session.scalars(
        select(ExchangeFile).where(
            ExchangeFile.county == batch.county,
            ExchangeFile.batch_id == batch.id,
            ExchangeFile.original.is_not(None),
        )
    )
    dropped = []
    for file in files:
        dropped.append(file.original or "")
        file.original = None
    return dropped


def _demand_none_restricted(session: Session, batch: ExchangeBatch) -> None:
    member = table_of(Member)
    of_batch = (_item.c.county == batch.county, _item.c.batch_id == batch.id)
    query = (
        select(func.count())
        .join(member, (member.c.county == _item.c.county) & (member.c.id == _item.c.member_id))
        .where(*of_batch, member.c.restricted_at.is_not(None))
    )
    if count := session.scalar(query):
        raise StateRefused(
            RULE,
            f"这一批里有 {count} 人后来按本人请求限制处理，文件不能下载；请作废，重新生成一批。",
        )


def _release(session: Session, batch: ExchangeBatch, outcome: Outcome) -> int:
    """Have the items without an answer stand for nothing more; returns how many there were."""
    still = (
        _item.c.county == batch.county,
        _item.c.batch_id == batch.id,
        _item.c.standing == Standing.OPEN.value,
    )
    count = session.scalar(select(func.count()).select_from(_item).where(*still)) or 0
    session.execute(update(_item).where(*still).values(standing=None, outcome=outcome.value))
    return count


def _scopes(session: Session, place: Union, codes: Collection[str]) -> list[Union]:
    if not codes:
        return [place]
    found = [one for one in unions.children(session, place.code) if one.code in set(codes)]
    if len(found) < len(set(codes)):
        raise NotFound("exchange.unit", "所选单位不在您的管理范围内，请重新选择。")
    return found


def _record(
    session: Session, action: str, batch: ExchangeBatch, actor: Actor, **detail: Any
) -> None:
    record(
        session, action, actor=actor, place=batch.county, detail={"exchange": batch.id, **detail}
    )
