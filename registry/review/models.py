"""What is kept of decisions."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


class Verdict(StrEnum):
    """What was decided."""

    APPROVE = "APPROVE"
    SEND_BACK = "SEND_BACK"
    REJECT = "REJECT"
    REVOKE = "REVOKE"  # takes an approval back

    @property
    def label(self) -> str:
        """The verdict's name on the screen."""
        return {"APPROVE": "通过", "SEND_BACK": "退回", "REJECT": "驳回", "REVOKE": "撤销"}[self]


class Decision(Model):
    """One act of a reviewer on some rows of one submission; the rows name it. Append-only."""

    __tablename__ = "decision"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    submission_id: Mapped[int] = mapped_column(BigInteger)
    verdict: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(24))
    note: Mapped[str | None] = mapped_column(String(500))
    row_count: Mapped[int] = mapped_column(Integer)
    decided_by: Mapped[int] = mapped_column(BigInteger)
    decided_at: Mapped[datetime] = mapped_column(Instant)
    # Made by the losing union or a federation that settles, not by the roster's reviewer.
    by_transfer: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    # The approval that this one takes back, whole or in part.
    revokes_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        ForeignKeyConstraint(["county", "submission_id"], ["submission.county", "submission.id"]),
        CheckConstraint("(verdict = 'APPROVE') = (reason IS NULL)", "reason"),
        Index("ix_decision_submission", "county", "submission_id", "id"),
    )
