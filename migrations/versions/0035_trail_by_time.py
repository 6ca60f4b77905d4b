"""The trail by act and instant.

Who saw whom between two instants is asked when something went wrong, and then at once: of a
million entries those few that show somebody are found by this index in a moment.
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_trail_entry_action", "trail_entry", ["county", "action", "at"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_trail_entry_action", "trail_entry")
