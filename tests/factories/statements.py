"""Counting and keeping what is asked of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from registry.db import db


class Statements:
    """How many statements ran."""

    count = 0


@contextmanager
def counted_statements() -> Iterator[Statements]:
    """Count the statements that run inside."""
    counted = Statements()

    def count(*_: object) -> None:
        counted.count += 1

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        yield counted
    finally:
        event.remove(db.engine, "before_cursor_execute", count)


@contextmanager
def asked_statements() -> Iterator[list[tuple[str, Any]]]:
    """Keep the statements that run inside, with their values."""
    asked: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", keep)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", keep)
