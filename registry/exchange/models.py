"""What is kept of batches for the higher federation: of each member a digest, never the row.

An item with a `standing` still counts: the database holds at most one open, one current and one
refused item of each member, and no open one that says what the current one says.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

_TELLS = text("standing IN ('OPEN', 'CURRENT')")


class ExchangeBatch(Model):
    """What is sent to the higher federation at one time. `again`: also who was refused and has not
    been changed since. `is_written`: its files are all there.
    """

    __tablename__ = "exchange_batch"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(200))
    again: Mapped[bool] = mapped_column(Boolean)
    is_written: Mapped[bool] = mapped_column(Boolean)
    item_count: Mapped[int] = mapped_column(Integer)
    open_count: Mapped[int] = mapped_column(Integer)  # items without an answer
    accepted_count: Mapped[int] = mapped_column(Integer)
    refused_count: Mapped[int] = mapped_column(Integer)
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(Instant)
    sent_by: Mapped[int | None] = mapped_column(BigInteger)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("state IN ('PREPARED', 'SENT', 'ANSWERED', 'CANCELLED')", "state"),
        CheckConstraint("(state IN ('SENT', 'ANSWERED')) = (sent_at IS NOT NULL)", "sent"),
        CheckConstraint("(state IN ('ANSWERED', 'CANCELLED')) = (ended_at IS NOT NULL)", "ended"),
        CheckConstraint("state NOT IN ('SENT', 'ANSWERED') OR is_written", "written"),
    )


class ExchangeScope(Model):
    """A place whose members a batch is of: the county, or a unit."""

    __tablename__ = "exchange_scope"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    path: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "batch_id"], ["exchange_batch.county", "exchange_batch.id"]
        ),
    )


class ExchangeFile(Model):
    """A workbook of a batch. `original` names its sealed bytes, null when they were dropped."""

    __tablename__ = "exchange_file"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(8))
    row_count: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    original: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "batch_id"], ["exchange_batch.county", "exchange_batch.id"]
        ),
        CheckConstraint("part IN ('LIVE', 'ENDED')", "part"),
    )


class ExchangeItem(Model):
    """One member in one batch. `number` runs through the batch; `digest` is of what was said."""

    __tablename__ = "exchange_item"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(BigInteger)
    union_code: Mapped[str] = mapped_column(String(16))
    action: Mapped[str] = mapped_column(String(8))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    standing: Mapped[str | None] = mapped_column(String(8))
    outcome: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(200))  # why it was refused

    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "batch_id"], ["exchange_batch.county", "exchange_batch.id"]
        ),
        CheckConstraint("action IN ('NEW', 'CHANGED', 'ENDED')", "action"),
        CheckConstraint("standing IN ('OPEN', 'CURRENT', 'REFUSED')", "standing"),
        CheckConstraint("outcome IN ('ACCEPTED', 'REFUSED', 'LOST', 'CANCELLED')", "outcome"),
        CheckConstraint(
            "coalesce(standing = 'OPEN', false) = (outcome IS NULL)"
            " AND (standing IS NULL OR standing <> 'CURRENT' OR outcome = 'ACCEPTED')"
            " AND (standing IS NULL OR standing <> 'REFUSED' OR outcome = 'REFUSED')",
            "stands",
        ),
        # Blanks are never alike: any number of items stands for nothing any more.
        Index("ix_exchange_item_standing", "county", "standing", "member_id", unique=True),
        Index(
            "ix_exchange_item_digest",
            "county",
            "member_id",
            "digest",
            unique=True,
            sqlite_where=_TELLS,
            postgresql_where=_TELLS,
        ),
        # In which files somebody stood, or members of a union.
        Index("ix_exchange_item_member", "county", "member_id"),
        Index("ix_exchange_item_union", "county", "union_code", "batch_id"),
        Index("ix_exchange_item_outcome", "county", "batch_id", "outcome", "number"),
    )


class ExchangeReceipt(Model):
    """An answer of the higher federation, and what became of each of its rows. `listed` is JSON:
    row and reason of the rows that were not taken, without anything of what they say.
    """

    __tablename__ = "exchange_receipt"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    batch_id: Mapped[int] = mapped_column(BigInteger)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    read_by: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime] = mapped_column(Instant)
    row_count: Mapped[int] = mapped_column(Integer)
    accepted_count: Mapped[int] = mapped_column(Integer)
    refused_count: Mapped[int] = mapped_column(Integer)
    same_count: Mapped[int] = mapped_column(Integer)  # said before
    unknown_count: Mapped[int] = mapped_column(Integer)  # listed
    skipped_count: Mapped[int] = mapped_column(Integer)  # no persons: blank, footer
    listed: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "batch_id"], ["exchange_batch.county", "exchange_batch.id"]
        ),
        CheckConstraint(
            "row_count = accepted_count + refused_count + same_count + unknown_count"
            " + skipped_count",
            "rows",
        ),
        Index("ix_exchange_receipt_file", "county", "batch_id", "sha256", unique=True),
    )
