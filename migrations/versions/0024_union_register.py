"""The register of unions: what is known of each, the days of its life, what happened to it.

Unions that are there keep what they have. Nothing is said about when they were put on a list or
last elected: nobody told. What happened to a union is only added to, as the trail is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_EVENT = "union_event"
_REFUSE = f"SELECT RAISE(ABORT, '{_EVENT} is append-only')"
_SAME = "(county, id) = (NEW.county, NEW.id)"
_DAYS = ("listed_on", "prepared_on", "elected_on", "term_ends_on", "dissolved_on")
_HAS_CREDIT_CODE = sa.text("credit_code IS NOT NULL")


def upgrade() -> None:
    """Add the columns and the tables, and what keeps the events."""
    for name, length in (("new_sector_kind", 4), ("credit_code", 18), ("chair", 50)):
        op.add_column("trade_union", sa.Column(name, sa.String(length=length), nullable=True))
    for name in _DAYS:
        op.add_column("trade_union", sa.Column(name, sa.Date(), nullable=True))
    op.create_index(
        "ix_trade_union_credit_code",
        "trade_union",
        ["county", "credit_code"],
        unique=True,
        sqlite_where=_HAS_CREDIT_CODE,
        postgresql_where=_HAS_CREDIT_CODE,
    )
    _add_employers()
    _add_events()
    _keep_events()


def downgrade() -> None:
    """Take them away; the events' triggers go with their table."""
    op.drop_table(_EVENT)
    op.drop_table("union_employer")
    op.drop_index("ix_trade_union_credit_code", table_name="trade_union")
    for name in (*reversed(_DAYS), "chair", "credit_code", "new_sector_kind"):
        op.drop_column("trade_union", name)


def _add_employers() -> None:
    op.create_table(
        "union_employer",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.PrimaryKeyConstraint("county", "union_code", "number", name="pk_union_employer"),
    )
    op.create_index(
        "ix_union_employer_name", "union_employer", ["county", "union_code", "name"], unique=True
    )


def _add_events() -> None:
    op.create_table(
        _EVENT,
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "happened_on IS NULL OR happened_on = counts_on", name="ck_union_event_counts"
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_union_event"),
    )
    op.create_index("ix_union_event_union", _EVENT, ["county", "union_code", "id"])
    op.create_index("ix_union_event_period", _EVENT, ["county", "counts_on", "act"])


def _keep_events() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {_EVENT}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_EVENT}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {_EVENT}_no_{act} BEFORE {act.upper()} ON {_EVENT}"
            f" BEGIN {_REFUSE}; END"
        )
    same = f"EXISTS (SELECT 1 FROM {_EVENT} WHERE {_SAME})"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {_EVENT}_no_replace BEFORE INSERT ON {_EVENT} WHEN {same}"
        f" BEGIN {_REFUSE}; END"
    )
