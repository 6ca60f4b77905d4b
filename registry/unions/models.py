"""What is kept of a trade union."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

_HAS_CREDIT_CODE = text("credit_code IS NOT NULL")


class Level(StrEnum):
    """A federation's level; a county-level city is a county."""

    COUNTY = "COUNTY"
    TOWNSHIP = "TOWNSHIP"
    GRASSROOTS = "GRASSROOTS"

    @property
    def label(self) -> str:
        """The level's name on the screen."""
        return {"COUNTY": "市（县、区）", "TOWNSHIP": "乡镇（街道）", "GRASSROOTS": "基层"}[self]


class TradeUnion(Model):
    """A trade union or federation. `path` is its place: `/331083/331083001/3310830010001/`.

    The days are those of its life (`states.Life`): on the list of those to be formed, being
    prepared, formed, dissolved; `chair` is the chairperson's name, all that is kept of a person.
    """

    __tablename__ = "trade_union"

    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    county: Mapped[str] = mapped_column(String(6))
    path: Mapped[str] = mapped_column(String(64))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("trade_union.code"))
    level: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str | None] = mapped_column(String(4))  # codes/union_kind.csv
    status: Mapped[str] = mapped_column(String(16))  # codes/union_status.csv
    industry: Mapped[str | None] = mapped_column(String(4))
    employer_category: Mapped[str | None] = mapped_column(String(4))
    formed_on: Mapped[date | None] = mapped_column(Date)
    new_sector_kind: Mapped[str | None] = mapped_column(String(4))
    credit_code: Mapped[str | None] = mapped_column(String(18))
    chair: Mapped[str | None] = mapped_column(String(50))
    listed_on: Mapped[date | None] = mapped_column(Date)
    prepared_on: Mapped[date | None] = mapped_column(Date)
    elected_on: Mapped[date | None] = mapped_column(Date)  # the last election
    term_ends_on: Mapped[date | None] = mapped_column(Date)
    dissolved_on: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        CheckConstraint("(parent_code IS NULL) = (level = 'COUNTY')", "parent"),
        Index("ix_trade_union_parent", "parent_code", "code"),
        # Prefix search on the path must use the index on PostgreSQL whatever its collation.
        Index(
            "ix_trade_union_path", "path", unique=True, postgresql_ops={"path": "text_pattern_ops"}
        ),
        Index(
            "ix_trade_union_credit_code",
            "county",
            "credit_code",
            unique=True,
            sqlite_where=_HAS_CREDIT_CODE,
            postgresql_where=_HAS_CREDIT_CODE,
        ),
    )


class Headcount(Model):
    """The number of employees that a union declared, dated: the denominator of the membership
    rate.
    """

    __tablename__ = "headcount"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    union_code: Mapped[str] = mapped_column(ForeignKey("trade_union.code"), primary_key=True)
    declared_on: Mapped[date] = mapped_column(Date, primary_key=True)
    employees: Mapped[int] = mapped_column(Integer)
    declared_by: Mapped[int | None] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (CheckConstraint("employees >= 0", "employees"),)


class UnionEmployer(Model):
    """An employer whose employees a joint union covers."""

    __tablename__ = "union_employer"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(120))
    credit_code: Mapped[str | None] = mapped_column(String(18))

    __table_args__ = (Index("ix_union_employer_name", "county", "union_code", "name", unique=True),)


class UnionEvent(Model):
    """What happened to a union. Append-only.

    `happened_on` is the day that was told, None where nobody told one; `counts_on` that day, else
    the day on which it was recorded. `before` and `after` map what changed to codes and texts, as
    JSON.
    """

    __tablename__ = "union_event"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16))
    act: Mapped[str] = mapped_column(String(12))
    happened_on: Mapped[date | None] = mapped_column(Date)
    counts_on: Mapped[date] = mapped_column(Date)
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(String(200))
    recorded_by: Mapped[int | None] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("happened_on IS NULL OR happened_on = counts_on", "counts"),
        Index("ix_union_event_union", "county", "union_code", "id"),
        Index("ix_union_event_period", "county", "counts_on", "act"),
    )


class UnionIntake(Model):
    """A workbook of unions read at a place, and what it would do there until that is decided.

    `lines` are its rows as JSON (`intake.lines.Line`): what was written, what would happen, what is
    wrong. `sheet` is what is said of it beside them (`intake.lines.SheetFacts`).
    """

    __tablename__ = "union_intake"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8))
    new_count: Mapped[int] = mapped_column(Integer)
    changed_count: Mapped[int] = mapped_column(Integer)
    same_count: Mapped[int] = mapped_column(Integer)
    refused_count: Mapped[int] = mapped_column(Integer)
    lines: Mapped[str] = mapped_column(Text)
    sheet: Mapped[str] = mapped_column(Text)
    read_by: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint("(state = 'WAITING') = (decided_at IS NULL)", "decided"),
        Index("ix_union_intake_place", "county", "place", "id"),
    )
