"""Questions: asked by unions, answered or passed up, merged, published as help.

What was said about a question is only added to, as trail and decisions are: an answer that many
have acted on is put right by a further one, never rewritten.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ENTRY = "question_entry"
_REFUSE = f"SELECT RAISE(ABORT, '{_ENTRY} is append-only')"
_SAME = "(county, question_id, number) = (NEW.county, NEW.question_id, NEW.number)"


def upgrade() -> None:
    """Add the tables and what keeps the entries."""
    _add_questions()
    _add_entries()
    _add_published()
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {_ENTRY}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_ENTRY}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {_ENTRY}_no_{act} BEFORE {act.upper()} ON {_ENTRY}"
            f" BEGIN {_REFUSE}; END"
        )
    same = f"EXISTS (SELECT 1 FROM {_ENTRY} WHERE {_SAME})"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {_ENTRY}_no_replace BEFORE INSERT ON {_ENTRY} WHEN {same}"
        f" BEGIN {_REFUSE}; END"
    )


def downgrade() -> None:
    """Take the tables away; their triggers go with them."""
    for table in ("published_answer", _ENTRY, "question"):
        op.drop_table(table)


def _add_questions() -> None:
    op.create_table(
        "question",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("rule", sa.String(length=48), nullable=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waits_since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('OPEN', 'PASSED_UP', 'PASSED_ON', 'MERGED', 'ANSWERED', 'CLOSED')",
            name="ck_question_state",
        ),
        sa.CheckConstraint(
            "state <> 'MERGED' OR merged_into IS NOT NULL", name="ck_question_merged"
        ),
        sa.CheckConstraint(
            "merged_into IS NULL OR state IN ('MERGED', 'ANSWERED', 'CLOSED')",
            name="ck_question_leads",
        ),
        sa.CheckConstraint("merged_into IS NULL OR merged_into <> id", name="ck_question_itself"),
        sa.CheckConstraint("row IS NULL OR submission_id IS NOT NULL", name="ck_question_row"),
        sa.ForeignKeyConstraint(
            ["county", "merged_into"],
            ["question.county", "question.id"],
            name="fk_question_county_merged_into",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_question"),
    )
    op.create_index("ix_question_state", "question", ["county", "state", "id"])
    op.create_index("ix_question_union", "question", ["county", "union_code", "state", "id"])
    op.create_index("ix_question_merged_into", "question", ["county", "merged_into", "id"])


def _add_entries() -> None:
    op.create_table(
        _ENTRY,
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("question_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("source", sa.String(length=12), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(act = 'ANSWER') = (source IS NOT NULL)", name="ck_question_entry_source"
        ),
        sa.CheckConstraint(
            "act NOT IN ('ASK', 'ANSWER') OR text IS NOT NULL", name="ck_question_entry_text"
        ),
        sa.ForeignKeyConstraint(
            ["county", "question_id"],
            ["question.county", "question.id"],
            name="fk_question_entry_county_question_id",
        ),
        sa.PrimaryKeyConstraint("county", "question_id", "number", name="pk_question_entry"),
    )


def _add_published() -> None:
    op.create_table(
        "published_answer",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(length=48), nullable=True),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("published_by", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name="ck_published_answer_withdrawn"
        ),
        sa.ForeignKeyConstraint(
            ["county", "question_id"],
            ["question.county", "question.id"],
            name="fk_published_answer_county_question_id",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_published_answer"),
    )
    op.create_index("ix_published_answer_rule", "published_answer", ["county", "rule", "id"])
