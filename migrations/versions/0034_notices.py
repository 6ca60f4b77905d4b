"""Notices: what people are told is done with their particulars, and under which version of it every
roster was sent.

Rows are only added: what somebody was told, and who said so, must stay. Rosters sent before have no
row, for nobody can say now what was told then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_KEYS = {
    "notice": ("county", "version"),
    "notice_confirmation": ("county", "submission_id"),
}


def upgrade() -> None:
    """Add the tables and what keeps them."""
    op.create_table(
        "notice",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_by", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name="ck_notice_version"),
        sa.CheckConstraint("(version = 1) = (published_by IS NULL)", name="ck_notice_published"),
        sa.PrimaryKeyConstraint("county", "version", name="pk_notice"),
    )
    op.create_table(
        "notice_confirmation",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("confirmed_by", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_shown", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("county", "submission_id", name="pk_notice_confirmation"),
    )
    op.create_index(
        "ix_notice_confirmation_who",
        "notice_confirmation",
        ["county", "confirmed_by", "version", "was_shown"],
    )
    for table, key in _KEYS.items():
        _only_added_to(table, key)


def downgrade() -> None:
    """Take the tables away; the triggers go with them."""
    for table in reversed(_KEYS):
        op.drop_table(table)


def _only_added_to(table: str, key: tuple[str, ...]) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} BEGIN {refuse}; END"
        )
    new = ", ".join(f"NEW.{name}" for name in key)
    same = f"EXISTS (SELECT 1 FROM {table} WHERE ({', '.join(key)}) = ({new}))"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {same}"
        f" BEGIN {refuse}; END"
    )
