"""What is kept of a closed month. Only `Period` is ever changed."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


class Period(Model):
    """A month that was closed at least once; `revision` is the number of its last closing."""

    __tablename__ = "period"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    state: Mapped[str] = mapped_column(String(8))
    revision: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        CheckConstraint("state IN ('OPEN', 'CLOSED')", "state"),
        CheckConstraint("revision >= 1", "revision"),
    )


class PeriodClosing(Model):
    """One closing of a month: the document in its canonical bytes, and who signed it how.

    Append-only.
    """

    __tablename__ = "period_closing"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_day: Mapped[date] = mapped_column(Date)
    closed_by: Mapped[int] = mapped_column(BigInteger)
    closed_at: Mapped[datetime] = mapped_column(Instant)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the document
    algorithm: Mapped[str] = mapped_column(String(24))
    public_key: Mapped[str] = mapped_column(Text)  # PEM
    signature: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (ForeignKeyConstraint(["county", "month"], ["period.county", "period.month"]),)


class PeriodReopening(Model):
    """That a closing was opened again, by whom and why. Append-only."""

    __tablename__ = "period_reopening"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    reopened_by: Mapped[int] = mapped_column(BigInteger)
    reopened_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str] = mapped_column(String(200))

    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "month", "revision"],
            ["period_closing.county", "period_closing.month", "period_closing.revision"],
        ),
    )


class PeriodRoll(Model):
    """Who was in a union at the end of a closed month: `content` is what `rolls` writes, packed by
    zlib. No names and no numbers of documents. Append-only.
    """

    __tablename__ = "period_roll"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "month", "revision"],
            ["period_closing.county", "period_closing.month", "period_closing.revision"],
        ),
    )
