"""Who stood in which file of a batch: its items are numbered through the batch, file after file."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from registry.db import table_of
from registry.exchange.models import ExchangeFile, ExchangeItem

_items = table_of(ExchangeItem)
_item = _items.c
_file = table_of(ExchangeFile).c
_up_to = func.sum(_file.row_count).over(
    partition_by=(_file.county, _file.batch_id), order_by=_file.number
)
# The numbers of the items that each file holds: its last one, and how many there are.
_spans = select(
    _file.county, _file.batch_id, _file.number, _file.row_count, _up_to.label("last")
).subquery()
_in_span = (
    (_item.county == _spans.c.county)
    & (_item.batch_id == _spans.c.batch_id)
    & (_item.number <= _spans.c.last)
    & (_item.number > _spans.c.last - _spans.c.row_count)
)
MOST_FILES = 200


class FileOf(NamedTuple):
    """A file, by its batch and its number there."""

    batch: int
    number: int


def files_with(
    session: Session,
    county: str,
    *,
    member_id: Collection[int] = (),
    union_code: str = "",
) -> list[FileOf]:
    """Return the files in which one of these members (anybody) stood as a member of this union
    (of any), the newest first, `MOST_FILES` at most.
    """
    whose: list[ColumnElement[bool]] = []
    if member_id:
        whose.append(_item.member_id.in_(list(member_id)))
    if union_code:
        whose.append(_item.union_code == union_code)
    query = (
        select(_spans.c.batch_id, _spans.c.number)
        .join(_items, _in_span)
        .where(_spans.c.county == county, _item.county == county, *whose)
        .distinct()
        .order_by(_spans.c.batch_id.desc(), _spans.c.number.desc())
    )
    return [FileOf(*one) for one in session.execute(query.limit(MOST_FILES))]


def people_in(session: Session, county: str, file: FileOf) -> dict[str, int]:
    """Return how many people of each union stood in a file."""
    query = (
        select(_item.union_code, func.count())
        .join(_spans, _in_span)
        .where(_item.county == county, *_is_file(county, file))
        .group_by(_item.union_code)
    )
    return dict(session.execute(query).tuples().all())


def members_in(county: str, file: FileOf, union_code: str) -> Select[tuple[int]]:
    """Return the select of a union's members who stood in a file."""
    return (
        select(_item.member_id)
        .join(_spans, _in_span)
        .where(_item.county == county, _item.union_code == union_code, *_is_file(county, file))
    )


def _is_file(county: str, file: FileOf) -> tuple[ColumnElement[bool], ...]:
    spans = _spans.c
    return (spans.county == county, spans.batch_id == file.batch, spans.number == file.number)
