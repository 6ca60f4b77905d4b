"""What is asked of notices."""

import hashlib
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from config import ROOT
from registry.db import table_of
from registry.errors import NotFound
from registry.notices.models import Notice, NoticeConfirmation

_TEXT = ROOT / "seeds" / "notice.md"
_notice, _confirmation = table_of(Notice).c, table_of(NoticeConfirmation).c


class NoticeView(NamedTuple):
    """One version. `published_at` is None for the program's own text while nobody used it."""

    version: int
    purpose: str
    body: str
    published_by: int | None
    published_at: datetime | None

    @property
    def digest(self) -> str:
        """SHA-256 over purpose and text."""
        return hashlib.sha256(f"{self.purpose}\n\n{self.body}".encode()).hexdigest()


class Confirmation(NamedTuple):
    """Under which version a roster was sent, by whom, when, and whether a page showed it."""

    version: int
    purpose: str
    confirmed_by: int
    confirmed_at: datetime
    was_shown: bool


_VERSIONS = select(*(_notice[name] for name in NoticeView._fields)).order_by(_notice.version.desc())


@cache
def shipped() -> NoticeView:
    """Return the text that comes with the program: its first paragraph says what for."""
    purpose, _, body = _TEXT.read_text(encoding="utf-8").strip().partition("\n\n")
    return NoticeView(1, purpose, body, None, None)


def in_force(session: Session, county: str) -> NoticeView:
    """Return the newest version of a county."""
    found = session.execute(_VERSIONS.where(_notice.county == county).limit(1)).one_or_none()
    return NoticeView(*found) if found else shipped()


def versions(session: Session, county: str, limit: int = 50) -> list[NoticeView]:
    """Return the versions of a county, the one in force first."""
    found = session.execute(_VERSIONS.where(_notice.county == county).limit(limit))
    return [NoticeView(*one) for one in found] or [shipped()]


def find(session: Session, county: str, version: int) -> NoticeView:
    """Return one version; raises `NotFound` (notice.unknown)."""
    query = _VERSIONS.where(_notice.county == county, _notice.version == version)
    found = session.execute(query).one_or_none()
    if found:
        return NoticeView(*found)
    if version == 1:
        return shipped()
    raise NotFound("notice.unknown", f"没有第 {version} 版告知书。")


def is_news(session: Session, notice: NoticeView, county: str, account_id: int) -> bool:
    """Tell whether a later notice than the first came in force which this account has not confirmed
    on a page yet.
    """
    if notice.version == 1:
        return False
    query = select(_confirmation.version).where(
        _confirmation.county == county,
        _confirmation.confirmed_by == account_id,
        _confirmation.version == notice.version,
        _confirmation.was_shown,
    )
    return session.scalar(query.limit(1)) is None


def confirmation(session: Session, county: str, submission_id: int) -> Confirmation | None:
    """Return under which notice a roster was sent; None for one that was not, or long ago."""
    query = (
        select(
            _confirmation.version,
            _notice.purpose,
            _confirmation.confirmed_by,
            _confirmation.confirmed_at,
            _confirmation.was_shown,
        )
        .join(
            table_of(Notice),
            (_notice.county == _confirmation.county) & (_notice.version == _confirmation.version),
        )
        .where(_confirmation.county == county, _confirmation.submission_id == submission_id)
    )
    found = session.execute(query).one_or_none()
    return Confirmation(*found) if found else None
