"""Tallies hold the counts at the end of each day, no longer what the day changed.

The counts at a date are then one row of each union, found by its key; adding up every day of three
years took 40 ms of a page for 600 unions, and more each year.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_COUNTS = (
    *("active", "retained", "filled", "rows", "rows_elsewhere", "submitted"),
    *("first_pass", "admissions", "reverified", "pending"),
)


def upgrade() -> None:
    """Add up, day by day."""
    _become("SUM({0}) OVER days")


def downgrade() -> None:
    """Take off what there was the day before."""
    _become("{0} - LAG({0}, 1, 0) OVER days")


def _become(figure: str) -> None:
    figures = ", ".join(f"{figure.format(name)} AS {name}" for name in _COUNTS)
    become = ", ".join(f"{name} = known.{name}" for name in _COUNTS)
    op.execute(
        f"UPDATE tally SET {become} FROM ("  # noqa: S608 - the names above
        f"SELECT county, union_code, day, {figures} FROM tally"
        " WINDOW days AS (PARTITION BY county, union_code ORDER BY day)) AS known"
        " WHERE known.county = tally.county AND known.union_code = tally.union_code"
        " AND known.day = tally.day"
    )
