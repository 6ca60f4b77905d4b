"""Members are found by their mobile.

Each row of a roster asks whether somebody of the same name and mobile is known under another
number; without an index that reads the whole register for every chunk of rows.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_member_mobile", "member", ["county", "mobile_key"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_member_mobile", "member")
