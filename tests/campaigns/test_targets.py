"""Targets: what counts on a day, what is done of it, and past days stay as they were."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registry.access.roles import Role
from registry.campaigns import operations, turns
from registry.campaigns.aiming import set_targets
from registry.campaigns.series import progress_series
from registry.campaigns.targets import Pace, history, next_of, standing
from registry.clock import today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.review.operations import approve
from registry.totals.queries import totals
from registry.trail.queries import entries, verify
from registry.unions.models import TradeUnion
from tests.factories.accounts import make_actor
from tests.factories.campaigns import campaign
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.registrations import begin
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

FAR, FAR_UNION = "331083002", "3310830020001"
START = datetime(2025, 3, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST = START.date()


def admit(count, union, seed):
    people = make_people(count, seed=seed)
    sent = send_in(make_roster(people), make_clerk(union), union=union)
    approve(sent, actor=make_reviewer(union[:9]))


def rates(on=None, under=COUNTY):
    db.session.rollback()
    found = totals(db.session(), under, on or today())
    parts = {one.code: tuple(one.metrics["target_rate"]) for one in found.parts}
    return tuple(found.total.metrics["target_rate"]), parts


@pytest.fixture
def city(register, monkeypatch):
    """The city admin, at the opening; two units with six and four members."""
    set_clock(monkeypatch, START)
    db.session.get(TradeUnion, OTHER_UNION).kind = "2"
    db.session.commit()
    admit(6, UNION, 1)
    admit(4, FAR_UNION, 2)
    return make_actor(Role.AUDITOR, COUNTY)


def test_the_target_that_counts_is_the_next_else_the_last():
    half, end = date(2017, 10, 31), date(2018, 7, 31)
    targets = {half: 50_000, end: 88_000}
    assert next_of(targets, date(2017, 7, 1)) == next_of(targets, half) == (half, 50_000)
    assert next_of(targets, half + DAY) == next_of(targets, end + DAY) == (end, 88_000)
    assert next_of({}, half) is None


def test_done_of_the_target_by_place_and_day(city, monkeypatch):
    assert rates() == ((0, 0), {TOWNSHIP: (0, 0), FAR: (0, 0)})
    number = begin(city)
    assert rates() == ((0, 0), {TOWNSHIP: (0, 0), FAR: (0, 0)})
    half, end = FIRST + 9 * DAY, FIRST + 99 * DAY
    cells = {(TOWNSHIP, half): 10, (TOWNSHIP, end): 20, (FAR, end): 8}
    assert set_targets(number, cells, actor=city) == 3
    assert set_targets(number, cells, actor=city) == 0
    assert rates() == ((10, 18), {TOWNSHIP: (6, 10), FAR: (4, 8)})
    assert rates(under=TOWNSHIP) == ((6, 10), {UNION: (0, 0), OTHER_UNION: (0, 0)})

    # The city's own target stands beside the sum, whatever that is.
    set_targets(number, {(COUNTY, end): 50}, actor=city)
    assert rates()[0] == (10, 50)
    set_clock(monkeypatch, START + 10 * DAY)
    admit(3, OTHER_UNION, 3)
    assert rates()[1][TOWNSHIP] == (9, 20)
    assert rates(FIRST + 9 * DAY)[1][TOWNSHIP] == (6, 10)

    found = standing(db.session(), campaign(number), today()).of(TOWNSHIP)
    assert (found.due_on, found.days_gone, found.days) == (end, 11, 100)
    assert found.pace is Pace.AHEAD
    assert found._replace(done=2).pace is Pace.BEHIND
    assert found._replace(done=22, target=200).pace is Pace.EVEN


def test_what_a_past_day_was_it_stays(city, monkeypatch):
    number = begin(city)
    end = FIRST + 99 * DAY
    set_targets(number, {(TOWNSHIP, end): 10, (FAR, end): 8, (COUNTY, end): 20}, actor=city)
    before = rates()
    set_clock(monkeypatch, START + 5 * DAY)
    set_targets(number, {(TOWNSHIP, end): 30}, actor=city)
    turns.stop(number, FAR, "企业搬迁，暂停登记", actor=city)

    assert rates(FIRST) == before == ((10, 20), {TOWNSHIP: (6, 10), FAR: (4, 8)})
    assert rates() == ((6, 12), {TOWNSHIP: (6, 30), FAR: (0, 0)})
    series = progress_series(
        db.session(), COUNTY, f"/{COUNTY}/", campaign(number), FIRST, FIRST + 6 * DAY, today()
    )
    assert [one.done for one in series] == [10, 10, 10, 10, 10, 6, None]
    assert (series[0].planned, series[-1].planned) == (10, 10)
    set_clock(monkeypatch, START + 7 * DAY)
    turns.start(number, [FAR], actor=city)
    assert rates()[1][FAR] == (4, 8)
    assert rates(FIRST + 6 * DAY)[1][FAR] == (0, 0)

    operations.close(number, actor=city)
    set_clock(monkeypatch, START + 8 * DAY)
    assert rates()[0] == (0, 0)
    assert rates(FIRST + 7 * DAY)[0] == (10, 20)
    changed = history(db.session(), campaign(number))
    assert changed[0][:4] == (TOWNSHIP, FIRST + 99 * DAY, 10, 30)
    assert len(changed) == 4
    told = [one.action for one in entries(db.session(), COUNTY, action="campaign.", limit=9)]
    assert told.count("campaign.targets") == 2
    assert {"campaign.stop", "campaign.start"} <= set(told)
    assert verify(db.session())[1] == []


def test_kinds_and_units_bound_what_is_done(city):
    admit(3, OTHER_UNION, 3)
    number = begin(city, kinds=["2"], units=[TOWNSHIP])
    end = FIRST + 50 * DAY
    set_targets(number, {(TOWNSHIP, end): 10}, actor=city)
    assert rates() == ((3, 10), {TOWNSHIP: (3, 10), FAR: (0, 0)})
    with pytest.raises(NotFound):
        set_targets(number, {(FAR, end): 1}, actor=city)
    # The newest that runs is the one that counts.
    second = begin(city)
    set_targets(second, {(COUNTY, end): 26}, actor=city)
    assert rates() == ((13, 26), {TOWNSHIP: (0, 0), FAR: (0, 0)})
    operations.close(number, actor=city)


def test_pilot_first_then_all(city):
    number = begin(city, pilot=[TOWNSHIP])
    where = lambda: {  # noqa: E731
        code: state.value
        for code, state in turns.states_of(
            turns.turns(db.session(), COUNTY, number, date.max)
        ).items()
    }
    assert where() == {TOWNSHIP: "RUNNING"}
    with pytest.raises(StateRefused):
        turns.stop(number, FAR, "还没有开始", actor=city)
    with pytest.raises(StateRefused):
        turns.start(number, [TOWNSHIP, FAR], actor=city)
    assert where() == {TOWNSHIP: "RUNNING"}
    turns.start(number, [FAR], actor=city)
    for reason in ("  ", "长" * 201):
        with pytest.raises(InputRefused):
            turns.stop(number, FAR, reason, actor=city)
    turns.stop(number, FAR, "整体搬迁", actor=city)
    assert where() == {TOWNSHIP: "RUNNING", FAR: "STOPPED"}
    with pytest.raises(NotFound):
        turns.start(number, ["331083999"], actor=city)


def test_nobody_below_the_city_runs_it(city):
    number = begin(city)
    reviewer, end = make_reviewer(), FIRST + 50 * DAY
    for place, refusal in ((COUNTY, NotFound), (TOWNSHIP, Forbidden)):
        with pytest.raises(refusal):
            begin(reviewer, place=place)
    for act in (
        lambda: set_targets(number, {(TOWNSHIP, end): 1}, actor=reviewer),
        lambda: turns.stop(number, TOWNSHIP, "不做了", actor=reviewer),
        lambda: operations.close(number, actor=reviewer),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        begin(city, place=TOWNSHIP)


def test_what_cannot_be_is_refused(city):
    number = begin(city)
    for cell, members, code in (
        ((TOWNSHIP, FIRST - DAY), 5, "target.day"),
        ((TOWNSHIP, FIRST + 900 * DAY), 5, "target.day"),
        ((TOWNSHIP, FIRST), -1, "target.number"),
    ):
        with pytest.raises(InputRefused) as refused:
            set_targets(number, {cell: members}, actor=city)
        assert refused.value.code == code
    for wrong, code in (
        ({"survey": 80}, "campaign.phases"),
        ({"verify": 200}, "campaign.phases"),
        ({"share": 0}, "campaign.share"),
        ({"kinds": ["77"]}, "campaign.kinds"),
        ({"units": [TOWNSHIP], "pilot": [FAR]}, "campaign.pilot"),
        ({"title": " "}, "campaign.title"),
    ):
        with pytest.raises(InputRefused) as refused:
            begin(city, **wrong)
        assert refused.value.code == code
