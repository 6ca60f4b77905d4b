"""How many unions exist and should, on any day; and what changed within a period."""

from datetime import date, timedelta

import pytest

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.reorganising.ending import dissolve, drop
from registry.totals.queries import totals
from registry.unions.changes import ChangeList, Period, changed_unions, counts
from registry.unions.directory import Standing, Wanted, count, listed, standing
from registry.unions.lifecycle import elect, rename
from registry.unions.states import NOT_YET
from tests.factories.accounts import make_actor
from tests.factories.register import BEGUN, DAY, FORMED, days_ago, formed, founded, preparing
from tests.factories.register import listed as enter
from tests.factories.rosters import OTHER_UNION, UNION
from tests.factories.unions import COUNTY, TOWNSHIP

PATH, FAR_TOWNSHIP = f"/{COUNTY}/", "331083002"
YEAR = Period(date(2018, 1, 1), date(2018, 12, 31))


@pytest.fixture
def city(register):
    """The city admin; the tree has four unions, formed in 2010."""
    return make_actor(Role.AUDITOR, COUNTY)


def on(day, path=PATH):
    db.session.rollback()
    return standing(db.session(), path, day)


def found(which, period=YEAR, path=PATH, **options):
    db.session.rollback()
    return changed_unions(db.session(), COUNTY, path, which, period, **options)


def counted(period=YEAR, path=PATH):
    db.session.rollback()
    return counts(db.session(), COUNTY, path, period)


def test_should_is_existing_and_not_yet_on_every_day(city):
    enter(city, name="在名单上工会")
    preparing(city, name="筹备中工会")
    formed(city, FAR_TOWNSHIP, name="后建工会")

    assert on(date(1990, 1, 1)) == Standing()
    assert on(BEGUN - DAY) == Standing(existing=4)
    assert on(BEGUN) == Standing(existing=4, preparing=1)
    assert on(FORMED) == Standing(existing=5, preparing=1)
    now_is = on(today())
    assert now_is == Standing(existing=5, preparing=1, listed=1)
    assert (now_is.not_yet, now_is.should) == (2, 7)
    assert on(today(), f"{PATH}{TOWNSHIP}/") == Standing(existing=2, preparing=1, listed=1)


def test_the_totals_count_the_same_and_give_the_rate(city):
    enter(city)
    preparing(city, FAR_TOWNSHIP, name="筹备中工会")
    for day in (BEGUN - DAY, BEGUN, today()):
        expected, total = on(day), totals(db.session(), COUNTY, day).total
        told = (total.unions, total.unions_preparing, total.unions_not_yet, total.unions_should)
        assert told == (
            expected.existing,
            expected.preparing,
            expected.not_yet,
            expected.should,
        )
        rate = total.metrics["founding_rate"]
        assert (rate.numerator, rate.denominator) == (expected.existing, expected.should)


def test_the_end_is_the_beginning_with_the_new_without_the_dissolved(city):
    founded(city, date(2018, 4, 1), name="甲工会")
    gone = formed(city, FAR_TOWNSHIP, name="乙工会", on=date(2018, 6, 1))
    dissolve(gone, date(2018, 12, 31), actor=city)
    dissolve(OTHER_UNION, date(2018, 2, 1), actor=city)
    given_up = preparing(city, name="丙工会")
    drop(given_up, date(2018, 9, 1), actor=city)

    for first, last in (("01-01", "12-31"), ("02-02", "12-30"), ("04-01", "04-01")):
        period = Period(date.fromisoformat(f"2018-{first}"), date.fromisoformat(f"2018-{last}"))
        new, dissolved = (
            len(found(which, period)) for which in (ChangeList.NEW, ChangeList.DISSOLVED)
        )
        assert on(period.last).existing == on(period.first - DAY).existing + new - dissolved
    assert {one.code for one in found(ChangeList.DISSOLVED)} == {gone, OTHER_UNION}
    assert given_up not in {one.code for one in found(ChangeList.NEW)}


def test_each_union_is_listed_once_and_the_count_is_that_of_the_list(city):
    term = timedelta(days=1_000)
    for day in (date(2018, 1, 1), date(2018, 12, 31)):
        elect(UNION, day, day + term, actor=city)
    rename(UNION, "新名一工会", date(2018, 3, 1), actor=city)
    rename(UNION, "新名二工会", None, actor=city)  # counts today
    rename("3310830020001", "新名三工会", date(2018, 3, 2), actor=city)

    assert [(one.code, one.on, one.times) for one in found(ChangeList.ELECTED)] == [
        (UNION, date(2018, 12, 31), 2)
    ]
    assert [one.name for one in found(ChangeList.CHANGED)] == ["新名二工会", "新名三工会"]
    assert [one.code for one in found(ChangeList.CHANGED, Period(today(), today()))] == [UNION]
    by_unit = counted()
    for which in ChangeList:
        for unit in (TOWNSHIP, FAR_TOWNSHIP):
            here = found(which, path=f"{PATH}{unit}/")
            assert len(here) == by_unit.get(unit, {}).get(which, 0)
        assert sum(of[which] for of in by_unit.values()) == len(found(which))


def test_a_list_goes_on_where_the_page_before_ended(city):
    made = [formed(city, unit, name=f"{unit}号工会") for unit in (TOWNSHIP, FAR_TOWNSHIP)]
    (first,) = found(ChangeList.NEW, limit=1)
    (second,) = found(ChangeList.NEW, limit=5, after=first.path)
    assert [first.code, second.code] == made


def test_the_directory_is_narrowed_by_state_kind_and_term(city):
    waits = enter(city)
    late = formed(city, name="到期工会", kind="2")
    elect(late, days_ago(1_000), days_ago(0), actor=city)
    gone = formed(city, FAR_TOWNSHIP, name="撤销工会")
    elect(gone, days_ago(1_000), days_ago(1), actor=city)
    dissolve(gone, days_ago(0), actor=city)
    for wanted, codes in (
        (Wanted(states=NOT_YET), [waits]),
        (Wanted(kind="2"), [late]),
        (Wanted(due_by=today()), [late]),
        (Wanted(due_by=days_ago(1)), []),
        (Wanted(search="到期"), [late]),
    ):
        db.session.rollback()
        assert [one.union.code for one in listed(db.session(), PATH, wanted)] == codes
        assert count(db.session(), PATH, wanted) == len(codes)
