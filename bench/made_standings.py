"""How the members of a made register stand, and of whom its unions are made up."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select

from bench.series import COUNTY, ENTRY
from registry.db import table_of
from registry.members.facts import Facts, cell_of, without_year
from registry.members.models import Composition, Membership, Standing
from registry.members.standing import live

_standing = table_of(Standing).c


def standings(connection: Connection) -> None:
    """Everybody's stretch, from the day of entry on."""
    membership = table_of(Membership).c
    query = live(ENTRY.c.day).join(ENTRY, ENTRY.c.n == membership.id)
    columns = [one.name for one in query.selected_columns][:-1]
    into = insert(table_of(Standing)).from_select(
        [*columns, "since"], query.where(membership.county == COUNTY), include_defaults=False
    )
    connection.execute(into)


def compositions(connection: Connection) -> None:
    """Each union's cells at the end of each day on which somebody came."""
    facts = [_standing[name] for name in Facts._fields]
    query = (
        select(_standing.union_code, _standing.since, *facts, func.count())
        .where(_standing.union_code.in_(select(ENTRY.c.union_code)))
        .group_by(_standing.union_code, _standing.since, *facts)
        .order_by(_standing.union_code, _standing.since)
    )
    rows = connection.execute(query).all()
    for code, of_union in groupby(rows, key=lambda row: row[0]):
        connection.execute(insert(table_of(Composition)), list(_days(code, of_union)))


def _days(code: str, rows: Iterator[Any]) -> Iterator[dict[str, object]]:
    counts: Counter[str] = Counter()
    for day, of_day in groupby(rows, key=lambda row: row[1]):
        for _, _, *facts, number in of_day:
            counts[cell_of(Facts(*facts))] += number
        yield _row(code, day, counts)


def _row(code: str, day: date, counts: Counter[str]) -> dict[str, object]:
    cells: Counter[str] = Counter()
    for cell, number in counts.items():
        cells[without_year(cell)] += number
    of_day = {"county": COUNTY, "union_code": code, "day": day}
    told = {"cells": cells, "by_year": counts}
    return {
        **of_day,
        **{name: msgspec.json.encode(dict(counted)).decode() for name, counted in told.items()},
    }
