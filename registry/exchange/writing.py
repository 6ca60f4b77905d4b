"""Filling a batch: file by file, each with its items in the transaction of who holds the work."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.clock import local_day
from registry.db import bulk_insert, setting, table_of
from registry.exchange import marks, rows
from registry.exchange.marks import Mark
from registry.exchange.models import ExchangeBatch, ExchangeFile, ExchangeItem, ExchangeScope
from registry.exchange.register import Difference, differences
from registry.exchange.states import BatchState, Part, Standing
from registry.roster.national import write_national
from registry.submissions import originals
from registry.trail.operations import hold, record
from registry.vault.vault import vault

_NAMES = (
    "county", "batch_id", "number", "member_id", "union_code", "action", "digest", "standing",
)  # fmt: skip


class Filling(NamedTuple):
    """A batch as whoever fills it knows it."""

    county: str
    batch_id: int
    paths: tuple[str, ...]
    again: bool
    watermark: str


class Written(NamedTuple):
    """A file that is written and not entered yet; `last` is the last member looked at, `is_last`
    whether nobody is left in its part.
    """

    part: Part
    found: list[Difference]
    first: int
    original: str | None
    sha256: str
    last: int
    is_last: bool


def filling_of(session: Session, county: str, batch_id: int, who: str) -> Filling | None:
    """Return what there is to fill, None for a batch that is filled or was given up."""
    batch = session.get(ExchangeBatch, (county, batch_id))
    if batch is None or batch.state != BatchState.PREPARED or batch.is_written:
        return None
    paths = session.scalars(
        select(ExchangeScope.path)
        .where(ExchangeScope.county == county, ExchangeScope.batch_id == batch_id)
        .order_by(ExchangeScope.path)
    )
    words = (
        f"报送批次 {marks.label(county, batch_id)} · {who} · {local_day(batch.made_at)}"
        " · 内含个人信息，仅限向上级工会报送使用"
    )
    return Filling(county, batch_id, tuple(paths), batch.again, words)


def write_next(session: Session, filling: Filling, part: Part, after: int) -> Written:
    """Write the next file of a part, of the members after `after`, and keep it sealed."""
    most: int = setting("EXCHANGE_ROWS")
    found: list[Difference] = []
    last, is_last = after, True
    for reached, some in differences(session, filling.county, filling.paths, part, after):
        wanted = [one for one in some if _is_wanted(one, filling)]
        room = most - len(found)
        found += wanted[:room]
        if len(wanted) > room:
            last, is_last = found[-1].found.member_id, False
            break
        last = reached
    first = _last_number(session, filling) + 1
    if not found:
        return Written(part, found, first, None, "", last, is_last)
    mark = Mark(filling.county, filling.batch_id, first)
    content = write_national(rows.rows_of(vault(), found, mark), filling.watermark)
    sha256 = hashlib.sha256(content).hexdigest()
    return Written(part, found, first, originals.keep(content), sha256, last, is_last)


def enter(session: Session, filling: Filling, written: Written) -> bool:
    """Enter a file and its items; returns False when the batch was given up meanwhile."""
    batch = session.get(ExchangeBatch, (filling.county, filling.batch_id), with_for_update=True)
    if batch is None or batch.state != BatchState.PREPARED:
        return False
    found = written.found
    if not found:
        return True
    count = len(found)
    columns: list[Sequence[Any]] = [
        [filling.county] * count,
        [filling.batch_id] * count,
        range(written.first, written.first + count),
        [one.found.member_id for one in found],
        [one.found.union_code for one in found],
        [one.action.value for one in found],
        [one.digest for one in found],
        [Standing.OPEN.value] * count,
    ]
    bulk_insert(session, table_of(ExchangeItem), _NAMES, columns)
    session.add(
        ExchangeFile(
            county=filling.county,
            batch_id=filling.batch_id,
            number=_last_file(session, filling) + 1,
            part=written.part,
            row_count=count,
            sha256=written.sha256,
            original=written.original,
        )
    )
    batch.item_count += count
    batch.open_count += count
    return True


def finish(session: Session, filling: Filling) -> None:
    """Note that a batch is filled, with what it holds, on the trail; nothing where it was given up
    meanwhile.
    """
    hold(session, filling.county)  # before the batch, as whoever cancels it does
    batch = session.get_one(ExchangeBatch, (filling.county, filling.batch_id), with_for_update=True)
    if batch.state != BatchState.PREPARED:
        return
    batch.is_written = True
    files = select(ExchangeFile.sha256).where(
        ExchangeFile.county == filling.county, ExchangeFile.batch_id == filling.batch_id
    )
    record(
        session,
        "exchange.write",
        actor=None,
        actor_name="worker",
        county=filling.county,
        place=filling.county,
        detail={
            "exchange": filling.batch_id,
            "count": batch.item_count,
            "files": list(session.scalars(files.order_by(ExchangeFile.number))),
        },
    )


def _is_wanted(one: Difference, filling: Filling) -> bool:
    return one.waits_in is None and (one.refused is None or filling.again)


def _last_number(session: Session, filling: Filling) -> int:
    query = select(func.max(ExchangeItem.number)).where(
        ExchangeItem.county == filling.county, ExchangeItem.batch_id == filling.batch_id
    )
    return session.scalar(query) or 0


def _last_file(session: Session, filling: Filling) -> int:
    query = select(func.max(ExchangeFile.number)).where(
        ExchangeFile.county == filling.county, ExchangeFile.batch_id == filling.batch_id
    )
    return session.scalar(query) or 0
