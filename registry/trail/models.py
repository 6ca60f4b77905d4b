"""What the trail keeps."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, String, Text, text
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
    suite: Mapped[int] = mapped_column(SmallInteger, server_default="1")  # whose hash: `SUITES`

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


class TrailPerson(Model):
    """Which entries name a person, by the keyed hash that also stands in their detail."""

    __tablename__ = "trail_person"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    person_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class TrailCopy(Model):
    """How far the signed heads of a county's chain have been written to the second place: since
    when a head has waited there, and why the last attempt failed.
    """

    __tablename__ = "trail_copy"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)  # of the last head written; 0 before
    written_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)  # NULL after a success
    fault: Mapped[str | None] = mapped_column(String(200))
