"""Tallies hold a union's counts at the end of each day on which they changed."""

from datetime import date

import pytest

from registry.db import db, transaction
from registry.members import tallies
from registry.members.counts import UnionCounts, live_below, tallied
from tests.factories.rosters import OTHER_UNION, UNION
from tests.factories.unions import COUNTY, TOWNSHIP

FIRST, SECOND, THIRD = date(2025, 3, 1), date(2025, 3, 2), date(2025, 4, 1)


def add(day, union=UNION, **changes):
    with transaction() as session:
        tallies.add(session, COUNTY, union, day, **changes)


def counts(day, union=UNION):
    return tallied(db.session(), COUNTY, day).get(union)


def test_a_day_begins_with_the_counts_of_the_last_one(register):
    add(FIRST, active=5, rows=6, pending=6)
    add(FIRST, active=1, pending=-6)
    add(THIRD, active=-2, retained=2)
    assert counts(date(2025, 2, 28)) is None
    assert counts(FIRST) == counts(SECOND) == UnionCounts(active=6, rows=6)
    assert counts(THIRD) == UnionCounts(active=4, retained=2, rows=6)


def test_an_act_that_crossed_midnight_counts_on_both_days(register):
    add(SECOND, active=5)
    add(FIRST, active=2)
    assert (counts(FIRST).active, counts(SECOND).active) == (2, 7)


def test_unions_are_added_up_below_a_path(register):
    add(FIRST, active=5)
    add(SECOND, OTHER_UNION, active=3, retained=1)
    for path in (f"/{COUNTY}/", f"/{COUNTY}/{TOWNSHIP}/"):
        assert live_below(db.session(), COUNTY, path, FIRST) == (5, 0)
        assert live_below(db.session(), COUNTY, path, SECOND) == (8, 1)
    assert live_below(db.session(), COUNTY, "/33108_/", SECOND) == (0, 0)


def test_what_changes_nothing_leaves_no_row(register):
    add(FIRST, active=0)
    assert counts(FIRST) is None


def test_what_is_not_counted_is_refused(register):
    with pytest.raises(KeyError):
        add(FIRST, lost=1)
    assert counts(FIRST) is None
