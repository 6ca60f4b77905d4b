"""Memberships know when they were last verified.

The tally of the verified counted rows of rosters: who was verified twice counted twice, and who
left was never taken off again, so that more could be verified than there are members. From here on
it counts active members whose membership carries a date, and can be recounted. What was tallied
before cannot be told apart by person any more and begins anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the date; begin the count anew."""
    op.add_column("membership", sa.Column("verified_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE tally SET reverified = 0 WHERE reverified <> 0")


def downgrade() -> None:
    """Take the date away."""
    op.drop_column("membership", "verified_at")
