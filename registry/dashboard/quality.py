"""What was wrong in the rosters of the last days, by rule and by part of a place."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from registry.db import begins_with, table_of
from registry.submissions.finding_counts import ALL_ROWS
from registry.submissions.models import FindingCount
from registry.unions.models import TradeUnion
from registry.unions.queries import Union

DAYS = 90


class Quality(NamedTuple):
    """The rows of a place's rosters as they came in, and those that a rule found something in."""

    rows: int
    by_rule: Mapping[str, int]

    def per_thousand(self, rule: str) -> int:
        """Rows of a rule in a thousand, rounded down."""
        return self.by_rule.get(rule, 0) * 1000 // self.rows if self.rows else 0


_count, _union = table_of(FindingCount).c, table_of(TradeUnion).c


def _counted(part: ColumnElement[str]) -> Select[tuple[str, str, int]]:
    """Return the query for rows by part and rule."""
    return (
        select(part, _count.rule, func.sum(_count.row_count))
        .join_from(table_of(FindingCount), table_of(TradeUnion), _union.code == _count.union_code)
        .where(
            _count.county == bindparam("county"),
            _count.day > bindparam("after"),
            _count.day <= bindparam("day"),
            begins_with(_union.path, "path"),
        )
        .group_by(part, _count.rule)
    )


# Added up by the database: a county's unions have thousands of sums.
_BY_UNIT, _BY_UNION = _counted(_union.parent_code), _counted(_union.code)


def quality(session: Session, place: Union, on: date) -> dict[str, Quality]:
    """Return what the rosters read in the last `DAYS` days were like, by the code of the part of a
    place; parts without any roster are left out.
    """
    asked = {
        "county": place.county,
        "path": place.path,
        "after": on - timedelta(days=DAYS),
        "day": on,
    }
    found: dict[str, Counter[str]] = {}
    query = _BY_UNIT if place.parent_code is None else _BY_UNION
    for part, rule, rows in session.execute(query, asked):
        found.setdefault(part, Counter())[rule] = int(rows)
    return {code: Quality(rules.pop(ALL_ROWS, 0), rules) for code, rules in found.items()}


def together(found: Mapping[str, Quality]) -> Quality:
    """Add the parts up."""
    by_rule: Counter[str] = Counter()
    for one in found.values():
        by_rule.update(one.by_rule)
    return Quality(sum(one.rows for one in found.values()), by_rule)
