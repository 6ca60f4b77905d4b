"""Invented persons: nobody real, sound in every number, the same each time."""

from collections import Counter
from datetime import date
from random import Random

from registry.codes.lists import code_list
from registry.identity.divisions import was_ever_issued
from registry.identity.documents import judge_documents
from registry.identity.mobile import is_mobile
from registry.identity.names import is_unusual
from registry.identity.resident_id import born_on, sex
from seeds.people import AS_OF, YUHUAN, People, origins

COUNT = 3000
PEOPLE = People(Random(331083)).some(COUNT)


def test_the_same_seed_gives_the_same_persons():
    again = People(Random(331083))
    assert [again.one() for _ in range(20)] == PEOPLE[:20]


def test_numbers_and_mobiles_are_sound_and_nobodys_twice():
    numbers = [person.number for person in PEOPLE]
    judged = judge_documents(numbers, [None] * COUNT, AS_OF)
    assert [one.problems for one in judged] == [()] * COUNT
    assert len(set(numbers)) == COUNT
    assert all(is_mobile(person.mobile) for person in PEOPLE)
    assert len({person.mobile for person in PEOPLE}) == COUNT


def test_numbers_agree_with_the_person():
    for person in PEOPLE:
        assert (born_on(person.number), sex(person.number)) == (person.born_on, person.sex)


def test_everybody_is_of_working_age():
    youngest, oldest = date(2008, 1, 3), date(1969, 1, 1)
    assert all(oldest <= person.born_on <= youngest for person in PEOPLE)


def test_sequence_numbers_are_as_any_other():
    """No range of their own that real numbers do not have: every hundred occurs."""
    assert len(Counter(person.number[14] for person in PEOPLE)) == 10


def test_yuhuan_has_had_three_codes():
    local = [person for person in PEOPLE if person.is_local]
    assert {person.number[:6] for person in local} == {"332627", "331021", "331083"}
    assert 0.5 < len(local) / COUNT < 0.7


def test_codes_and_names_are_known():
    assert all(person.ethnicity in code_list("ethnicity") for person in PEOPLE)
    assert all(person.education in code_list("education") for person in PEOPLE)
    assert not any(is_unusual(person.full_name) for person in PEOPLE)


def test_names_show_what_a_register_must_bear():
    names = [person.full_name for person in PEOPLE]
    assert any("·" in name for name in names)
    assert any(ord(character) > 0xFFFF for name in names for character in name)
    assert any(len(name) == 2 for name in names)


def test_every_origin_is_a_division_that_was_issued():
    assert all(was_ever_issued(origin.code) for origin in origins())
    assert all(origin.since < origin.until for origin in origins())
    assert all(
        code_list("ethnicity").label(origin.minority) for origin in origins() if origin.share
    )


def test_there_is_an_origin_for_every_year():
    for year in range(1969, 2009):
        given_out = max(year, 1985)
        homes = {o.region == YUHUAN for o in origins() if o.since <= given_out < o.until}
        assert homes == {True, False}
