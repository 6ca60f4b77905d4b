"""A long trail, straight into the table: what is asked of it does not look at the chain."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from registry.db import bulk_insert, db, table_of, transaction
from registry.trail.models import TrailEntry

_COLUMNS = (
    "county",
    "number",
    "at",
    "actor_id",
    "actor_name",
    "action",
    "place",
    "result",
    "detail",
    "previous",
    "hash",
)


def make_long_trail(
    county: str, count: int, actions: Sequence[str], since: datetime, step: timedelta, *, first: int
) -> None:
    """Add `count` entries from number `first` on, one every `step`, taking the actions in turn."""
    numbers = range(first, first + count)
    blank = [bytes(32)] * count
    columns = [
        [county] * count,
        list(numbers),
        [since + step * at for at in range(count)],
        [1] * count,
        ["somebody"] * count,
        [actions[number % len(actions)] for number in numbers],
        [f"{county}0010001"] * count,
        ["done"] * count,
        [f'{{"person":"{number % 5000:064x}","reason":"核对"}}' for number in numbers],
        blank,
        blank,
    ]
    with transaction() as session:
        bulk_insert(session, table_of(TrailEntry), _COLUMNS, columns)
    db.session.remove()
