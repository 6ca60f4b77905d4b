"""What is kept of questions: the question, what was said and done about it, the published help."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Instant, Model


class Question(Model):
    """What a union asked, and where it stands.

    `rule`, `submission_id` and `row` say where it was asked, never a value of the row. A question
    that was merged names the one whose answers it gets; `waits_since` is when it was last asked.
    """

    __tablename__ = "question"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    union_code: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    rule: Mapped[str | None] = mapped_column(String(48))
    submission_id: Mapped[int | None] = mapped_column(BigInteger)
    row: Mapped[int | None] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(12))
    merged_into: Mapped[int | None] = mapped_column(BigInteger)
    entry_count: Mapped[int] = mapped_column(Integer)
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    waits_since: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        CheckConstraint(
            "state IN ('OPEN', 'PASSED_UP', 'PASSED_ON', 'MERGED', 'ANSWERED', 'CLOSED')", "state"
        ),
        CheckConstraint("state <> 'MERGED' OR merged_into IS NOT NULL", "merged"),
        CheckConstraint(
            "merged_into IS NULL OR state IN ('MERGED', 'ANSWERED', 'CLOSED')", "leads"
        ),
        CheckConstraint("merged_into IS NULL OR merged_into <> id", "itself"),
        CheckConstraint("row IS NULL OR submission_id IS NOT NULL", "row"),
        ForeignKeyConstraint(["county", "merged_into"], ["question.county", "question.id"]),
        Index("ix_question_state", "county", "state", "id"),
        Index("ix_question_union", "county", "union_code", "state", "id"),
        Index("ix_question_merged_into", "county", "merged_into", "id"),
    )


class QuestionEntry(Model):
    """One thing said or done about a question; append-only. An answer names its source."""

    __tablename__ = "question_entry"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    question_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    act: Mapped[str] = mapped_column(String(12))
    text: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(String(12))
    account_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "question_id"], ["question.county", "question.id"]),
        CheckConstraint("(act = 'ANSWER') = (source IS NOT NULL)", "source"),
        CheckConstraint("act NOT IN ('ASK', 'ANSWER') OR text IS NOT NULL", "text"),
    )


class PublishedAnswer(Model):
    """A question and its answer, written anew for everybody; taken back, never removed."""

    __tablename__ = "published_answer"

    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    question_id: Mapped[int] = mapped_column(BigInteger)
    rule: Mapped[str | None] = mapped_column(String(48))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    published_by: Mapped[int] = mapped_column(BigInteger)
    published_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_by: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        ForeignKeyConstraint(["county", "question_id"], ["question.county", "question.id"]),
        CheckConstraint("(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", "withdrawn"),
        Index("ix_published_answer_rule", "county", "rule", "id"),
    )
