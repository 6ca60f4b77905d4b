"""The register: persons, members, their memberships and history, and the counts.

`person` stands apart, because it alone knows all counties: its row decides who holds a person's one
live membership. The partial unique index says it again within a county. Tallies hold what each day
changed, so that totals at any past date are sums of few rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "person",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("live_county", sa.String(length=6), nullable=True),
        sa.Column("live_union", sa.String(length=16), nullable=True),
        sa.Column("live_membership", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(live_county IS NULL) = (live_membership IS NULL)"
            " AND (live_union IS NULL) = (live_membership IS NULL)",
            name="ck_person_live",
        ),
        sa.PrimaryKeyConstraint("key", name="pk_person"),
    )
    op.create_table(
        "member",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("full_name", sa.String(length=50), nullable=False),
        sa.Column("document_kind", sa.String(length=2), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mobile_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("particulars", sa.Text(), nullable=False),
        sa.Column("filled", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("county", "id", name="pk_member"),
    )
    op.create_index("ix_member_person", "member", ["county", "person_key"], unique=True)
    op.create_table(
        "membership",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("began_on", sa.String(length=10), nullable=True),
        sa.Column("ended_on", sa.String(length=10), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'ENDED') = (ended_at IS NOT NULL)", name="ck_membership_ended"
        ),
        sa.CheckConstraint(
            "state IN ('ACTIVE', 'TRANSFERRING', 'RETAINED', 'ENDED')", name="ck_membership_state"
        ),
        sa.ForeignKeyConstraint(
            ["county", "member_id"],
            ["member.county", "member.id"],
            name="fk_membership_county_member_id",
        ),
        sa.PrimaryKeyConstraint("county", "id", name="pk_membership"),
    )
    op.create_index(
        "ix_membership_live",
        "membership",
        ["county", "person_key"],
        unique=True,
        sqlite_where=sa.text("state IN ('ACTIVE', 'TRANSFERRING', 'RETAINED')"),
        postgresql_where=sa.text("state IN ('ACTIVE', 'TRANSFERRING', 'RETAINED')"),
    )
    op.create_index("ix_membership_member", "membership", ["county", "member_id"])
    op.create_index("ix_membership_union", "membership", ["county", "union_code", "state", "id"])
    op.create_table(
        "membership_event",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("membership_id", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=12), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.String(length=4), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_union", sa.String(length=16), nullable=True),
        sa.Column("to_union", sa.String(length=16), nullable=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("county", "id", name="pk_membership_event"),
    )
    op.create_index("ix_membership_event_member", "membership_event", ["county", "member_id", "id"])
    op.create_table(
        "tally",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.Column("retained", sa.Integer(), nullable=False),
        sa.Column("filled", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("rows_elsewhere", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Integer(), nullable=False),
        sa.Column("first_pass", sa.Integer(), nullable=False),
        sa.Column("admissions", sa.Integer(), nullable=False),
        sa.Column("reverified", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("county", "union_code", "day", name="pk_tally"),
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("tally")
    op.drop_table("membership_event")
    op.drop_table("membership")
    op.drop_table("member")
    op.drop_table("person")
