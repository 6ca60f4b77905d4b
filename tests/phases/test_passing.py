"""Phases are passed in their order, by who may, and against a gate only with a reason."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.campaigns import operations as campaigns
from registry.campaigns import turns
from registry.campaigns.states import Phase
from registry.clock import today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.phases.gates import Gate, standings
from registry.phases.operations import NOTE_LENGTH, pass_phase
from registry.review import sampling
from registry.review.call_result import CallResult
from registry.review.operations import approve
from registry.review.sample_queries import calls
from registry.submissions.operations import submit
from registry.submissions.queries import find
from registry.submissions.states import Kind
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.campaigns import begin as begin_verification
from tests.factories.campaigns import campaign
from tests.factories.people import make_people
from tests.factories.registrations import begin
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

FAR = "331083002"
DAY = timedelta(days=1)


def phases(number, path=f"/{COUNTY}/"):
    db.session.rollback()
    return standings(db.session(), campaign(number), path, today())


def shorts(number, unit=TOWNSHIP):
    return {gate.gate: gate.short for one in phases(number)[unit] for gate in one.gates}


def declare(union, people):
    number = take_in(make_roster(people), make_clerk(union), union=union, kind=Kind.FULL)
    submit(number, actor=make_clerk(union), employees=len(people) + 1)
    return number


def test_a_unit_goes_through_its_phases(register):
    city, reviewer = make_actor(Role.AUDITOR, COUNTY), make_reviewer()
    number = begin(city, share=50)
    assert shorts(number) == {
        Gate.DECLARED: 1,
        Gate.COVERED: 1,
        Gate.SETTLED: 0,
        Gate.SAMPLED: 1,
    }
    with pytest.raises(StateRefused, match="已申报职工人数的工会还差 1"):
        pass_phase(number, TOWNSHIP, Phase.SURVEY, "都报了", actor=reviewer)
    first = declare(UNION, make_people(3))
    survey, count, _ = phases(number)[TOWNSHIP]
    assert (survey.holds, survey.is_next, count.is_next) == (True, True, False)
    assert [code for code, _ in survey.gates[0].lacking] == [OTHER_UNION]
    assert (survey.ends_on, count.begins_on) == (today() + 20 * DAY, today() + 21 * DAY)

    with pytest.raises(StateRefused, match="依次"):
        pass_phase(number, TOWNSHIP, Phase.COUNT, actor=reviewer)
    pass_phase(number, TOWNSHIP, Phase.SURVEY, "摸底完成", actor=reviewer)
    with pytest.raises(StateRefused, match="依次"):
        pass_phase(number, TOWNSHIP, Phase.SURVEY, actor=reviewer)

    # The city may pass what lacks something, with the reason.
    with pytest.raises(InputRefused, match="请写明原因"):
        pass_phase(number, TOWNSHIP, Phase.COUNT, "  ", actor=city)
    with pytest.raises(InputRefused):
        pass_phase(number, TOWNSHIP, Phase.COUNT, "长" * (NOTE_LENGTH + 1), actor=city)
    pass_phase(number, TOWNSHIP, Phase.COUNT, "名册已经齐了，月底入库", actor=city)
    done = phases(number)[TOWNSHIP]
    assert [one.passing.is_override for one in done[:2]] == [False, True]

    second = send_in(make_roster(make_people(4, seed=5)), make_clerk(UNION))
    sampling.draw(second, actor=reviewer)
    drawn = [one.row.row for one in calls(db.session(), find(db.session(), second))]
    assert shorts(number)[Gate.SAMPLED] == 1
    for row in drawn:
        sampling.keep_call(second, row, actor=reviewer, result=CallResult.TRUE)
    assert shorts(number)[Gate.SAMPLED] == 0
    approve(first, actor=reviewer)
    approve(second, actor=reviewer)
    assert shorts(number) == dict.fromkeys(Gate, 0)
    pass_phase(number, TOWNSHIP, Phase.VERIFY, actor=reviewer)
    assert not any(one.is_next for one in phases(number)[TOWNSHIP])

    told = entries(db.session(), COUNTY, action="campaign.pass", limit=9)
    assert [one.detail["overridden"] for one in told] == [False, True, False]
    assert told[1].detail["note"] == "名册已经齐了，月底入库"


def test_nobody_passes_elsewhere_or_out_of_turn(small_register):
    city = make_actor(Role.AUDITOR, COUNTY)
    number = begin(city, pilot=[FAR])
    declare(UNION, make_people(2))
    with pytest.raises(StateRefused, match="没有启动"):
        pass_phase(number, TOWNSHIP, Phase.SURVEY, "原因", actor=city)
    turns.start(number, [TOWNSHIP], actor=city)
    for actor, unit, refusal in (
        (make_reviewer(FAR), TOWNSHIP, NotFound),
        (make_clerk(), UNION, Forbidden),
        (make_clerk(), TOWNSHIP, NotFound),
    ):
        with pytest.raises(refusal):
            pass_phase(number, unit, Phase.SURVEY, "原因", actor=actor)
    with pytest.raises(NotFound):
        pass_phase(begin_verification(city), TOWNSHIP, Phase.SURVEY, "原因", actor=city)
    campaigns.close(number, actor=city)
    with pytest.raises(StateRefused, match="已结束"):
        pass_phase(number, TOWNSHIP, Phase.SURVEY, "原因", actor=city)
    assert phases(number)[TOWNSHIP][0].passing is None
