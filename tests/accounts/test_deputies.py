"""Deputies: who reviews for whom, from a day to a day, and not an hour or a view longer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete

from registry.access.roles import DEPUTY, Permission, Role
from registry.accounts import deputies, operations
from registry.accounts.models import AccountRole
from registry.accounts.queries import actor_of
from registry.clock import today
from registry.db import db, transaction
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.review.operations import approve
from registry.trail.queries import entries, verify
from tests.factories.accounts import make_actor
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import UNION, make_clerk, make_reviewer, make_roster, send_in
from tests.factories.unions import COUNTY, TOWNSHIP, make_union_tree

OTHER = "331083002"
DAY = timedelta(days=1)


@pytest.fixture
def two(register):
    """The reviewer of one unit, and that of another."""
    make_union_tree()
    return make_reviewer(), make_reviewer(OTHER)


def named(principal, deputy, *, first=0, days=2, actor=None):
    start = today() + first * DAY
    last = start + (days - 1) * DAY
    ids = (principal.account_id, deputy.account_id)
    return deputies.name(*ids, start, last, actor=actor or principal)


def as_deputy(deputy, number):
    db.session.rollback()
    found = deputies.acting(db.session(), actor_of(db.session(), deputy.account_id), number)
    return found[0] if found else None


def test_a_deputy_reviews_there_under_the_own_name_and_the_trail_says_for_whom(two):
    principal, deputy = two
    number = send_in(make_roster(make_people(2)), make_clerk())
    with pytest.raises(NotFound):
        approve(number, actor=deputy)
    acting = as_deputy(deputy, named(principal, deputy))
    assert approve(number, actor=acting).decided == 2
    [entry] = entries(db.session(), COUNTY, action="review.approve")
    assert entry.actor_name == deputy.name
    assert entry.detail["deputy_for"] == f"{principal.display_name}（试验3001镇工会）"
    assert verify(db.session())[1] == []


def test_it_lasts_from_the_first_to_the_last_day_in_shanghai(two, monkeypatch):
    principal, deputy = two
    set_clock(monkeypatch, datetime(2018, 7, 31, 4, 0, tzinfo=UTC))
    number = named(principal, deputy, first=1, days=2)
    for at, holds in (
        (datetime(2018, 7, 31, 15, 59, tzinfo=UTC), False),
        (datetime(2018, 7, 31, 16, 0, tzinfo=UTC), True),
        (datetime(2018, 8, 2, 15, 59, tzinfo=UTC), True),
        (datetime(2018, 8, 2, 16, 0, tzinfo=UTC), False),
    ):
        set_clock(monkeypatch, at)
        assert (as_deputy(deputy, number) is not None) is holds, at


def test_only_what_reviewing_takes_and_only_there(two):
    principal, deputy = two
    acting = as_deputy(deputy, named(principal, deputy))
    assert {one for one in Permission if acting.has(one)} == DEPUTY
    assert (acting.place, acting.path) == (principal.place, principal.path)


def test_four_eyes_are_by_account(two):
    _, deputy = two
    both = make_actor([Role.CLERK, Role.REVIEWER], UNION)
    principal = make_reviewer()
    number = send_in(make_roster(make_people(1)), both)
    acting = as_deputy(deputy, named(principal, deputy))
    with pytest.raises(Forbidden):
        approve(number, actor=replace(acting, account_id=both.account_id))


def test_no_chain(two):
    principal, deputy = two
    third = make_reviewer(OTHER)
    acting = as_deputy(deputy, named(principal, deputy))
    with pytest.raises(Forbidden):
        named(principal, third, actor=acting)
    with pytest.raises(NotFound):
        named(principal, third, actor=deputy)
    with pytest.raises(NotFound):
        deputies.end(1, actor=acting)


@pytest.mark.parametrize("ends", ["principal", "deputy", "administrator"])
def test_it_is_ended_at_once(two, ends):
    principal, deputy = two
    actors = {
        "principal": principal,
        "deputy": deputy,
        "administrator": make_actor(Role.ADMINISTRATOR, COUNTY),
    }
    number = named(principal, deputy)
    deputies.end(number, actor=actors[ends])
    assert as_deputy(deputy, number) is None
    with pytest.raises(StateRefused) as refused:
        deputies.end(number, actor=principal)
    assert refused.value.code == "deputy.over"


def test_others_end_nothing(two):
    principal, deputy = two
    number = named(principal, deputy)
    for actor in (make_reviewer(), make_actor(Role.AUDITOR, COUNTY)):
        with pytest.raises(NotFound):
            deputies.end(number, actor=actor)
    assert as_deputy(deputy, number)


def test_the_administrator_names_for_who_is_ill_and_nobody_else_does(two):
    principal, deputy = two
    assert named(principal, deputy, actor=make_actor(Role.ADMINISTRATOR, COUNTY))
    for actor in (make_reviewer(), make_actor(Role.AUDITOR, COUNTY), make_clerk()):
        with pytest.raises((Forbidden, NotFound)):
            named(principal, make_reviewer(OTHER), actor=actor)


@pytest.mark.parametrize("whose", [0, 1])
@pytest.mark.parametrize("act", ["lock", "role"])
def test_what_is_lent_is_gone_with_what_it_was_lent_from(two, whose, act):
    principal, deputy = two
    number = named(principal, deputy)
    administrator = make_actor(Role.ADMINISTRATOR, COUNTY)
    account = two[whose].account_id
    if act == "lock":
        operations.lock(account, actor=administrator)
        assert deputies.held(db.session(), deputy) == []
    else:
        _take_role(account)
        assert as_deputy(deputy, number) is None


def _take_role(account):
    with transaction() as session:
        session.execute(delete(AccountRole).where(AccountRole.account_id == account))


@pytest.mark.parametrize(
    ("first", "days", "code"),
    [(-1, 3, "deputy.past"), (0, 0, "deputy.days"), (0, 93, "deputy.long")],
)
def test_days_that_cannot_be(two, first, days, code):
    with pytest.raises(InputRefused) as refused:
        named(*two, first=first, days=days)
    assert refused.value.code == code


def test_persons_that_cannot_be(two):
    principal, _ = two
    same, county = make_reviewer(), make_reviewer(COUNTY)
    for deputy, code in (
        (principal, "deputy.needless"),
        (same, "deputy.needless"),
        (county, "deputy.needless"),
        (make_clerk(), "deputy.role"),
        (make_actor(Role.AUDITOR, COUNTY), "deputy.role"),
    ):
        with pytest.raises(InputRefused) as refused:
            named(principal, deputy)
        assert refused.value.code == code


def test_the_same_days_twice_are_refused_and_others_are_not(two):
    named(*two, first=2, days=3)
    with pytest.raises(StateRefused) as refused:
        named(*two, first=4, days=5)
    assert refused.value.code == "deputy.overlap"
    assert named(*two, first=5, days=1)


def test_the_list_of_a_unit_holds_its_own(two):
    principal, deputy = two
    named(principal, deputy)
    here = deputies.deputies(db.session(), COUNTY, principal.path)
    assert [(one.principal_id, one.deputy_id) for one in here] == [
        (principal.account_id, deputy.account_id)
    ]
    assert deputies.deputies(db.session(), COUNTY, deputy.path) == []
    assert here[0].is_on(today()) and not here[0].is_over(today())
    assert here[0].place == TOWNSHIP
