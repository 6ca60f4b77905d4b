"""Closed months: documents with their signatures, who was in, and which were opened again.

Figures of a past day could be asked for, but nothing showed years later that they are what was
reported then. What is signed is only added to, as the trail is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_KEYS = {
    "period_closing": ("county", "month", "revision"),
    "period_reopening": ("county", "month", "revision"),
    "period_roll": ("county", "month", "revision", "union_code"),
}


def upgrade() -> None:
    """Add the tables, and what keeps those that are only added to."""
    op.create_table(
        "period",
        *_month(),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('OPEN', 'CLOSED')", name=op.f("ck_period_state")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_period_revision")),
        sa.PrimaryKeyConstraint("county", "month", name="pk_period"),
    )
    op.create_table(
        "period_closing",
        *_month(),
        _revision(),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("closed_by", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("algorithm", sa.String(length=24), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        _key("period_closing"),
        sa.ForeignKeyConstraint(
            ["county", "month"],
            ["period.county", "period.month"],
            name=op.f("fk_period_closing_county_month"),
        ),
    )
    op.create_table(
        "period_reopening",
        *_month(),
        _revision(),
        sa.Column("reopened_by", sa.BigInteger(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        _key("period_reopening"),
        _of_closing("period_reopening"),
    )
    op.create_table(
        "period_roll",
        *_month(),
        _revision(),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _key("period_roll"),
        _of_closing("period_roll"),
    )
    for table, key in _KEYS.items():
        _keep(table, key)


def downgrade() -> None:
    """Drop them; triggers go with their tables."""
    for table in ("period_roll", "period_reopening", "period_closing", "period"):
        op.drop_table(table)


def _month() -> tuple[sa.Column, sa.Column]:
    return (
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
    )


def _revision() -> sa.Column:
    return sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False)


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*_KEYS[table], name=f"pk_{table}")


def _of_closing(table: str) -> sa.ForeignKeyConstraint:
    key = _KEYS["period_closing"]
    return sa.ForeignKeyConstraint(
        key,
        [f"period_closing.{name}" for name in key],
        name=op.f(f"fk_{table}_county_month_revision"),
    )


def _keep(table: str, key: tuple[str, ...]) -> None:
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
    same = f"({', '.join(key)}) = ({', '.join(f'NEW.{name}' for name in key)})"
    there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there}"
        f" BEGIN {refuse}; END"
    )
