"""What is kept of a campaign: what it asks, until when, and of whom."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


class Campaign(Model):
    """What the unions in its scope are to do from one day to another. `union_code` and `path` are
    the place that runs it.
    """

    __tablename__ = "campaign"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12))
    union_code: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(60))
    note: Mapped[str | None] = mapped_column(String(500))
    opens_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)  # the last day
    ends_when_due: Mapped[bool] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(12))
    begun_by: Mapped[int] = mapped_column(BigInteger)
    begun_at: Mapped[datetime] = mapped_column(Instant)
    closed_by: Mapped[int | None] = mapped_column(BigInteger)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("kind = 'REVERIFY'", "kind"),
        CheckConstraint("state IN ('OPEN', 'CLOSED')", "state"),
        CheckConstraint(
            "(state = 'CLOSED') = (closed_at IS NOT NULL)"
            " AND (closed_by IS NULL) = (closed_at IS NULL)",
            "closed",
        ),
        CheckConstraint("due_on >= opens_on", "due"),
    )


class CampaignScope(Model):
    """A place whose unions a campaign is for: the county, or a unit."""

    __tablename__ = "campaign_scope"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    path: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        ForeignKeyConstraint(["county", "campaign_id"], ["campaign.county", "campaign.id"]),
    )
