"""Indexes by which it is found in which files for the higher federation somebody stood, the notice
that a program names with a roster, and forms that were sent.

Who took such a file is told to the unions whose members were in it, on pages that are often opened;
without the indexes each would read all that was ever sent. What programs handed in before names no
notice. Of a form that was sent before the table was there the same again is done again, as before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_index("ix_exchange_item_member", "exchange_item", ["county", "member_id"])
    op.create_index("ix_exchange_item_union", "exchange_item", ["county", "union_code", "batch_id"])
    op.create_table(
        "form_sent",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=400), nullable=True),
        sa.PrimaryKeyConstraint("county", "key", name="pk_form_sent"),
    )
    op.create_index("ix_form_sent_sent_at", "form_sent", ["sent_at"])
    op.add_column("delivery", sa.Column("notice", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("delivery", "notice")
    op.drop_table("form_sent")
    op.drop_index("ix_exchange_item_union", table_name="exchange_item")
    op.drop_index("ix_exchange_item_member", table_name="exchange_item")
