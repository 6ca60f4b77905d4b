"""Campaigns of verification, and when active members were last checked, counted by day.

`checked_tally` begins with the members as they are: each under the day of its last check, as though
nobody had left since. It takes the place of the count of those ever verified, which had no period.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_CHECKED_AT = "coalesce(verified_at, admitted_at)"
_DAY = {
    "sqlite": f"date({_CHECKED_AT}, '+8 hours')",
    "postgresql": f"({_CHECKED_AT} AT TIME ZONE 'Asia/Shanghai')::date",
}


def upgrade() -> None:
    """Add the tables, count the members, drop the count."""
    op.create_table(
        "checked_tally",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("entered", sa.Integer(), nullable=False),
        sa.Column("verified", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "county", "union_code", "day", "checked_on", name="pk_checked_tally"
        ),
    )
    op.create_index(
        "ix_checked_tally_checked_on",
        "checked_tally",
        ["county", "checked_on", "union_code", "day", "entered", "verified"],
    )
    day = _DAY[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO checked_tally (county, union_code, day, checked_on, entered, verified)"  # noqa: S608 - the texts above
        f" SELECT county, union_code, {day}, {day},"
        " sum(CASE WHEN verified_at IS NULL THEN 1 ELSE 0 END),"
        " sum(CASE WHEN verified_at IS NULL THEN 0 ELSE 1 END)"
        f" FROM membership WHERE state = 'ACTIVE' GROUP BY county, union_code, {day}"
    )
    op.drop_column("tally", "reverified")
    op.create_table(
        "campaign",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ends_when_due", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("begun_by", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind = 'REVERIFY'", name="ck_campaign_kind"),
        sa.CheckConstraint("state IN ('OPEN', 'CLOSED')", name="ck_campaign_state"),
        sa.CheckConstraint(
            "(state = 'CLOSED') = (closed_at IS NOT NULL)"
            " AND (closed_by IS NULL) = (closed_at IS NULL)",
            name="ck_campaign_closed",
        ),
        sa.CheckConstraint("due_on >= opens_on", name="ck_campaign_due"),
        sa.PrimaryKeyConstraint("county", "id", name="pk_campaign"),
    )
    op.create_table(
        "campaign_scope",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("path", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "campaign_id"],
            ["campaign.county", "campaign.id"],
            name="fk_campaign_scope_county_campaign_id",
        ),
        sa.PrimaryKeyConstraint("county", "campaign_id", "union_code", name="pk_campaign_scope"),
    )


def downgrade() -> None:
    """Take them away; the tallies of past days forget who had been verified."""
    op.drop_table("campaign_scope")
    op.drop_table("campaign")
    reverified = sa.Column("reverified", sa.Integer(), nullable=False, server_default="0")
    op.add_column("tally", reverified)
    op.execute(
        "UPDATE tally SET reverified = (SELECT count(*) FROM membership"
        " WHERE membership.county = tally.county AND membership.union_code = tally.union_code"
        " AND state = 'ACTIVE' AND verified_at IS NOT NULL)"
        " WHERE day = (SELECT max(day) FROM tally AS last WHERE last.county = tally.county"
        " AND last.union_code = tally.union_code)"
    )
    op.drop_table("checked_tally")
