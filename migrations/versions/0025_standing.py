"""How members stand from day to day, and of whom unions are made up at the end of each day.

Lists of a past day were put together from memberships and events, with what is known of members
today; figures by sex, age or kind of worker did not exist. Both tables begin with the history that
the register has: the days and states are those of then, the facts those of now.
"""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, timedelta, timezone
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_SHANGHAI = timezone(timedelta(hours=8))
_FACTS = ("state", "sex", "is_migrant_worker", "worker_group", "born_in")


def upgrade() -> None:
    """Add the tables and fill them union by union."""
    standing = op.create_table(
        "standing",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("membership_id", sa.BigInteger(), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("is_migrant_worker", sa.String(length=1), nullable=False),
        sa.Column("worker_group", sa.String(length=2), nullable=False),
        sa.Column("born_in", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until > since", name=op.f("ck_standing_stretch")),
        sa.PrimaryKeyConstraint("county", "member_id", "since", name="pk_standing"),
    )
    op.create_index("ix_standing_union", "standing", ["county", "union_code", "membership_id"])
    composition = op.create_table(
        "composition",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("union_code", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("by_year", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("county", "union_code", "day", name="pk_composition"),
    )
    connection = op.get_bind()
    unions = sa.text("SELECT DISTINCT county, union_code FROM membership ORDER BY 1, 2")
    for county, code in connection.execute(unions).all():
        stretches = _stretches(connection, county, code)
        if stretches:
            op.bulk_insert(standing, stretches)
            op.bulk_insert(composition, _compositions(county, code, stretches))


def downgrade() -> None:
    """Drop both; memberships and events say the same of today."""
    op.drop_table("composition")
    op.drop_table("standing")


def _stretches(connection, county, code):
    of_union = {"county": county, "code": code}
    event = sa.table(
        "membership_event",
        sa.column("membership_id", sa.BigInteger()),
        sa.column("type", sa.String()),
        sa.column("recorded_at", sa.DateTime(timezone=True)),
        sa.column("county", sa.String()),
        sa.column("to_union", sa.String()),
        sa.column("id", sa.BigInteger()),
    ).c
    turns = defaultdict(list)
    query = (
        sa.select(event.membership_id, event.type, event.recorded_at)
        .where(event.county == county, event.to_union == code, event.type.in_(["RETAIN", "RESUME"]))
        .order_by(event.id)
    )
    for membership_id, kind, at in connection.execute(query):
        turns[membership_id].append((_day(at), "RETAINED" if kind == "RETAIN" else "ACTIVE"))
    memberships = sa.text(
        "SELECT membership.id, member_id, admitted_at, ended_at, particulars FROM membership"
        " JOIN member ON member.county = membership.county AND member.id = member_id"
        " WHERE membership.county = :county AND union_code = :code ORDER BY membership.id"
    ).columns(admitted_at=sa.DateTime(timezone=True), ended_at=sa.DateTime(timezone=True))
    found = []
    for number, member_id, began, ended, particulars in connection.execute(memberships, of_union):
        last = _day(ended) if ended else None
        steps = {_day(began): "ACTIVE", **dict(turns.get(number, ()))}
        days = [*sorted(steps), last]
        for since, until in pairwise(days):
            if until is None or until > since:
                found.append(
                    {
                        "county": county,
                        "member_id": member_id,
                        "since": since,
                        "until": until,
                        "membership_id": number,
                        "union_code": code,
                        "state": steps[since],
                        **_facts(particulars),
                    }
                )
    return found


def _facts(particulars):
    told = json.loads(particulars)
    names = ("sex", "is_migrant_worker", "worker_group")
    born_on = told.get("born_on") or "0"
    return {**{name: told.get(name) or "" for name in names}, "born_in": int(born_on[:4])}


def _compositions(county, code, stretches):
    changes = defaultdict(Counter)
    for one in stretches:
        cell = ",".join(str(one[name]) for name in _FACTS)
        changes[one["since"]][cell] += 1
        if one["until"] is not None:
            changes[one["until"]][cell] -= 1
    counts, rows = Counter(), []
    for day in sorted(changes):
        counts.update(changes[day])
        cells = Counter()
        for cell, number in counts.items():
            cells[cell.rpartition(",")[0]] += number
        key = {"county": county, "union_code": code, "day": day}
        rows.append({**key, "cells": _told(cells), "by_year": _told(counts)})
    return rows


def _told(counts):
    return json.dumps({cell: number for cell, number in counts.items() if number})


def _day(at) -> date:
    # SQLite keeps instants in UTC without saying so.
    aware = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return aware.astimezone(_SHANGHAI).date()
