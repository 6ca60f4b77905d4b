"""In how many rows of each roster a rule found something, as its file was read.

The dashboard shows by rule and unit what there is to teach. Asked of the rows themselves it would
have to open the findings of every one of them at each look. Rosters that were read before are not
counted: their drafts have been corrected since, and what their files had said is not kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "finding_count",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=48), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["submission.county", "submission.id"],
            name="fk_finding_count_county_submission_id",
        ),
        sa.PrimaryKeyConstraint("county", "submission_id", "rule", name="pk_finding_count"),
    )
    op.create_index(
        "ix_finding_count_day",
        "finding_count",
        ["county", "day", "union_code", "rule", "row_count"],
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("finding_count")
