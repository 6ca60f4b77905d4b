"""What is asked of anomalies, always from a place; those about reviewers only for who may."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.anomalies.facts import Evidence
from registry.anomalies.kinds import ABOUT_REVIEWERS, AnomalyKind, AnomalyState
from registry.anomalies.models import Anomaly
from registry.db import table_of
from registry.errors import NotFound
from registry.unions.models import TradeUnion


class AnomalyView(NamedTuple):
    """An anomaly as plain values, with the path of the place it concerns."""

    id: int
    kind: AnomalyKind
    union_code: str
    path: str
    account_id: int | None
    other_id: int | None
    reason: str
    evidence: Evidence
    state: AnomalyState
    found_at: datetime
    closed_by: int | None
    closed_at: datetime | None
    note: str | None


class Wanted(NamedTuple):
    """What a list is narrowed to; `unit` is the path of a place within."""

    kind: AnomalyKind | None = None
    unit: str = ""
    state: AnomalyState | None = None


class Counts(NamedTuple):
    """How many there are, by kind, by the place they concern and by state, each with the other two
    as they were asked for.
    """

    kinds: Counter[str]
    places: Counter[str]
    states: Counter[str]

    def within(self, path: str) -> int:
        """How many concern a place at or below a path."""
        return sum(count for place, count in self.places.items() if place.startswith(path))


_anomaly, _union = table_of(Anomaly).c, table_of(TradeUnion).c
_VIEWS = select(
    _anomaly.id,
    _anomaly.kind,
    _anomaly.union_code,
    _union.path,
    _anomaly.account_id,
    _anomaly.other_id,
    _anomaly.reason,
    _anomaly.evidence,
    _anomaly.state,
    _anomaly.found_at,
    _anomaly.closed_by,
    _anomaly.closed_at,
    _anomaly.note,
)


def anomalies(
    session: Session,
    county: str,
    path: str,
    wanted: Wanted,
    *,
    about_reviewers: bool,
    before: int | None = None,
    limit: int = 50,
) -> list[AnomalyView]:
    """Return the anomalies that concern a place, the newest first, older than number `before`."""
    query = _at(_VIEWS, county, path, about_reviewers).where(*_narrowed(wanted))
    if before is not None:
        query = query.where(_anomaly.id < before)
    found = session.execute(query.order_by(_anomaly.id.desc()).limit(limit))
    return [_view(row) for row in found]


def counts(
    session: Session, county: str, path: str, wanted: Wanted, *, about_reviewers: bool
) -> Counts:
    """Count the anomalies that concern a place, for each filter beside the others."""
    query = select(_anomaly.kind, _union.path, _anomaly.state, func.count())
    grouped = _at(query, county, path, about_reviewers).group_by(
        _anomaly.kind, _union.path, _anomaly.state
    )
    found = Counts(Counter(), Counter(), Counter())
    for kind, place, state, count in session.execute(grouped):
        of_kind = wanted.kind in (None, kind)
        of_unit = place.startswith(wanted.unit)
        of_state = wanted.state in (None, state)
        if of_unit and of_state:
            found.kinds[kind] += count
        if of_kind and of_state:
            found.places[place] += count
        if of_kind and of_unit:
            found.states[state] += count
    return found


def find(
    session: Session, county: str, path: str, number: int, *, about_reviewers: bool
) -> AnomalyView:
    """Return an anomaly that concerns a place; raises `NotFound` where none of this number does."""
    query = _at(_VIEWS, county, path, about_reviewers).where(_anomaly.id == number)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("anomaly.unknown", f"没有第 {number} 号异常，或者它不在您的管理范围内。")
    return _view(row)


def _at(query: Any, county: str, path: str, about_reviewers: bool) -> Any:
    where: list[ColumnElement[bool]] = [
        _anomaly.county == county,
        _union.path.startswith(path, autoescape=True),
    ]
    if not about_reviewers:
        where.append(_anomaly.kind.not_in([kind.value for kind in ABOUT_REVIEWERS]))
    joined = table_of(Anomaly).join(table_of(TradeUnion), _union.code == _anomaly.union_code)
    return query.select_from(joined).where(*where)


def _narrowed(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    chosen = []
    if wanted.kind:
        chosen.append(_anomaly.kind == wanted.kind)
    if wanted.unit:
        chosen.append(_union.path.startswith(wanted.unit, autoescape=True))
    if wanted.state:
        chosen.append(_anomaly.state == wanted.state)
    return chosen


def _view(row: Any) -> AnomalyView:
    evidence = msgspec.json.decode(row.evidence, type=Evidence)
    return AnomalyView(*row)._replace(
        kind=AnomalyKind(row.kind), evidence=evidence, state=AnomalyState(row.state)
    )
