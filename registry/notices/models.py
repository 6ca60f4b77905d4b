"""What is kept of notices."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


class Notice(Model):
    """One version of a county's notice: what for, and the whole text. Never changed, never removed.

    The first is the text that comes with the program; nobody published it.
    """

    __tablename__ = "notice"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    published_by: Mapped[int | None] = mapped_column(BigInteger)
    published_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("version >= 1", "version"),
        CheckConstraint("(version = 1) = (published_by IS NULL)", "published"),
    )


class NoticeConfirmation(Model):
    """Under which version of the notice a roster was sent, and who said so. Append-only.

    `was_shown`: on a page that showed it; else a program or a command said it by sending.
    """

    __tablename__ = "notice_confirmation"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    confirmed_by: Mapped[int] = mapped_column(BigInteger)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    was_shown: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (
        Index("ix_notice_confirmation_who", "county", "confirmed_by", "version", "was_shown"),
    )
