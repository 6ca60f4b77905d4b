"""What the trail keeps."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

# The entries that are counted by account (`members.harvest`), as their index has them.
LOOKING = "action IN ('member.open', 'row.open', 'identity.open', 'member.look_up', 'look.many')"


class TrailEntry(Model):
    """One act: who, when, what, where, with which result. Never changed, never removed."""

    __tablename__ = "trail_entry"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(48))
    place: Mapped[str] = mapped_column(String(16))
    result: Mapped[str] = mapped_column(String(48))
    detail: Mapped[str] = mapped_column(Text)  # JSON, without full numbers, phones, secrets
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        Index("ix_trail_entry_actor", "county", "actor_name", "number"),
        Index("ix_trail_entry_place", "county", "place", "number"),
        Index("ix_trail_entry_action", "county", "action", "at"),
        Index(
            "ix_trail_entry_looking",
            "county",
            "actor_name",
            "at",
            sqlite_where=text(LOOKING),
            postgresql_where=text(LOOKING),
        ),
    )


class TrailHead(Model):
    """The end of a county's chain. Updated with each entry; its row lock orders the county's
    acts.
    """

    __tablename__ = "trail_head"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
