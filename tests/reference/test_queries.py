"""The two work lists: what each place sees, and what it does not."""

import pytest
from sqlalchemy import select

from registry.db import db
from registry.errors import NotFound
from registry.identity.mask import Sight
from registry.reference import queries
from registry.reference.models import ReferencePerson
from registry.review.operations import approve
from registry.unions.queries import find
from tests.factories.people import make_people
from tests.factories.reference import load_base
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY

PEOPLE = make_people(8)


def admit(people, union=UNION):
    approve(send_in(make_roster(people), make_clerk(union), union=union), actor=make_reviewer())


def base(union=UNION, sight=Sight.TOWNSHIP, **more):
    lines = queries.not_members(db.session(), find(db.session(), union), sight, **more)
    return [line.name for line in lines]


def register_of(union=UNION, sight=Sight.TOWNSHIP, **more):
    lines = queries.not_in_base(db.session(), find(db.session(), union), sight, **more)
    return [line.name for line in lines]


def names(people):
    return [one.full_name for one in people]


def test_who_is_in_the_one_and_not_in_the_other(register):
    load_base(PEOPLE[:5])
    admit(PEOPLE[3:])
    assert base() == names(PEOPLE[:3])
    assert register_of() == names(PEOPLE[5:])
    assert base(OTHER_UNION) == register_of(OTHER_UNION) == []


def test_who_is_a_member_elsewhere_is_not_missing(register):
    load_base(PEOPLE[:4])
    admit(PEOPLE[:2], OTHER_UNION)
    assert base() == names(PEOPLE[2:4])
    counts = queries.counts_of(db.session(), COUNTY, UNION)
    assert counts.missing == 2


def test_a_union_does_not_learn_who_stands_under_another(register):
    load_base(PEOPLE[:2], OTHER_UNION)
    load_base(PEOPLE[2:4], UNION)
    admit(PEOPLE[:6], UNION)
    own = register_of(sight=Sight.OWN_UNION)
    assert own == names(PEOPLE[:2] + PEOPLE[4:6])
    assert register_of(sight=Sight.TOWNSHIP) == names(PEOPLE[4:6])
    assert base(UNION, Sight.OWN_UNION) == []


def test_lists_are_paged_by_key(register):
    load_base(PEOPLE)
    union = find(db.session(), UNION)
    first = queries.not_members(db.session(), union, Sight.TOWNSHIP, limit=5)
    rest = queries.not_members(db.session(), union, Sight.TOWNSHIP, after=first[-1].id, limit=5)
    assert [line.name for line in (*first, *rest)] == names(PEOPLE)


def test_masks_follow_the_place(register):
    load_base(PEOPLE[:1])
    number, name = PEOPLE[0].number, PEOPLE[0].full_name
    union = find(db.session(), UNION)
    shown = {
        sight: queries.not_members(db.session(), union, sight)[0]
        for sight in (Sight.OWN_UNION, Sight.TOWNSHIP, Sight.COUNTY)
    }
    assert shown[Sight.OWN_UNION].document == number[:4] + "*" * 13 + number[-1]
    assert shown[Sight.TOWNSHIP].document == number[:4] + "*" * 14
    assert shown[Sight.TOWNSHIP].name == name
    assert shown[Sight.COUNTY].name == name[0] + "*" * (len(name) - 1)


def test_names_that_are_no_union_are_counted(register):
    load_base(PEOPLE[:3], "没有这家公司")
    load_base(PEOPLE[3:4], "也没有这家")
    load_base(PEOPLE[4:5])
    assert queries.unplaced(db.session(), COUNTY) == [("没有这家公司", 3), ("也没有这家", 1)]


def test_a_load_that_is_not_there_is_not_found(small_register):
    with pytest.raises(NotFound):
        queries.load_of(db.session(), COUNTY, 1)


def test_loads_are_listed_the_last_first(small_register):
    numbers = [load_base(PEOPLE[:count]) for count in (1, 2, 3)]
    assert [one.id for one in queries.loads(db.session(), COUNTY)] == numbers[::-1]
    assert [one.id for one in queries.loads(db.session(), COUNTY, before=numbers[2])] == numbers[
        1::-1
    ]


def test_no_number_stands_in_clear(register):
    load_base(PEOPLE)
    for row in db.session.execute(select(ReferencePerson.__table__)):
        said = " ".join(str(cell) for cell in row if not isinstance(cell, bytes))
        sealed = b"".join(cell for cell in row if isinstance(cell, bytes))
        for one in PEOPLE:
            assert one.number not in said and one.mobile not in said
            assert one.number.encode() not in sealed and one.mobile.encode() not in sealed
