"""Who stands where: from the tallies, on either engine, as it was at the end of any day."""

from datetime import date, timedelta

from sqlalchemy import update

from registry.clock import today
from registry.db import db, transaction
from registry.review.operations import approve
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from registry.totals.metrics import CELLS, Ratio
from registry.totals.ranking import FULL, Measure
from registry.totals.standings import Absence, standings
from registry.unions.models import TradeUnion
from tests.factories.people import make_people
from tests.factories.ranked import make_counts
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

DAY = date(2024, 6, 30)
FAR_UNION, LAST_UNION = "3310830020001", "3310830020002"
FAR_TOWNSHIP = "331083002"


def ranked(on=DAY):
    db.session.rollback()
    return standings(db.session(), COUNTY, on)


def order(found):
    return [(one.rank, one.entrant.code) for one in found.unions]


def test_a_roster_that_was_admitted_takes_part(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(3)), clerk, kind=Kind.FULL)
    submit(number, actor=clerk, employees=4)
    assert ranked(today()).unions == []
    approve(number, actor=make_reviewer())

    found = ranked(today())

    (place,) = found.unions
    assert place.entrant.code == UNION
    shares = place.entrant.shares
    assert shares[Measure.MEMBERSHIP] == (3, 4)
    assert shares[Measure.COMPLETENESS].denominator == 3 * CELLS
    for measure in (Measure.FIRST_PASS, Measure.QUARTERS):
        assert shares[measure] == (1, 1)
    for measure in (Measure.UNIQUE, Measure.CHECKED):
        assert shares[measure] == (3, 3)
    (unit,) = found.units
    assert unit.entrant.code == TOWNSHIP
    assert unit.entrant.shares[Measure.ROSTERS] == (1, 2)
    assert {one.code: one.absence for one in found.absent} == dict.fromkeys(
        (OTHER_UNION, FAR_UNION, LAST_UNION), Absence.NO_ROSTER
    )
    assert [one.code for one in found.absent_units] == [FAR_TOWNSHIP]
    assert ranked(today() - timedelta(days=1)).unions == []


def test_ranks_bands_reasons_and_the_past(register):
    for code, members in ((UNION, 18), (OTHER_UNION, 18), (FAR_UNION, 290)):
        make_counts(code, DAY, members, {290: 300}.get(members, 20))
    make_counts(LAST_UNION, DAY, 5)

    found = ranked()

    # Equals share a rank; 290 of 300 are better, and in a band of their own.
    assert order(found) == [(1, FAR_UNION), (2, UNION), (2, OTHER_UNION)]
    assert [(one.band, one.band_rank, one.band_of) for one in found.unions] == [
        (3, 1, 1),
        (0, 1, 2),
        (0, 1, 2),
    ]
    assert [(one.code, one.absence) for one in found.absent] == [(LAST_UNION, Absence.UNDECLARED)]
    assert found.of_union(UNION).entrant.unit == TOWNSHIP
    assert found.of_union(LAST_UNION) is None
    # A unit adds up who takes part, and how many do.
    far = found.of_unit(FAR_TOWNSHIP).entrant
    assert (far.shares[Measure.MEMBERSHIP], far.shares[Measure.ROSTERS]) == ((290, 300), (1, 2))

    # More members than employees counts as all of them, and is flagged; nothing is above 100.
    later = DAY + timedelta(days=10)
    make_counts(OTHER_UNION, later, 25, submitted=2, first_pass=2, admissions=2)
    over = ranked(later).of_union(OTHER_UNION)
    assert over.entrant.is_over
    assert over.entrant.shares[Measure.MEMBERSHIP] == (20, 20)
    assert over.points <= FULL
    # Nobody left: there is nothing to be ranked by.
    make_counts(FAR_UNION, later, 0, admissions=1)
    assert Absence.NO_MEMBERS in {one.absence for one in ranked(later).absent}
    # What was, stays; and a union that is none, or none yet, is in no list.
    assert ranked() == found
    with transaction() as session:
        session.execute(
            update(TradeUnion).where(TradeUnion.code == LAST_UNION).values(status="unformed")
        )
    assert LAST_UNION not in {one.code for one in ranked().absent}


def test_a_quarter_counts_where_a_roster_was_admitted_in_it(small_register):
    make_counts(UNION, DAY - timedelta(days=400), 10, 12)
    make_counts(UNION, DAY - timedelta(days=100), 10, admissions=2)
    make_counts(OTHER_UNION, DAY - timedelta(days=100), 10, 12)

    def quarters(on):
        return {one.entrant.code: one.entrant.shares[Measure.QUARTERS] for one in ranked(on).unions}

    assert quarters(DAY) == {UNION: Ratio(1, 4), OTHER_UNION: Ratio(1, 2)}
    assert quarters(DAY - timedelta(days=20)) == {UNION: Ratio(1, 4), OTHER_UNION: Ratio(1, 1)}
