"""Answers published as help: by the city, for everybody, without names."""

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.questions import operations, publishing, queries
from registry.questions.publishing import Written
from registry.unions.queries import find
from tests.factories.accounts import make_actor
from tests.factories.rosters import UNION, make_clerk, make_reviewer
from tests.factories.unions import COUNTY, make_union

WRITTEN = Written("校验码怎么算？", "按前十七位算出来，对不上就是写错了。")


@pytest.fixture
def city(register):
    return make_actor(Role.AUDITOR, COUNTY)


@pytest.fixture
def answered(city):
    """An answered question of a rule."""
    number = operations.ask(UNION, "校验码是什么", actor=make_clerk(), rule="document.checksum")
    operations.answer(number, "请看原件。", actor=make_reviewer())
    return number


def published(**which):
    return queries.published(db.session(), COUNTY, **which)


def test_everybody_reads_it_until_it_is_taken_back(city, answered):
    entry = publishing.publish(answered, WRITTEN, actor=city)
    publishing.publish(answered, WRITTEN, actor=city, with_rule=False)
    assert [(one.question, one.answer) for one in published()] == [WRITTEN, WRITTEN]
    assert [one.id for one in published(rule="document.checksum")] == [entry]
    assert published(rule="mobile.format") == []
    publishing.unpublish(entry, actor=city)
    assert [one.rule for one in published()] == [None]
    with pytest.raises(StateRefused):
        publishing.unpublish(entry, actor=city)


def test_what_is_not_answered_is_not_published(city):
    number = operations.ask(UNION, "校验码是什么", actor=make_clerk())
    with pytest.raises(StateRefused):
        publishing.publish(number, WRITTEN, actor=city)
    with pytest.raises(NotFound):
        publishing.publish(99, WRITTEN, actor=city)
    with pytest.raises(NotFound):
        publishing.unpublish(99, actor=city)


@pytest.mark.parametrize("role", [Role.CLERK, Role.REVIEWER])
def test_only_the_city_publishes(city, answered, role):
    place = UNION if role is Role.CLERK else UNION[:9]
    with pytest.raises(Forbidden):
        publishing.publish(answered, WRITTEN, actor=make_actor(role, place))
    assert published() == []


def test_a_union_that_is_named_or_a_number_is_refused(city, answered):
    name = find(db.session(), UNION).name
    number = "138" + "00138000"
    for written, code in (
        (WRITTEN._replace(question=f"{name}问：校验码？"), "text.union"),
        (WRITTEN._replace(answer=f"像{name}那样改。"), "text.union"),
        (WRITTEN._replace(answer=f"请打 {number}"), "text.number"),
        (WRITTEN._replace(question=" "), "text.missing"),
    ):
        with pytest.raises(InputRefused) as refused:
            publishing.publish(answered, written, actor=city)
        assert refused.value.code == code
    # The federation that publishes may name itself.
    own = make_union(COUNTY).name
    publishing.publish(answered, WRITTEN._replace(answer=f"请问{own}。"), actor=city)
