"""What is kept of anomalies."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

_IS_OPEN = text("state = 'OPEN'")


class Anomaly(Model):
    """Something that looked doubtful, and what became of it.

    `union_code` is the place whose people it concerns; `account_id` the reviewer it is about,
    `other_id` the second of a pair. `subject` says what it is about within its kind, `fingerprint`
    which facts it rests on: with other facts it is another anomaly. `evidence` is JSON
    (`facts.Evidence`): numbers of members and submissions, nothing else of anybody.
    """

    __tablename__ = "anomaly"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(16))
    union_code: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    other_id: Mapped[int | None] = mapped_column(BigInteger)
    subject: Mapped[str] = mapped_column(String(80))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    reason: Mapped[str] = mapped_column(String(300))
    evidence: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    found_at: Mapped[datetime] = mapped_column(Instant)
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str | None] = mapped_column(String(500))

    __table_args__ = (
        CheckConstraint("state IN ('OPEN', 'CLOSED', 'GONE')", "state"),
        CheckConstraint(
            "(state = 'CLOSED') = (closed_at IS NOT NULL)"
            " AND (closed_by IS NULL) = (closed_at IS NULL)"
            " AND (note IS NULL) = (closed_at IS NULL)",
            "closed",
        ),
        Index("ix_anomaly_facts", "county", "kind", "subject", "fingerprint", unique=True),
        Index(
            "ix_anomaly_open",
            "county",
            "kind",
            "subject",
            unique=True,
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
        Index("ix_anomaly_list", "county", "state", "id"),
    )
