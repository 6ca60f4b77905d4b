"""Campaigns begun, prolonged and closed; nobody acts outside their place."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.campaigns import operations, queries
from registry.campaigns.operations import NOTE_LENGTH, TITLE_LENGTH
from registry.campaigns.states import Stage
from registry.clock import now, today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_actor
from tests.factories.campaigns import TITLE, begin, campaign
from tests.factories.clock import set_clock
from tests.factories.rosters import UNION, make_clerk, make_reviewer
from tests.factories.unions import COUNTY, TOWNSHIP

FAR_TOWNSHIP, FAR_UNION = "331083002", "3310830020001"
DAY = timedelta(days=1)


@pytest.fixture
def city(register):
    """The city admin."""
    return make_actor(Role.AUDITOR, COUNTY)


def concerning(path):
    db.session.rollback()
    return [one.id for one in queries.campaigns(db.session(), COUNTY, path)]


def path_of(*codes):
    return "/" + "".join(f"{code}/" for code in (COUNTY, *codes))


def test_one_for_the_county_concerns_everybody(city):
    number = begin(city)

    assert campaign(number).title == TITLE
    assert campaign(number).stage(today()) is Stage.RUNNING
    for path in (path_of(), path_of(TOWNSHIP), path_of(TOWNSHIP, UNION)):
        assert concerning(path) == [number]


def test_one_for_some_units_concerns_these_and_those_above(city):
    number = begin(city, units=[TOWNSHIP])

    assert concerning(path_of()) == concerning(path_of(TOWNSHIP, UNION)) == [number]
    assert concerning(path_of(FAR_TOWNSHIP)) == concerning(path_of(FAR_TOWNSHIP, FAR_UNION)) == []
    assert campaign(number).covers(path_of(TOWNSHIP, UNION))
    with pytest.raises(NotFound, match="与您的单位无关"):
        queries.find(db.session(), COUNTY, path_of(FAR_TOWNSHIP), number)


def test_a_reviewer_begins_one_for_the_own_unit_alone(register):
    reviewer = make_reviewer()
    number = begin(reviewer, TOWNSHIP)

    assert concerning(path_of(TOWNSHIP)) == [number]
    assert concerning(path_of(FAR_TOWNSHIP)) == []
    for place in (FAR_TOWNSHIP, COUNTY):
        with pytest.raises(NotFound):
            begin(reviewer, place)
    with pytest.raises(NotFound):
        begin(reviewer, TOWNSHIP, units=[FAR_TOWNSHIP])
    with pytest.raises(Forbidden):
        begin(reviewer, UNION)


def test_clerks_and_strangers_begin_and_change_nothing(city):
    number = begin(city, units=[TOWNSHIP])

    with pytest.raises(Forbidden):
        begin(make_clerk(), UNION)
    # The unit sees the county's campaign; it is not the unit's to change.
    for actor in (make_reviewer(), make_reviewer(FAR_TOWNSHIP), make_clerk()):
        with pytest.raises(NotFound):
            operations.close(number, actor=actor)
        with pytest.raises(NotFound):
            operations.change_due(number, today() + DAY, actor=actor)
    assert campaign(number).stage(today()) is Stage.RUNNING


def test_the_city_may_close_what_a_unit_began(city):
    number = begin(make_reviewer(), TOWNSHIP)
    operations.close(number, actor=city)

    assert campaign(number).stage(today()) is Stage.CLOSED


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"title": "  "}, "campaign.title"),
        ({"title": "长" * (TITLE_LENGTH + 1)}, "campaign.title"),
        ({"note": "长" * (NOTE_LENGTH + 1)}, "campaign.note"),
        ({"opens_on": today() - DAY}, "campaign.opens"),
        ({"due_on": today() - DAY}, "campaign.due"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(city, plan, code):
    with pytest.raises(InputRefused) as refused:
        begin(city, **plan)

    assert refused.value.code == code
    assert concerning(path_of()) == []


def test_the_due_day_moves_and_a_closed_campaign_does_not(city):
    number = begin(city)
    due = today() + 40 * DAY
    operations.change_due(number, due, actor=city)
    assert campaign(number).due_on == due

    with pytest.raises(InputRefused, match="不能早于"):
        operations.change_due(number, today() - DAY, actor=city)
    operations.close(number, actor=city)
    for act in (
        lambda: operations.close(number, actor=city),
        lambda: operations.change_due(number, due, actor=city),
    ):
        with pytest.raises(StateRefused):
            act()
    assert campaign(number).due_on == due


def test_told_to_end_when_due_it_is_closed_without_anybody(city, monkeypatch):
    number, other = begin(city, ends_when_due=True), begin(city)
    running = queries.running(db.session(), COUNTY, path_of(), today())
    assert {one.id for one in running} == {number, other}

    set_clock(monkeypatch, now() + 21 * DAY)
    assert campaign(number).stage(today()) is Stage.CLOSED
    assert campaign(number).last_day(today()) == campaign(number).due_on
    assert campaign(other).stage(today()) is Stage.LATE
    running = queries.running(db.session(), COUNTY, path_of(), today())
    assert [one.id for one in running] == [other]
    with pytest.raises(StateRefused):
        operations.change_due(number, today() + DAY, actor=city)


def test_every_act_is_on_the_trail(city):
    number = begin(city, units=[TOWNSHIP])
    operations.change_due(number, today() + 40 * DAY, actor=city)
    operations.close(number, actor=city)

    told = {one.action: one for one in entries(db.session(), COUNTY, action="campaign.", limit=9)}
    assert set(told) == {"campaign.begin", "campaign.change_due", "campaign.close"}
    assert {one.detail["campaign"] for one in told.values()} == {number}
    assert told["campaign.begin"].detail["units"] == [TOWNSHIP]
    assert told["campaign.change_due"].detail["due"] == (today() + 40 * DAY).isoformat()
    assert verify(db.session())[1] == []
