"""What is kept of explanations."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

_IS_ASKED = text("state = 'ASKED'")


class Explanation(Model):
    """A union's words on why two of its numbers do not agree: one asking and its answer.

    `flag` says which numbers (`flags.Flag`), `expected` and `found` are what they were when it was
    asked for, and from the answer on what they were then. `note` is what the asker wrote;
    `is_from_city`: only the city decides on the answer.
    """

    __tablename__ = "explanation"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16))
    flag: Mapped[str] = mapped_column(String(16))
    expected: Mapped[int] = mapped_column(Integer)
    found: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    is_from_city: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str | None] = mapped_column(String(500))
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)  # the last day
    answer: Mapped[str | None] = mapped_column(String(500))
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("state IN ('ASKED', 'ANSWERED', 'ACCEPTED', 'RETURNED')", "state"),
        CheckConstraint(
            "(state = 'ASKED') = (answered_at IS NULL)"
            " AND (answered_by IS NULL) = (answered_at IS NULL)"
            " AND (answer IS NULL) = (answered_at IS NULL)",
            "answered",
        ),
        CheckConstraint(
            "(state IN ('ACCEPTED', 'RETURNED')) = (decided_at IS NOT NULL)"
            " AND (decided_by IS NULL) = (decided_at IS NULL)",
            "decided",
        ),
        CheckConstraint("decided_by <> answered_by", "four_eyes"),
        Index("ix_explanation_union", "county", "union_code", "flag", "id"),
        Index(
            "ix_explanation_asked",
            "county",
            "union_code",
            "flag",
            unique=True,
            sqlite_where=_IS_ASKED,
            postgresql_where=_IS_ASKED,
        ),
    )
