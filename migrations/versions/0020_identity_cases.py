"""What can be taken back: who somebody is, where a number leads, what stood there before.

A person's row may lead on to another key (decision 0029): nobody did before, so the column begins
empty, and its index holds only those that lead somewhere. Events begin to say what stood there
before a change; of earlier ones it is not known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_LINKED = sa.text("member_key <> person_key")
_LEADS_ON = sa.text("same_as IS NOT NULL")
_WAITS = sa.text("state = 'WAITING'")


def upgrade() -> None:
    """Add the table, where a number leads that was corrected, and what stood before a change."""
    op.add_column("membership_event", sa.Column("former", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("same_as", sa.LargeBinary(length=32), nullable=True))
    op.create_index(
        "ix_person_same_as",
        "person",
        ["same_as"],
        sqlite_where=_LEADS_ON,
        postgresql_where=_LEADS_ON,
    )
    op.create_index(
        "ix_reference_person_linked",
        "reference_person",
        ["county", "person_key"],
        sqlite_where=_LINKED,
        postgresql_where=_LINKED,
    )
    op.create_table(
        "identity_case",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("doubt", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ruling", sa.String(length=12), nullable=True),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("full_name", sa.String(length=50), nullable=True),
        sa.Column("document_kind", sa.String(length=2), nullable=True),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("former_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("former_name", sa.String(length=50), nullable=True),
        sa.Column("former_kind", sa.String(length=2), nullable=True),
        sa.Column("former_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("ended_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=True),
        sa.Column("opened_by", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_note", sa.String(length=500), nullable=True),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('WAITING', 'DONE', 'WITHDRAWN', 'UNDONE')", name="ck_identity_case_state"
        ),
        sa.CheckConstraint(
            "(state IN ('DONE', 'UNDONE')) = (ruling IS NOT NULL)", name="ck_identity_case_ruling"
        ),
        sa.CheckConstraint(
            "(ruling IS NULL) = (decided_at IS NULL)", name="ck_identity_case_decided"
        ),
        sa.CheckConstraint(
            "(state = 'UNDONE') = (undone_at IS NOT NULL)", name="ck_identity_case_undone"
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_identity_case"),
    )
    op.create_index("ix_identity_case_desk", "identity_case", ["county", "state", "path", "id"])
    op.create_index("ix_identity_case_member", "identity_case", ["county", "member_id", "id"])
    op.create_index(
        "ix_identity_case_open",
        "identity_case",
        ["county", "member_id", "other_id", "doubt"],
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("identity_case")
    op.drop_index("ix_reference_person_linked", "reference_person")
    op.drop_index("ix_person_same_as", "person")
    op.drop_column("person", "same_as")
    op.drop_column("membership_event", "former")
