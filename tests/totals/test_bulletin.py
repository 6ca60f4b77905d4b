"""A month told: what changed in it, who rose, who is new, who is commended."""

from datetime import UTC, date, datetime

import pytest

from registry.db import db
from registry.errors import NotFound
from registry.totals.bulletin import bulletin, month_of
from registry.totals.standings import Absence
from tests.factories.clock import set_clock
from tests.factories.ranked import make_counts
from tests.factories.rosters import OTHER_UNION, UNION
from tests.factories.unions import COUNTY, TOWNSHIP

MAY, JUNE = date(2024, 5, 20), date(2024, 6, 10)
FAR_UNION, LAST_UNION = "3310830020001", "3310830020002"


@pytest.fixture
def july(monkeypatch):
    """It is the fifth of July 2024."""
    set_clock(monkeypatch, datetime(2024, 7, 5, 4, tzinfo=UTC))


def test_a_month_is_told_to_its_end(register, july):
    make_counts(UNION, MAY, 10, 20)
    make_counts(FAR_UNION, MAY, 19, 20)
    make_counts(UNION, JUNE, 19, admissions=2, submitted=2, first_pass=2, pending=3)
    make_counts(OTHER_UNION, JUNE, 30, 20)
    make_counts(UNION, date(2024, 7, 1), 1, admissions=3)

    found = bulletin(db.session(), COUNTY, month_of("2024-06"))

    assert (found.then.total.members, found.now.total.members) == (29, 68)
    assert found.now.total.pending_rows == 3
    assert [one.code for one in found.newly] == [OTHER_UNION]
    assert [one.place.entrant.code for one in found.risers] == [UNION]
    assert found.risers[0].gain > 0
    assert {one.place.entrant.code: one.before is None for one in found.units} == {
        TOWNSHIP: False,
        "331083002": False,
    }
    (now, then) = found.parts[TOWNSHIP]
    assert (now.members, then.members) == (49, 10)
    # Who has more members than employees has to explain that first.
    named = {one.entrant.code for _, places in found.commended for one in places}
    assert OTHER_UNION in {one.entrant.code for one in found.standing.unions}
    assert named
    assert OTHER_UNION not in named
    assert found.absent == {
        Absence.NO_ROSTER: 1,
        Absence.UNDECLARED: 0,
        Absence.NO_MEMBERS: 0,
    }


def test_a_month_without_anything_is_told_too(small_register, july):
    found = bulletin(db.session(), COUNTY, month_of("2001-01"))
    assert (found.units, found.newly, found.risers, found.commended) == ([], [], [], [])


def test_months(july):
    running, past = month_of("2024-07"), month_of("2024-02")
    assert (running.on, running.is_running, running.following) == (date(2024, 7, 5), True, "")
    assert (running.previous, running.before) == ("2024-06", date(2024, 6, 30))
    assert (past.on, past.is_running, past.following) == (date(2024, 2, 29), False, "2024-03")
    assert month_of("2023-12").following == "2024-01"


@pytest.mark.parametrize(
    "text", ["2024-08", "2024-13", "2024-7", "1999-12", "202407", "２０２４-06", "2024-06\n", "x"]
)
def test_no_such_month(text, july):
    with pytest.raises(NotFound) as refused:
        month_of(text)
    assert refused.value.code == "bulletin.no_month"
