"""Rows like one that is there: for pages that are to list many."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select

from registry.db import Model, table_of, transaction


def copies(model: type[Model], found: Any, count: int, **changes: Callable[[int], Any]) -> None:
    """Insert `count` copies of the row that `found` tells, changed by the number of each."""
    one = table_of(model)
    with transaction() as session:
        row = session.execute(select(one).where(found).limit(1)).one()._asdict()
        made = [
            {**row, **{name: value(number) for name, value in changes.items()}}
            for number in range(1, count + 1)
        ]
        if made:
            session.execute(insert(one), made)
