"""When the original of a roster was deleted because its time was over.

A workbook holds numbers in full and is needed only while its roster is under way. The row keeps its
hash and says since when the file is gone: one that was lost is something else.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_TABLES = ("submission", "bundle")
_COLUMN = "original_removed_at"


def upgrade() -> None:
    """Add the instant; nothing was deleted so far."""
    for table in _TABLES:
        op.add_column(table, sa.Column(_COLUMN, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it away."""
    for table in _TABLES:
        op.drop_column(table, _COLUMN)
