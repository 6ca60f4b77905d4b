"""What the reference register keeps: people known from years of mutual aid, and how they came."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model

# Who is a member under another number.
_LINKED = text("member_key <> person_key")


class ReferencePerson(Model):
    """Somebody of the reference register; never itself a member.

    `member_key` is the person of the register that this one is: the one of the same number, else
    the one of the same name and mobile. `union_code` is null where the written name is none of a
    union that is known. `years` are bits, the lowest of them `years.FIRST`.
    """

    __tablename__ = "reference_person"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    person_key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger)
    member_key: Mapped[bytes] = mapped_column(LargeBinary(32))
    full_name: Mapped[str] = mapped_column(String(50))
    document_kind: Mapped[str] = mapped_column(String(2))
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    mobile_key: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    union_code: Mapped[str | None] = mapped_column(String(16))
    union_name: Mapped[str] = mapped_column(String(200))  # as written
    years: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        CheckConstraint("years > 0", "years"),
        Index("ix_reference_person_id", "county", "id", unique=True),
        Index("ix_reference_person_member", "county", "member_key"),
        Index(
            "ix_reference_person_linked",
            "county",
            "person_key",
            sqlite_where=_LINKED,
            postgresql_where=_LINKED,
        ),
        Index("ix_reference_person_mobile", "county", "mobile_key"),
        Index("ix_reference_person_union", "county", "union_code", "id"),
    )


class ReferenceLoad(Model):
    """A workbook that was loaded, and what became of each of its rows. `faults` is JSON: row number
    and reason of the first rows that were refused, without anything of what they say.
    """

    __tablename__ = "reference_load"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    file_name: Mapped[str] = mapped_column(String(200))
    loaded_by: Mapped[int] = mapped_column(BigInteger)
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    row_count: Mapped[int] = mapped_column(Integer)
    new_count: Mapped[int] = mapped_column(Integer)
    changed_count: Mapped[int] = mapped_column(Integer)
    same_count: Mapped[int] = mapped_column(Integer)
    repeated_count: Mapped[int] = mapped_column(Integer)
    faulty_count: Mapped[int] = mapped_column(Integer)
    skipped_count: Mapped[int] = mapped_column(Integer)
    unplaced_count: Mapped[int] = mapped_column(Integer)  # of the persons, without a known union
    faults: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint(
            "row_count = new_count + changed_count + same_count + repeated_count + faulty_count"
            " + skipped_count",
            "rows",
        ),
    )
