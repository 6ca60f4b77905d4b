"""One bit about a person, the same way for everybody, on the trail without the number."""

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.errors import Busy, Forbidden, InputRefused
from registry.members import eligibility
from registry.members.models import Person
from registry.review.operations import approve
from registry.trail.queries import entries
from registry.vault.vault import PERSON, vault
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in
from tests.factories.statements import asked_statements
from tests.factories.tokens import make_token
from tests.factories.unions import COUNTY, TOWNSHIP

ANNA, BEN, CARL = make_people(3)
RESIDENT = "01"


@pytest.fixture
def city(register):
    """The county's auditor, two members known, one person never seen."""
    admit(make_roster([ANNA, BEN]))
    actor = make_actor(Role.AUDITOR, COUNTY)
    make_token(actor)
    return actor


def admit(roster):
    number = send_in(roster, make_clerk())
    approve(number, actor=make_reviewer())


def leave(person, change="退会"):
    admit(make_roster([person], {0: {"change": change, "changed_on": "2025-01-02"}}))


def ask(city, person, *, name=None, number=None, kind=RESIDENT):
    said = (kind, number or person.number, name or person.full_name)
    return eligibility.ask(*said, actor=city, token_id=1)


def test_a_member_in_work_under_their_own_name(city):
    assert ask(city, ANNA) is True
    assert ask(city, ANNA, kind="居民身份证") is True
    assert ask(city, ANNA, number=f" {ANNA.number.lower()} ", name=f" {ANNA.full_name}") is True


def test_no_for_whoever_is_not(city):
    assert ask(city, CARL) is False
    assert ask(city, ANNA, name=BEN.full_name) is False
    assert ask(city, ANNA, name=ANNA.full_name[0]) is False
    leave(BEN)
    assert ask(city, BEN) is False


def test_no_for_who_only_keeps_the_membership(city):
    leave(BEN, "保留会籍")
    assert ask(city, BEN) is False


def test_no_for_a_member_of_another_county(city):
    elsewhere = make_actor(Role.AUDITOR, "331082")
    make_token(elsewhere)
    assert ask(elsewhere, ANNA) is False


def test_a_number_that_was_corrected_leads_to_the_person(city):
    key = vault().keyed_hash(PERSON, f"01:{ANNA.number}")
    wrong = vault().keyed_hash(PERSON, f"01:{CARL.number}")
    db.session.add(Person(key=wrong, same_as=key))
    db.session.commit()
    assert ask(city, ANNA, number=CARL.number) is True
    assert ask(city, CARL) is False


def test_the_way_to_each_answer_is_the_same(city):
    leave(BEN)
    ways = []
    for person, name in ((ANNA, None), (ANNA, "另一个"), (BEN, None), (CARL, None)):
        with asked_statements() as asked:
            ask(city, person, name=name)
        ways.append([statement for statement, _ in asked])
    assert ways[0] == ways[1] == ways[2] == ways[3]


def test_the_trail_tells_who_asked_about_which_hash(city):
    ask(city, ANNA)
    ask(city, CARL)
    said = entries(db.session(), COUNTY, action="member.eligibility")
    assert [one.detail["person"] for one in said] == [
        vault().keyed_hash(PERSON, f"01:{one.number}").hex() for one in (CARL, ANNA)
    ]
    assert {(one.actor_name, one.result, one.detail["token"]) for one in said} == {
        (city.name, "done", 1)
    }
    for secret in (ANNA.number, ANNA.full_name, CARL.full_name):
        assert secret not in repr(said)


def test_a_token_asks_so_often_in_a_day(city, register):
    register.config["ELIGIBILITY_PER_DAY"] = 2
    assert [ask(city, ANNA), ask(city, CARL)] == [True, False]
    with pytest.raises(Busy) as refused:
        ask(city, ANNA)
    assert refused.value.code == "eligibility.quota"
    assert len(entries(db.session(), COUNTY, action="member.eligibility")) == 2


@pytest.mark.parametrize(
    ("kind", "number", "name", "code"),
    [
        ("护身符", ANNA.number, ANNA.full_name, "eligibility.kind"),
        ("", ANNA.number, ANNA.full_name, "eligibility.kind"),
        (RESIDENT, "  ", ANNA.full_name, "eligibility.number"),
        (RESIDENT, "1" * 41, ANNA.full_name, "eligibility.number"),
        (RESIDENT, ANNA.number, " ", "eligibility.name"),
        (RESIDENT, ANNA.number, "字" * 51, "eligibility.name"),
    ],
)
def test_what_cannot_be_asked_is_refused(city, kind, number, name, code):
    with pytest.raises(InputRefused) as refused:
        eligibility.ask(kind, number, name, actor=city, token_id=1)
    assert refused.value.code == code


def test_only_the_city_asks(city):
    for actor in (make_clerk(), make_actor(Role.REVIEWER, TOWNSHIP)):
        with pytest.raises(Forbidden):
            ask(actor, ANNA)
