"""What is asked of members' requests."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from registry.db import begins_with, table_of
from registry.errors import NotFound
from registry.identity.mask import Sight
from registry.members.queries import names_of_members
from registry.privacy.models import PersonalRequest
from registry.privacy.states import Checked, RequestKind, RequestState
from registry.unions.models import TradeUnion

_request, _union = (table_of(model).c for model in (PersonalRequest, TradeUnion))


class RequestView(NamedTuple):
    """One request as it stands; `member_name` as far as the reader may see it."""

    id: int
    member_id: int
    union_code: str
    kind: RequestKind
    state: RequestState
    identity: Checked
    grounds: str
    asked_by: int
    asked_at: datetime
    due_on: date
    answer: str | None
    ended_by: int | None
    ended_at: datetime | None
    member_name: str = ""

    def is_late(self, day: date) -> bool:
        """Tell whether it should have been answered before this day."""
        return self.state is RequestState.ASKED and self.due_on < day


_COLUMNS = tuple(name for name in RequestView._fields if name != "member_name")
_ALL = select(*(_request[name] for name in _COLUMNS))
_WITHIN = select(_union.code).where(
    _union.county == bindparam("county"), begins_with(_union.path, "path")
)
_AT_PLACE = (_request.county == bindparam("county"), _request.union_code.in_(_WITHIN))


def at_place(
    session: Session,
    county: str,
    path: str,
    sight: Sight,
    *,
    before: int | None = None,
    limit: int = 50,
) -> list[RequestView]:
    """Return the requests at or below a place, the newest first, older than number `before`."""
    query = _ALL.where(*_AT_PLACE)
    if before is not None:
        query = query.where(_request.id < before)
    newest = query.order_by(_request.id.desc()).limit(limit)
    return _views(session, newest, sight, county=county, path=path)


def of_member(session: Session, county: str, member_id: int, sight: Sight) -> list[RequestView]:
    """Return what a member asked for, the newest first."""
    query = _ALL.where(_request.county == bindparam("county"), _request.member_id == member_id)
    return _views(session, query.order_by(_request.id.desc()), sight, county=county)


def granted(
    session: Session, county: str, member_id: int, kind: RequestKind, path: str
) -> tuple[int, datetime] | None:
    """Return number and instant of the last request of a kind that a member was granted at or
    below a place.
    """
    last = (
        select(_request.id, _request.ended_at)
        .where(
            *_AT_PLACE,
            _request.member_id == member_id,
            _request.kind == kind,
            _request.state == RequestState.GRANTED,
        )
        .order_by(_request.id.desc())
        .limit(1)
    )
    found = session.execute(last, {"county": county, "path": path}).one_or_none()
    return (found.id, found.ended_at) if found else None


def find(session: Session, county: str, number: int, path: str, sight: Sight) -> RequestView:
    """Return a request at or below a place; raises `NotFound` (request.unknown)."""
    query = _ALL.where(*_AT_PLACE, _request.id == number)
    found = _views(session, query, sight, county=county, path=path)
    if not found:
        raise NotFound("request.unknown", f"没有第 {number} 号请求，或者它不在您的管理范围内。")
    return found[0]


def waiting(session: Session, county: str, path: str, day: date) -> tuple[int, int]:
    """Return how many requests wait for an answer at or below a place, and how many are late."""
    query = select(func.count(), func.count().filter(_request.due_on < day)).where(
        *_AT_PLACE, _request.state == RequestState.ASKED
    )
    total, late = session.execute(query, {"county": county, "path": path}).one()
    return total, late


def _views(
    session: Session, query: Select[Any], sight: Sight, *, county: str, **asked: str
) -> list[RequestView]:
    found = [_view(row) for row in session.execute(query, {"county": county, **asked})]
    names = names_of_members(session, county, {one.member_id for one in found}, sight)
    return [one._replace(member_name=names.get(one.member_id, "")) for one in found]


def _view(row: Iterable[Any]) -> RequestView:
    one = RequestView(*row)
    return one._replace(
        kind=RequestKind(one.kind), state=RequestState(one.state), identity=Checked(one.identity)
    )
