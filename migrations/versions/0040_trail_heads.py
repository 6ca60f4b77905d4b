"""The trail by either hash, by the person it names, and how far its heads were copied elsewhere.

An entry says which hash chains it, so that a chain that began with one goes on with the other.
Entries that name a person are found by the keyed hash, those from before as well: to search all
details takes seconds a million.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_PERSON = "trail_person"
_ROWS = 1000


def upgrade() -> None:
    """Add the column and the tables, and name whom entries from before name."""
    op.add_column(
        "trail_entry", sa.Column("suite", sa.SmallInteger(), server_default="1", nullable=False)
    )
    op.create_table(
        _PERSON,
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("person_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("county", "person_key", "number", name="pk_trail_person"),
    )
    op.create_table(
        "trail_copy",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("county", name="pk_trail_copy"),
    )
    _name_those_from_before()
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"CREATE TRIGGER {_PERSON}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {_PERSON}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        return
    for act in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {_PERSON}_no_{act} BEFORE {act.upper()} ON {_PERSON}"
            f" BEGIN SELECT RAISE(ABORT, '{_PERSON} is append-only'); END"
        )


def downgrade() -> None:
    """Take them away; the triggers go with their table."""
    op.drop_table("trail_copy")
    op.drop_table(_PERSON)
    op.drop_column("trail_entry", "suite")


def _name_those_from_before() -> None:
    entry = sa.table("trail_entry", sa.column("county"), sa.column("number"), sa.column("detail"))
    person = sa.table(_PERSON, sa.column("county"), sa.column("person_key"), sa.column("number"))
    connection = op.get_bind()
    found = connection.execute(
        sa.select(entry).where(entry.c.detail.contains('"person":"', autoescape=True))
    )
    for part in found.partitions(_ROWS):
        connection.execute(
            sa.insert(person),
            [
                {"county": county, "number": number, "person_key": bytes.fromhex(key)}
                for county, number, detail in part
                if (key := json.loads(detail).get("person"))
            ],
        )
