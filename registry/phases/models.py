"""What is kept of phases: which unit passed which, and how."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Date, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


class CampaignPassing(Model):
    """A unit has passed a phase of a registration; `is_override`: although a gate did not hold, and
    then the note says why. Append-only.
    """

    __tablename__ = "campaign_passing"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    phase: Mapped[str] = mapped_column(String(8), primary_key=True)
    passed_on: Mapped[date] = mapped_column(Date)
    is_override: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str | None] = mapped_column(String(200))
    recorded_by: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "campaign_id"], ["campaign.county", "campaign.id"]),
        CheckConstraint("phase IN ('SURVEY', 'COUNT', 'VERIFY')", "phase"),
        CheckConstraint("note IS NOT NULL OR NOT is_override", "note"),
    )
