"""Registrations beside re-verifications: kinds of union, phases, units' turns, targets.

Turns and targets are only added to: what a past day's figures were must stay what they were.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# Tables that are only added to, and their keys within a campaign.
_KEPT = {
    "campaign_turn": "number",
    "campaign_target": "number",
    "campaign_passing": "union_code, phase",
}
_OLD, _NEW = "kind = 'REVERIFY'", "kind IN ('REVERIFY', 'REGISTER')"


def upgrade() -> None:
    """Add the column and the tables, and what keeps them."""
    op.add_column("campaign", sa.Column("union_kinds", sa.String(length=40), nullable=True))
    _exchange(_OLD, _NEW)
    op.create_table(
        "campaign_phase",
        *_key("phase", sa.String(length=8)),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "phase IN ('SURVEY', 'COUNT', 'VERIFY')", name="ck_campaign_phase_phase"
        ),
        sa.CheckConstraint("share BETWEEN 1 AND 100", name="ck_campaign_phase_share"),
        *_constraints("campaign_phase", "phase"),
    )
    op.create_table(
        "campaign_turn",
        *_key("number", sa.Integer()),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("act", sa.String(length=8), nullable=False),
        sa.Column("counts_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('START', 'STOP')", name="ck_campaign_turn_act"),
        sa.CheckConstraint("act = 'START' OR reason IS NOT NULL", name="ck_campaign_turn_reason"),
        *_constraints("campaign_turn", "number"),
    )
    op.create_table(
        "campaign_target",
        *_key("number", sa.Integer()),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("members >= 0", name="ck_campaign_target_members"),
        *_constraints("campaign_target", "number"),
    )
    op.create_table(
        "campaign_passing",
        *_key("union_code", sa.String(length=16)),
        sa.Column("phase", sa.String(length=8), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("is_override", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "phase IN ('SURVEY', 'COUNT', 'VERIFY')", name="ck_campaign_passing_phase"
        ),
        sa.CheckConstraint("note IS NOT NULL OR NOT is_override", name="ck_campaign_passing_note"),
        *_constraints("campaign_passing", "union_code", "phase"),
    )
    for table, key in _KEPT.items():
        _keep(table, ["county", "campaign_id", *key.split(", ")])


def downgrade() -> None:
    """Take them away, and the registrations with them; the triggers go with their tables."""
    for table in (*reversed(_KEPT), "campaign_phase"):
        op.drop_table(table)
    op.execute(
        "DELETE FROM campaign_scope WHERE EXISTS (SELECT 1 FROM campaign"
        " WHERE campaign.county = campaign_scope.county"
        " AND campaign.id = campaign_scope.campaign_id AND kind = 'REGISTER')"
    )
    op.execute("DELETE FROM campaign WHERE kind = 'REGISTER'")
    _exchange(_NEW, _OLD)
    op.drop_column("campaign", "union_kinds")


def _key(last: str, kind: sa.types.TypeEngine[object]) -> list[sa.Column[object]]:
    return [
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(last, kind, autoincrement=False, nullable=False),
    ]


def _constraints(table: str, *last: str) -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(
            ["county", "campaign_id"],
            ["campaign.county", "campaign.id"],
            name=f"fk_{table}_county_campaign_id",
        ),
        sa.PrimaryKeyConstraint("county", "campaign_id", *last, name=f"pk_{table}"),
    ]


def _exchange(old: str, new: str) -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("ck_campaign_kind", "campaign", type_="check")
        op.create_check_constraint("ck_campaign_kind", "campaign", new)
        return
    connection = op.get_bind()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?)"
        " WHERE type = 'table' AND name = 'campaign'",
        (old, new),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _keep(table: str, key: list[str]) -> None:
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
