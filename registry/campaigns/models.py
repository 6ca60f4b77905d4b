"""What is kept of a campaign: what it asks, until when, of whom, and what is aimed at."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Integer,
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
    # Codes of codes/union_kind.csv with blanks between; NULL for unions of any kind.
    union_kinds: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (
        CheckConstraint("kind IN ('REVERIFY', 'REGISTER')", "kind"),
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


class CampaignPhase(Model):
    """A phase of a registration as it is planned: its last day, and the share of the unions, in
    percent, that its gates ask for.
    """

    __tablename__ = "campaign_phase"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    phase: Mapped[str] = mapped_column(String(8), primary_key=True)
    ends_on: Mapped[date] = mapped_column(Date)
    share: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        ForeignKeyConstraint(["county", "campaign_id"], ["campaign.county", "campaign.id"]),
        CheckConstraint("phase IN ('SURVEY', 'COUNT', 'VERIFY')", "phase"),
        CheckConstraint("share BETWEEN 1 AND 100", "share"),
    )


class CampaignTurn(Model):
    """A unit begins or stops in a registration, from a day on. Append-only: the last one that
    counts on a day says whether the unit takes part.
    """

    __tablename__ = "campaign_turn"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16))
    act: Mapped[str] = mapped_column(String(8))
    counts_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str | None] = mapped_column(String(200))
    recorded_by: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "campaign_id"], ["campaign.county", "campaign.id"]),
        CheckConstraint("act IN ('START', 'STOP')", "act"),
        CheckConstraint("act = 'START' OR reason IS NOT NULL", "reason"),
    )


class CampaignTarget(Model):
    """How many members a place is to have on a day, NULL where the target was taken away.
    Append-only: the last number of a place and day counts, from the day it was set.
    """

    __tablename__ = "campaign_target"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16))
    due_on: Mapped[date] = mapped_column(Date)
    members: Mapped[int | None] = mapped_column(Integer)
    set_on: Mapped[date] = mapped_column(Date)
    set_by: Mapped[int] = mapped_column(BigInteger)
    set_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "campaign_id"], ["campaign.county", "campaign.id"]),
        CheckConstraint("members >= 0", "members"),
    )
