"""What is kept of long work."""

from datetime import datetime
from enum import StrEnum

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

from registry.db import Instant, KeyNumber, Model


class BatchState(StrEnum):
    """Where a piece of long work stands; a different thing from the submission's state."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    ASKING = "ASKING"  # the clerk is asked what some columns are; nothing was stored
    REFUSED = "REFUSED"  # the file cannot be taken: the code says why
    FAILED = "FAILED"  # our fault, after several tries
    PAUSED = "PAUSED"  # by a person, who may let it go on
    CANCELLED = "CANCELLED"  # by a person, for good


# What batches do: the kinds of `jobs.work`.
IMPORT, BUNDLE, EXCHANGE, ANOMALIES = "import", "bundle", "exchange", "anomalies"
# The code of a batch that is done and has something to say: its `error_message`.
TOLD = "marked.recognised"
_WAITS = text("state = 'WAITING'")


class Batch(Model):
    """One piece of long work, with its lease.

    Each chunk of work commits its rows, the cursor and the lease in one transaction, and only while
    `fence` is still its own: a worker that lost its lease cannot write.
    """

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(KeyNumber, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    county: Mapped[str] = mapped_column(String(6))
    subject_id: Mapped[int] = mapped_column(BigInteger)  # of an import its submission
    account_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12))
    # read; of a bundle also check, store, settle, finish, clear; of an exchange LIVE, ENDED; of a
    # search for anomalies: search
    stage: Mapped[str] = mapped_column(String(12), default="")
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    # rows stored; of an exchange the last member looked at
    cursor: Mapped[int] = mapped_column(Integer, default=0)
    fence: Mapped[int] = mapped_column(Integer, default=0)
    worker: Mapped[str | None] = mapped_column(String(120))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    error_code: Mapped[str | None] = mapped_column(String(48))
    error_message: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_batch_subject", "county", "kind", "subject_id", "id"),
        Index("ix_batch_state", "state", "id"),
    )


class WorkerBeat(Model):
    """A worker's last sign of life."""

    __tablename__ = "worker_beat"

    worker: Mapped[str] = mapped_column(String(120), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)


class DeliveryState(StrEnum):
    """What became of a roster that a program handed in to be sent for review."""

    WAITING = "WAITING"  # it is being read
    SENT = "SENT"
    REFUSED = "REFUSED"  # it stays a draft (or could not be read): the code says why


class Delivery(Model):
    """A program's request to send a roster for review as soon as it is read.

    `request_key` is the hash of the key that the program gave the request, `digest` that of what it
    asked: the same request again is answered as before (`answered`, `already`).
    """

    __tablename__ = "delivery"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(BigInteger)
    request_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    submission_id: Mapped[int] = mapped_column(BigInteger)
    answered: Mapped[str] = mapped_column(String(12))
    already: Mapped[bool] = mapped_column(Boolean)
    hold_errors: Mapped[bool] = mapped_column(Boolean)
    employees: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    error_code: Mapped[str | None] = mapped_column(String(48))
    error_message: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    notice: Mapped[int | None] = mapped_column(Integer)  # the version that people were told

    __table_args__ = (
        ForeignKeyConstraint(["county", "submission_id"], ["submission.county", "submission.id"]),
        CheckConstraint("state IN ('WAITING', 'SENT', 'REFUSED')", "state"),
        CheckConstraint("(state = 'REFUSED') = (error_code IS NOT NULL)", "refused"),
        Index("ix_delivery_request", "county", "account_id", "request_key", unique=True),
        Index("ix_delivery_submission", "county", "submission_id", "id"),
        Index(
            "ix_delivery_waiting",
            "county",
            "id",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )
