"""What is kept of long work."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Integer, String, Text
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
IMPORT, BUNDLE = "import", "bundle"
# The code of a batch that is done and has something to say: its `error_message`.
TOLD = "marked.recognised"


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
    # read; of a bundle also check, store, settle, finish, clear
    stage: Mapped[str] = mapped_column(String(12), default="")
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    cursor: Mapped[int] = mapped_column(Integer, default=0)  # rows stored
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
