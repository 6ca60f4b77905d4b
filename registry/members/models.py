"""What the register keeps.

`Person` stands apart from what a county keeps: its primary key is the keyed hash of document kind
and number, and it names the one live membership. Every other key begins with the county code.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


class MembershipState(StrEnum):
    """A membership's state; the first three are live: one person has at most one of them."""

    ACTIVE = "ACTIVE"
    TRANSFERRING = "TRANSFERRING"
    RETAINED = "RETAINED"
    ENDED = "ENDED"

    @property
    def label(self) -> str:
        """The state's name on the screen."""
        return {
            "ACTIVE": "在会",
            "TRANSFERRING": "转接中",
            "RETAINED": "保留会籍",
            "ENDED": "会籍终止",
        }[self]


LIVE = (MembershipState.ACTIVE, MembershipState.TRANSFERRING, MembershipState.RETAINED)
_LIVE = text("state IN ('ACTIVE', 'TRANSFERRING', 'RETAINED')")

_WAITS = text("state IN ('ASKED', 'OBJECTED', 'APPEALED')")
_LEADS_ON = text("same_as IS NOT NULL")
_RESTRICTED = text("restricted_at IS NOT NULL")


class EventType(StrEnum):
    """What happened to a membership."""

    ENTER = "ENTER"
    TRANSFER_IN = "TRANSFER_IN"
    RETAIN = "RETAIN"
    RESUME = "RESUME"
    TRANSFER_OUT = "TRANSFER_OUT"
    EXPEL = "EXPEL"
    RESIGN = "RESIGN"
    DECEASE = "DECEASE"
    CORRECT = "CORRECT"
    REVOKE = "REVOKE"  # entered by an approval that was taken back
    MERGE = "MERGE"  # the person goes on under another record

    @property
    def label(self) -> str:
        """The event's name on the screen."""
        return {
            "ENTER": "入会",
            "TRANSFER_IN": "转入",
            "RETAIN": "保留会籍",
            "RESUME": "恢复在会",
            "TRANSFER_OUT": "转出",
            "EXPEL": "除名",
            "RESIGN": "退会",
            "DECEASE": "去世",
            "CORRECT": "信息变更",
            "REVOKE": "审核撤销",
            "MERGE": "并入另一条登记",
        }[self]


class Person(Model):
    """Everybody ever admitted, by keyed hash; decides who holds the one live membership.

    `live_membership` is set by compare-and-set (only where it is null) and freed when the
    membership ends. A number that was corrected, or whose record was merged into another, leads on:
    `same_as` is the person's right key, and nobody enters by this one.
    """

    __tablename__ = "person"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    live_county: Mapped[str | None] = mapped_column(String(6))
    live_union: Mapped[str | None] = mapped_column(String(16))
    live_membership: Mapped[int | None] = mapped_column(BigInteger)
    same_as: Mapped[bytes | None] = mapped_column(LargeBinary(32))

    __table_args__ = (
        CheckConstraint(
            "(live_county IS NULL) = (live_membership IS NULL)"
            " AND (live_union IS NULL) = (live_membership IS NULL)",
            "live",
        ),
        Index(
            "ix_person_same_as",
            "same_as",
            sqlite_where=_LEADS_ON,
            postgresql_where=_LEADS_ON,
        ),
    )


class Member(Model):
    """What a county knows of one person. `particulars` is JSON: the roster's other fields by
    name.
    """

    __tablename__ = "member"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    full_name: Mapped[str] = mapped_column(String(50))
    document_kind: Mapped[str] = mapped_column(String(2))
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    mobile_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mobile_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    particulars: Mapped[str] = mapped_column(Text)
    filled: Mapped[int] = mapped_column(SmallInteger)  # required and recommended cells filled
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    # since when it may only be kept (`restricting`)
    restricted_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("ix_member_person", "county", "person_key", unique=True),
        Index("ix_member_mobile", "county", "mobile_key"),
        Index(
            "ix_member_restricted",
            "county",
            "id",
            sqlite_where=_RESTRICTED,
            postgresql_where=_RESTRICTED,
        ),
    )


class Membership(Model):
    """One stay of a member in one union, from entry to end. A transfer closes one and opens
    another.
    """

    __tablename__ = "membership"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(BigInteger)
    person_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    union_code: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))
    began_on: Mapped[str | None] = mapped_column(String(10))  # a day, or a month only, as told
    ended_on: Mapped[str | None] = mapped_column(String(10))
    admitted_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    # when a roster of verification last confirmed it
    verified_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "member_id"], ["member.county", "member.id"]),
        CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", "ended"),
        CheckConstraint("state IN ('ACTIVE', 'TRANSFERRING', 'RETAINED', 'ENDED')", "state"),
        Index(
            "ix_membership_live",
            "county",
            "person_key",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_membership_union", "county", "union_code", "id", "state"),
        Index("ix_membership_member", "county", "member_id", "id"),
    )


class MembershipEvent(Model):
    """What happened, when by the roster (`happened_on`) and when by the register. Append-only."""

    __tablename__ = "membership_event"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(BigInteger)
    membership_id: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(12))
    happened_on: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(4))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    from_union: Mapped[str | None] = mapped_column(String(16))
    to_union: Mapped[str | None] = mapped_column(String(16))
    submission_id: Mapped[int | None] = mapped_column(BigInteger)
    row: Mapped[int | None] = mapped_column(Integer)
    changed: Mapped[str | None] = mapped_column(Text)  # JSON: field names that a correction changed
    # JSON: what the changed particulars were before (`changing.Former`)
    former: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_membership_event_member", "county", "member_id", "id"),)


class Transfer(Model):
    """One union's wish for a person who is active in another, and what became of it.

    `submission_id` and `row` name the roster row that asks. The paths are kept beside the codes:
    both sides' federations list what concerns them, and `arbiter` is the path of the nearest
    federation above both.
    """

    __tablename__ = "transfer"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    member_id: Mapped[int] = mapped_column(BigInteger)
    membership_id: Mapped[int] = mapped_column(BigInteger)  # the one that would end
    from_union: Mapped[str] = mapped_column(String(16))
    from_path: Mapped[str] = mapped_column(String(64))
    to_union: Mapped[str] = mapped_column(String(16))
    to_path: Mapped[str] = mapped_column(String(64))
    arbiter: Mapped[str] = mapped_column(String(64))
    submission_id: Mapped[int] = mapped_column(BigInteger)
    row: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)  # the last day to answer
    reason: Mapped[str | None] = mapped_column(String(24))  # codes/transfer_objection.csv
    note: Mapped[str | None] = mapped_column(String(500))
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_note: Mapped[str | None] = mapped_column(String(500))
    ended_by: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "membership_id"], ["membership.county", "membership.id"]),
        CheckConstraint(
            "state IN ('ASKED', 'OBJECTED', 'APPEALED', 'RELEASED', 'GRANTED', 'REFUSED',"
            " 'WITHDRAWN', 'LAPSED')",
            "state",
        ),
        CheckConstraint(
            "(state IN ('ASKED', 'OBJECTED', 'APPEALED')) = (ended_at IS NULL)", "ended"
        ),
        Index(
            "ix_transfer_open",
            "county",
            "submission_id",
            "row",
            unique=True,
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        # A row asks the same union once, and is found by what it asked.
        Index("ix_transfer_row", "county", "submission_id", "row", "membership_id", unique=True),
        Index("ix_transfer_from", "county", "from_union", "state", "id"),
        Index("ix_transfer_to", "county", "to_union", "state", "id"),
        Index("ix_transfer_arbiter", "county", "arbiter", "state", "id"),
    )


class Tally(Model):
    """A union's counts at the end of a day on which they changed; they hold until its next."""

    __tablename__ = "tally"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    active: Mapped[int] = mapped_column(Integer, default=0)
    retained: Mapped[int] = mapped_column(Integer, default=0)
    filled: Mapped[int] = mapped_column(Integer, default=0)  # cells filled of live members
    rows: Mapped[int] = mapped_column(Integer, default=0)  # roster rows submitted
    # rows whose person is active in another union
    rows_elsewhere: Mapped[int] = mapped_column(Integer, default=0)
    submitted: Mapped[int] = mapped_column(Integer, default=0)  # submissions
    first_pass: Mapped[int] = mapped_column(Integer, default=0)  # closed without a send-back
    admissions: Mapped[int] = mapped_column(Integer, default=0)  # approvals that admitted a roster
    pending: Mapped[int] = mapped_column(Integer, default=0)  # rows waiting for review
    # What `registry.reference` counts: people of the reference register under this union, those of
    # them who are members of any union, and members of this union who are in it.
    reference_people: Mapped[int] = mapped_column(Integer, server_default="0")
    reference_matched: Mapped[int] = mapped_column(Integer, server_default="0")
    reference_known: Mapped[int] = mapped_column(Integer, server_default="0")


class CheckedTally(Model):
    """What a day changed in the number of a union's active members by the day of their last check:
    `entered` of those whom only their entry checked, `verified` of those whom a verification did.
    """

    __tablename__ = "checked_tally"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    checked_on: Mapped[date] = mapped_column(Date, primary_key=True)
    entered: Mapped[int] = mapped_column(Integer)
    verified: Mapped[int] = mapped_column(Integer)

    # Holds all that is asked: the table itself is not read.
    __table_args__ = (
        Index(
            "ix_checked_tally_checked_on",
            "county",
            "checked_on",
            "union_code",
            "day",
            "entered",
            "verified",
        ),
    )


class Standing(Model):
    """How a member stood over a stretch of days, in which union and with which facts, as counted at
    the end of each: from `since` to the day before `until`, which is None for what still holds.

    The facts are codes, "" where nothing is known; `born_in` is a year, 0 where it is not known.
    """

    __tablename__ = "standing"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    since: Mapped[date] = mapped_column(Date, primary_key=True)
    until: Mapped[date | None] = mapped_column(Date)
    membership_id: Mapped[int] = mapped_column(BigInteger)
    union_code: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))  # ACTIVE or RETAINED
    sex: Mapped[str] = mapped_column(String(1))
    is_migrant_worker: Mapped[str] = mapped_column(String(1))
    worker_group: Mapped[str] = mapped_column(String(2))
    born_in: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", "stretch"),
        Index("ix_standing_union", "county", "union_code", "membership_id"),
    )


class Composition(Model):
    """Of whom a union's members are made up at the end of a day on which that changed.

    `by_year` is JSON and maps "state,sex,migrant worker,worker group,year of birth" to how many;
    `cells` is the same without the year, which most questions do not ask for.
    """

    __tablename__ = "composition"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    union_code: Mapped[str] = mapped_column(String(16), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    cells: Mapped[str] = mapped_column(Text)
    by_year: Mapped[str] = mapped_column(Text)
