"""An index over the entries that are counted by account: who looks at whom, and how often.

Each look counts those of the last hour and day, which must not read the whole trail of an account.
The index holds these entries only, so that other acts do not pay for it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_NAME = "ix_trail_entry_looking"
_LOOKING = "action IN ('member.open', 'row.open', 'identity.open', 'member.look_up', 'look.many')"


def upgrade() -> None:
    """Add the index."""
    where = sa.text(_LOOKING)
    op.create_index(
        _NAME,
        "trail_entry",
        ["county", "actor_name", "at"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_index(_NAME, "trail_entry")
