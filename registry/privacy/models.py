"""What is kept of members' requests."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

_WAITS = text("state = 'ASKED'")


class PersonalRequest(Model):
    """What a member asked about their own particulars, and what became of it.

    `identity` says how it was made sure who asks. Nobody decides on what they wrote down.
    """

    __tablename__ = "personal_request"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(BigInteger)
    union_code: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    identity: Mapped[str] = mapped_column(String(12))
    grounds: Mapped[str] = mapped_column(String(500))
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)  # the last day
    answer: Mapped[str | None] = mapped_column(String(500))
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("kind IN ('ACCESS', 'RESTRICT', 'LIFT', 'ERASE')", "kind"),
        CheckConstraint("state IN ('ASKED', 'GRANTED', 'REFUSED', 'WITHDRAWN')", "state"),
        CheckConstraint(
            "(state = 'ASKED') = (ended_at IS NULL) AND (ended_by IS NULL) = (ended_at IS NULL)",
            "ended",
        ),
        CheckConstraint("state NOT IN ('GRANTED', 'REFUSED') OR ended_by <> asked_by", "four_eyes"),
        CheckConstraint("state <> 'REFUSED' OR answer IS NOT NULL", "answer"),
        Index("ix_personal_request_union", "county", "union_code", "id"),
        Index("ix_personal_request_member", "county", "member_id", "id"),
        Index(
            "ix_personal_request_open",
            "county",
            "member_id",
            "kind",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
    )
