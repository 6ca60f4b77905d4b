"""Sealed summary sheets of rosters: that one came in, and that this was taken back.

Rows are only added, for who said what must stay; their numbers alternate, so that nobody can note
the same paper twice.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TABLE = "paper_turn"
_KEY = ("county", "submission_id", "number")


def upgrade() -> None:
    """Add the table and what keeps it."""
    op.create_table(
        _TABLE,
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(number % 2 = 1) = (received_on IS NOT NULL)", name="ck_paper_turn_received"
        ),
        sa.CheckConstraint(
            "received_on IS NOT NULL OR note IS NOT NULL", name="ck_paper_turn_note"
        ),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["submission.county", "submission.id"],
            name="fk_paper_turn_county_submission_id",
        ),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_paper_turn"),
    )
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {_TABLE}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    refuse = f"SELECT RAISE(ABORT, '{_TABLE} is append-only')"
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {_TABLE}_no_{act} BEFORE {act.upper()} ON {_TABLE} BEGIN {refuse}; END"
        )
    new = ", ".join(f"NEW.{name}" for name in _KEY)
    same = f"EXISTS (SELECT 1 FROM {_TABLE} WHERE ({', '.join(_KEY)}) = ({new}))"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {_TABLE}_no_replace BEFORE INSERT ON {_TABLE} WHEN {same}"
        f" BEGIN {refuse}; END"
    )


def downgrade() -> None:
    """Take the table away; the triggers go with it."""
    op.drop_table(_TABLE)
