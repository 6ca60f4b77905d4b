"""The reference register: people known from mutual aid, and what was loaded.

Three counts join each tally. They begin at nothing: there was no reference register before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_COUNTS = ("reference_people", "reference_matched", "reference_known")
_LOADED = ("row", "new", "changed", "same", "repeated", "faulty", "skipped", "unplaced")


def upgrade() -> None:
    """Add the tables and the counts."""
    op.create_table(
        "reference_person",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("full_name", sa.String(length=50), nullable=False),
        sa.Column("document_kind", sa.String(length=2), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mobile_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("union_code", sa.String(length=16), nullable=True),
        sa.Column("union_name", sa.String(length=200), nullable=False),
        sa.Column("years", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("years > 0", name="ck_reference_person_years"),
        sa.PrimaryKeyConstraint("county", "person_key", name="pk_reference_person"),
    )
    op.create_index("ix_reference_person_id", "reference_person", ["county", "id"], unique=True)
    op.create_index("ix_reference_person_member", "reference_person", ["county", "member_key"])
    op.create_index("ix_reference_person_mobile", "reference_person", ["county", "mobile_key"])
    op.create_index("ix_reference_person_union", "reference_person", ["county", "union_code", "id"])
    op.create_table(
        "reference_load",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("loaded_by", sa.BigInteger(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(f"{name}_count", sa.Integer(), nullable=False) for name in _LOADED),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "row_count = new_count + changed_count + same_count + repeated_count + faulty_count"
            " + skipped_count",
            name="ck_reference_load_rows",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_reference_load"),
    )
    for name in _COUNTS:
        op.add_column("tally", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take them away."""
    for name in reversed(_COUNTS):
        op.drop_column("tally", name)
    op.drop_table("reference_load")
    op.drop_table("reference_person")
