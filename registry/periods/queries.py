"""What is asked of periods."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.accounts.queries import display_names
from registry.db import table_of
from registry.errors import NotFound
from registry.periods import documents
from registry.periods.comparing import Difference, differences
from registry.periods.composing import Place
from registry.periods.documents import Document
from registry.periods.models import Period, PeriodClosing, PeriodReopening
from registry.periods.months import Month
from registry.periods.states import PeriodState
from registry.totals.queries import Figures
from registry.vault.signing import key_id

SHOWN_CLOSINGS = 600  # fifty years of months


class Closing(NamedTuple):
    """One closing of a month in a list, and whether it was opened again."""

    month: Month
    revision: int
    state: PeriodState  # the month's
    is_last: bool  # the month's last closing
    closed_by: str
    closed_at: datetime
    digest: str
    algorithm: str
    key: str
    signature: bytes
    reopened_by: str
    reopened_at: datetime | None
    reason: str

    @property
    def is_valid(self) -> bool:
        """Whether these are the month's figures."""
        return self.is_last and self.state is PeriodState.CLOSED


_closing, _period, _reopening = (
    table_of(one).c for one in (PeriodClosing, Period, PeriodReopening)
)


def closings(session: Session, county: str, month: Month | None = None) -> list[Closing]:
    """Return the closings of a county, or of one month, the newest first."""
    query = (
        select(
            _closing.month,
            _closing.revision,
            _period.state,
            _period.revision.label("last"),
            _closing.closed_by,
            _closing.closed_at,
            _closing.digest,
            _closing.algorithm,
            _closing.public_key,
            _closing.signature,
            _reopening.reopened_by,
            _reopening.reopened_at,
            _reopening.reason,
        )
        .join_from(
            table_of(PeriodClosing),
            table_of(Period),
            (_period.county == _closing.county) & (_period.month == _closing.month),
        )
        .outerjoin(
            table_of(PeriodReopening),
            (_reopening.county == _closing.county)
            & (_reopening.month == _closing.month)
            & (_reopening.revision == _closing.revision),
        )
        .where(_closing.county == county)
        .order_by(_closing.month.desc(), _closing.revision.desc())
        .limit(SHOWN_CLOSINGS)
    )
    if month is not None:
        query = query.where(_closing.month == str(month))
    rows = session.execute(query).all()
    ids = {one.closed_by for one in rows} | {one.reopened_by for one in rows}
    names = display_names(session, ids)
    return [
        Closing(
            Month.named(row.month),
            row.revision,
            PeriodState(row.state),
            row.revision == row.last,
            names.get(row.closed_by, ""),
            row.closed_at,
            row.digest,
            row.algorithm,
            key_id(row.public_key.encode()),
            row.signature,
            names.get(row.reopened_by, ""),
            row.reopened_at,
            row.reason or "",
        )
        for row in rows
    ]


def newest(session: Session, county: str) -> Period | None:
    """Return the newest month of a county that was ever closed."""
    query = select(Period).where(Period.county == county).order_by(Period.month.desc()).limit(1)
    return session.scalars(query).one_or_none()


def closing_of(
    session: Session, county: str, month: Month, revision: int | None = None
) -> PeriodClosing:
    """Return a closing of a month, the last one where none is named. Raises `NotFound`."""
    query = _of(county, month).order_by(PeriodClosing.revision.desc()).limit(1)
    if revision is not None:
        query = query.where(PeriodClosing.revision == revision)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("period.unknown", f"{month.label}没有这一次封账。")
    return found


def document_of(
    session: Session, county: str, month: Month, revision: int | None = None
) -> Document:
    """Return the document of a closing, the last one where none is named. Raises `NotFound`."""
    return documents.read(closing_of(session, county, month, revision).document)


class Seal(NamedTuple):
    """What the signed document of a month says of a place, beside what is computed now."""

    month: Month
    place: Place
    differences: list[Difference]


def seal_on(session: Session, county: str, day: date, found: Figures) -> Seal | None:
    """Compare a place's figures of a day with the signed ones; None where the day does not end a
    closed month or the place is in none.
    """
    month = Month.of(day)
    period = session.get(Period, (county, str(month))) if day == month.last_day else None
    if period is None or period.state != PeriodState.CLOSED:
        return None
    signed = document_of(session, county, month).places.get(found.code)
    if signed is None:
        return None
    now = signed | {
        "figures": {
            name: getattr(found, name, signed["figures"][name]) for name in signed["figures"]
        },
        "metrics": {key: list(found.metrics[key]) for key in signed["metrics"]},
    }
    return Seal(month, signed, differences({found.code: signed}, {found.code: now}))


def _of(county: str, month: Month) -> Select[tuple[PeriodClosing]]:
    return select(PeriodClosing).where(
        PeriodClosing.county == county, PeriodClosing.month == str(month)
    )
