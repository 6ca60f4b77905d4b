"""A union's explanation asked for, given, accepted or asked for again, and how long it holds."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from registry.access.roles import Role
from registry.clock import today
from registry.db import db, transaction
from registry.discrepancies import explaining
from registry.discrepancies.flags import Flag, Sides
from registry.discrepancies.marks import marked, unasked, waiting
from registry.discrepancies.states import ExplanationState, Stage
from registry.errors import RegistryError
from registry.members import tallies
from registry.trail.queries import entries
from registry.unions import queries as unions
from registry.unions.models import TradeUnion
from registry.unions.operations import declare_headcount
from tests.factories.accounts import make_actor
from tests.factories.at_once import at_once
from tests.factories.clock import set_clock
from tests.factories.rosters import OTHER_UNION, UNION, make_clerk, make_reviewer
from tests.factories.unions import COUNTY, TOWNSHIP

START = datetime(2025, 3, 3, 4, tzinfo=UTC)
FAR = "3310830020001"
SAID = "劳务派遣 2 人在我们这里入会。"


def set_figures(union, *, employees=None, members=0):
    """Declare employees, and add to the members of a union."""
    clerk = make_clerk(union)
    with transaction() as session:
        if employees is not None:
            found = unions.find(session, union)
            declare_headcount(session, found, employees, today(), actor=clerk)
        tallies.add(session, COUNTY, union, today(), active=members)


@pytest.fixture
def people(monkeypatch):
    """The clerk, the reviewer and the city, once there is a register; two unions have more members
    than employees.
    """

    def begin():
        set_clock(monkeypatch, START)
        clerk = make_clerk()
        set_figures(UNION, employees=10, members=12)
        set_figures(OTHER_UNION, employees=10, members=11)
        return clerk, make_reviewer(), make_actor(Role.AUDITOR, COUNTY)

    return begin


def stages(union=UNION, on=None):
    db.session.rollback()
    found = marked(db.session(), unions.find(db.session(), COUNTY), on or today())
    return {mark.flag: mark.stage for line, marks in found if line.code == union for mark in marks}


def counted(state=ExplanationState.ASKED):
    """How many unions have a grave flag that nobody asked about, and which explanations hold."""
    county = unions.find(db.session(), COUNTY)
    told = waiting(db.session(), county, today(), state)
    return unasked(db.session(), county, today()), {code: len(all_) for code, all_ in told.items()}


def refused(code, act, *details, **more):
    with pytest.raises(RegistryError) as error:
        act(*details, **more)
    assert error.value.code == code
    return error.value


def test_asked_answered_returned_accepted_and_outgrown(register, people, monkeypatch):
    clerk, reviewer, city = people()
    assert stages() == {Flag.OVER: Stage.NONE}
    assert counted() == (2, {})
    asked = explaining.ask(TOWNSHIP, [UNION, OTHER_UNION], "请核实", actor=reviewer)
    assert asked == (2, 2)
    assert stages() == {Flag.OVER: Stage.ASKED}
    assert counted() == (0, {UNION: 1, OTHER_UNION: 1})
    set_figures(UNION, members=1)  # it explains the numbers as they are when it answers
    explaining.answer(1, SAID, actor=clerk)
    assert counted(ExplanationState.ANSWERED) == (0, {UNION: 1})
    again = explaining.ask_again(1, "合同到哪天？", actor=reviewer)
    assert (again, stages()[Flag.OVER]) == (3, Stage.ASKED)
    explaining.answer(again, "到年底。", actor=clerk)
    explaining.accept(again, actor=city)
    assert stages() == {Flag.OVER: Stage.ACCEPTED}

    set_clock(monkeypatch, START + timedelta(days=400))  # for as long as the facts hold
    assert stages() == {Flag.OVER: Stage.ACCEPTED}
    assert stages(on=START.date()) == {Flag.OVER: Stage.ACCEPTED}
    set_figures(UNION, members=1)
    assert stages() == {Flag.OVER: Stage.NONE}
    assert explaining.ask(COUNTY, [UNION], actor=city) == (1, 1)
    assert stages() == {Flag.OVER: Stage.ASKED}
    [act] = entries(db.session(), COUNTY, action="explanation.ask")[:1]
    assert act.detail == {"explanation": 4, "count": 1, "unions": 1}
    assert entries(db.session(), COUNTY, action="explanation.return")[0].detail["again"] == 3


def test_what_is_refused(register, people):
    clerk, reviewer, city = people()
    ask, answer, accept = explaining.ask, explaining.answer, explaining.accept
    refused("explanation.nobody", ask, TOWNSHIP, [], actor=reviewer)
    refused("text.too_long", ask, TOWNSHIP, [UNION], "长" * 501, actor=reviewer)
    refused("text.number", ask, TOWNSHIP, [UNION], "电话 13800138000", actor=reviewer)
    refused("explanation.union", ask, TOWNSHIP, [UNION, FAR], actor=reviewer)
    refused("place.unknown", ask, COUNTY, [UNION], actor=reviewer)
    refused("permission.missing", ask, UNION, [UNION], actor=clerk)
    refused("explanation.not_flagged", ask, COUNTY, [FAR], actor=city)
    drops = (Flag.MEMBERS_DROP,)
    refused("explanation.not_flagged", ask, COUNTY, [UNION], flags=drops, actor=city)
    with transaction() as session:
        preparing = update(TradeUnion).where(TradeUnion.code == OTHER_UNION)
        session.execute(preparing.values(status="preparing", formed_on=None))
    refused("explanation.union", ask, TOWNSHIP, [OTHER_UNION], actor=reviewer)

    ask(COUNTY, [UNION], actor=city)
    refused("explanation.asked", ask, TOWNSHIP, [UNION], actor=reviewer)
    refused("text.missing", answer, 1, " ", actor=clerk)
    refused("text.too_long", answer, 1, "长" * 501, actor=clerk)
    refused("explanation.unknown", answer, 9, SAID, actor=clerk)
    refused("place.unknown", answer, 1, SAID, actor=make_clerk(OTHER_UNION))
    refused("permission.missing", answer, 1, SAID, actor=reviewer)
    refused("explanation.state", accept, 1, actor=city)
    answer(1, SAID, actor=clerk)
    refused("explanation.state", answer, 1, SAID, actor=clerk)
    refused("permission.missing", accept, 1, actor=clerk)
    refused("explanation.city", accept, 1, actor=reviewer)
    refused("text.missing", explaining.ask_again, 1, "", actor=city)
    set_figures(UNION, members=1)
    refused("explanation.outgrown", accept, 1, actor=city)
    set_figures(UNION, employees=20)
    refused("explanation.gone", accept, 1, actor=city)
    assert stages() == {}


def test_nobody_accepts_their_own_words_and_two_at_once_do_one_thing(register, people):
    _, reviewer, _ = people()
    both = make_actor([Role.CLERK, Role.REVIEWER], TOWNSHIP)
    answers = at_once(
        register,
        lambda: explaining.ask(TOWNSHIP, [UNION], actor=reviewer),
        lambda: explaining.ask(TOWNSHIP, [UNION, OTHER_UNION], actor=both),
    )
    assert sum(one.explanations for one in answers if isinstance(one, tuple)) == 2
    mine = next(
        mark.explanation.id
        for line, marks in marked(db.session(), unions.find(db.session(), UNION), today())
        for mark in marks
    )
    explaining.answer(mine, SAID, actor=both)
    refused("explanation.own", explaining.accept, mine, actor=both)
    decided = at_once(
        register,
        lambda: explaining.accept(mine, actor=reviewer),
        lambda: explaining.ask_again(mine, "为什么？", actor=reviewer),
    )
    assert [one.code for one in decided if isinstance(one, RegistryError)] == ["explanation.state"]


def test_a_drop_is_explained_until_its_days_are_over(register, people, monkeypatch):
    *_, city = people()
    set_figures(FAR, employees=40, members=30)
    later = START + timedelta(days=100)
    set_clock(monkeypatch, later)
    set_figures(FAR, members=-10)
    assert stages(FAR) == {Flag.MEMBERS_DROP: Stage.NONE}
    assert counted() == (3, {})
    explaining.ask(COUNTY, [FAR], actor=city)
    explaining.answer(1, "厂房搬走。", actor=make_clerk(FAR))
    explaining.accept(1, actor=city)
    assert stages(FAR) == {Flag.MEMBERS_DROP: Stage.ACCEPTED}
    set_clock(monkeypatch, later + timedelta(days=95))
    set_figures(FAR, members=-5)  # fewer than were explained, but not those
    assert stages(FAR) == {Flag.MEMBERS_DROP: Stage.NONE}


@pytest.mark.parametrize(
    ("now", "then", "holds"),
    [((10, 12), (10, 12), True), ((10, 13), (10, 12), False), ((12, 10), (10, 12), False)],
)
def test_how_far_an_explanation_reaches(now, then, holds):
    assert Sides(*now).within(Sides(*then)) is holds
