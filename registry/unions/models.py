"""What is kept of a trade union."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


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
    """A trade union or federation. `path` is its place: `/331083/331083001/3310830010001/`."""

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

    __table_args__ = (
        CheckConstraint("(parent_code IS NULL) = (level = 'COUNTY')", "parent"),
        Index("ix_trade_union_parent", "parent_code", "code"),
        # Prefix search on the path must use the index on PostgreSQL whatever its collation.
        Index(
            "ix_trade_union_path", "path", unique=True, postgresql_ops={"path": "text_pattern_ops"}
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
