"""What is asked of batches and of what was sent. All that leaves here for a screen is masked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from registry.db import table_of
from registry.errors import NotFound
from registry.exchange import marks
from registry.exchange.models import (
    ExchangeBatch,
    ExchangeFile,
    ExchangeItem,
    ExchangeReceipt,
    ExchangeScope,
)
from registry.exchange.states import Action, BatchState, Outcome, Part, Standing
from registry.identity import mask
from registry.identity.mask import Sight
from registry.members.models import Member
from registry.members.queries import masked_document
from registry.unions.models import TradeUnion
from registry.vault.vault import vault


class BatchView(NamedTuple):
    """A batch as plain values. `scope` are the codes of the places it is of."""

    id: int
    county: str
    state: BatchState
    reason: str
    again: bool
    is_written: bool
    item_count: int
    open_count: int
    accepted_count: int
    refused_count: int
    made_by: int
    made_at: datetime
    sent_by: int | None
    sent_at: datetime | None
    ended_by: int | None
    ended_at: datetime | None
    scope: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The number by which it is spoken of."""
        return marks.label(self.county, self.id)

    @property
    def lost_count(self) -> int:
        """How many were settled without having been mentioned."""
        answered = self.accepted_count + self.refused_count
        return self.item_count - answered if self.state is BatchState.ANSWERED else 0


class FileView(NamedTuple):
    """A file of a batch; `is_there` until it was dropped."""

    number: int
    part: Part
    row_count: int
    sha256: str
    is_there: bool


class ReceiptView(NamedTuple):
    """A receipt, and what became of its rows; `listed` are those that were not taken, and why."""

    id: int
    file_name: str
    read_by: int
    read_at: datetime
    row_count: int
    accepted_count: int
    refused_count: int
    same_count: int
    unknown_count: int
    skipped_count: int
    listed: list[tuple[int, str]]


class ItemLine(NamedTuple):
    """Somebody who was sent, masked. `key` is what the page after this line begins after."""

    key: int
    batch_id: int
    number: int
    member_id: int
    union_code: str
    union_name: str
    name: str
    document: str
    action: Action
    reason: str | None


_batch, _scope, _item = (table_of(one).c for one in (ExchangeBatch, ExchangeScope, ExchangeItem))
_member, _union = table_of(Member).c, table_of(TradeUnion).c
_VIEWS = select(*(_batch[name] for name in BatchView._fields if name != "scope"))
_LINES = (
    select(
        _item.batch_id,
        _item.number,
        _item.member_id,
        _item.union_code,
        _union.name.label("union_name"),
        _member.full_name,
        _member.person_key,
        _member.document_sealed,
        _member.restricted_at,
        _item.action,
        _item.reason,
    )
    .join(table_of(Member), (_member.county == _item.county) & (_member.id == _item.member_id))
    .join(table_of(TradeUnion), _union.code == _item.union_code)
)


def batches(
    session: Session, county: str, *, before: int | None = None, limit: int = 50
) -> list[BatchView]:
    """Return a county's batches, the newest first."""
    query = _VIEWS.where(_batch.county == county)
    if before is not None:
        query = query.where(_batch.id < before)
    return _views(session, county, query.order_by(_batch.id.desc()).limit(limit))


def find(session: Session, county: str, number: int) -> BatchView:
    """Return a batch; raises `NotFound`."""
    found = _views(session, county, _VIEWS.where(_batch.county == county, _batch.id == number))
    if not found:
        raise NotFound("exchange.unknown", f"没有第 {number} 批。")
    return found[0]


def files_of(session: Session, county: str, number: int) -> list[FileView]:
    """Return the files of a batch."""
    file = table_of(ExchangeFile).c
    query = select(file.number, file.part, file.row_count, file.sha256, file.original).where(
        file.county == county, file.batch_id == number
    )
    return [
        FileView(one.number, Part(one.part), one.row_count, one.sha256, one.original is not None)
        for one in session.execute(query.order_by(file.number))
    ]


def receipts_of(session: Session, county: str, number: int) -> list[ReceiptView]:
    """Return the receipts of a batch, the newest first."""
    receipt = table_of(ExchangeReceipt).c
    query = select(*(receipt[name] for name in ReceiptView._fields)).where(
        receipt.county == county, receipt.batch_id == number
    )
    return [
        ReceiptView(*one)._replace(
            listed=msgspec.json.decode(one.listed, type=list[tuple[int, str]])
        )
        for one in session.execute(query.order_by(receipt.id.desc()))
    ]


def items_of(
    session: Session,
    county: str,
    number: int,
    outcome: Outcome | None,
    *,
    after: int = 0,
    limit: int = 50,
) -> list[ItemLine]:
    """Return the items of a batch of this outcome (None: without an answer) by their numbers."""
    query = _LINES.where(
        _item.county == county,
        _item.batch_id == number,
        _item.outcome == outcome.value if outcome else _item.outcome.is_(None),
        _item.number > after,
    )
    found = session.execute(query.order_by(_item.number).limit(limit))
    return [_line(one, one.number) for one in found]


def refused(session: Session, county: str, *, after: int = 0, limit: int = 50) -> list[ItemLine]:
    """Return whom the higher federation refused last and who is in no batch since, by member."""
    other = aliased(table_of(ExchangeItem))
    again = exists().where(
        other.c.county == _item.county,
        other.c.member_id == _item.member_id,
        other.c.standing == Standing.OPEN.value,
    )
    query = _LINES.where(
        _item.county == county,
        _item.standing == Standing.REFUSED.value,
        _item.member_id > after,
        ~again,
    )
    found = session.execute(query.order_by(_item.member_id).limit(limit))
    return [_line(one, one.member_id) for one in found]


def _views(session: Session, county: str, query: Any) -> list[BatchView]:
    found = [BatchView(*row) for row in session.execute(query)]
    scopes = _scopes_of(session, county, [one.id for one in found])
    return [
        one._replace(state=BatchState(one.state), scope=tuple(scopes.get(one.id, ())))
        for one in found
    ]


def _scopes_of(session: Session, county: str, numbers: Sequence[int]) -> dict[int, list[str]]:
    query = select(_scope.batch_id, _scope.union_code).where(
        _scope.county == county, _scope.batch_id.in_(numbers)
    )
    scopes: dict[int, list[str]] = {}
    for number, code in session.execute(query.order_by(_scope.union_code)):
        scopes.setdefault(number, []).append(code)
    return scopes


def _line(found: Any, key: int) -> ItemLine:
    sight = Sight.COUNTY.of(found.restricted_at)
    return ItemLine(
        key,
        found.batch_id,
        found.number,
        found.member_id,
        found.union_code,
        found.union_name,
        mask.name(found.full_name, sight),
        masked_document(vault(), found.document_sealed, found.person_key, sight),
        Action(found.action),
        found.reason,
    )
