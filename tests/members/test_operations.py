"""A full number is seen with a reason, by who may, and never without a trace."""

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound
from registry.identity.mask import Sight
from registry.members import looks
from registry.members.operations import look_up, open_member
from registry.members.queries import members_of, record_of
from registry.members.seeing import Field, Why
from registry.review.operations import approve
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY


@pytest.fixture
def person(small_register):
    """A member of the union."""
    (person,) = make_people(1)
    approve(send_in(make_roster([person]), make_clerk()), actor=make_reviewer())
    return person


def member_id():
    return members_of(db.session(), COUNTY, UNION, Sight.OWN_UNION)[0].member_id


def show(field, why, actor):
    return open_member(COUNTY, member_id(), field, actor=actor, why=why)


def looked():
    key = record_of(db.session(), COUNTY, member_id(), Sight.COUNTY).person_key
    return looks.at_member(db.session(), COUNTY, UNION, key)


def test_who_saw_whom_and_why_is_for_the_union_to_read(person):
    reviewer = make_reviewer()
    seen = show(Field.DOCUMENT, Why("VERIFY", "  看原件 "), reviewer)

    assert seen.values == (person.number,)
    (look,) = looked()
    assert (look.who, look.account) == (reviewer.display_name, reviewer.name)
    assert (look.reason, look.what) == ("核对本人证件：看原件", "查看完整证件号码")
    assert look.unit == "试验3001镇工会"
    (of_union,) = looks.in_union(db.session(), COUNTY, UNION, Sight.OWN_UNION)
    assert (of_union.member_id, of_union.member_name) == (member_id(), person.full_name)
    (masked,) = looks.in_union(db.session(), COUNTY, UNION, Sight.COUNTY)
    assert person.full_name not in masked.member_name


def test_looks_go_on_page_by_page(person):
    for reason in ("一", "二", "三"):
        show(Field.MOBILE, Why("OTHER", reason), make_reviewer())
    first = looks.in_union(db.session(), COUNTY, UNION, Sight.COUNTY, limit=2)
    rest = looks.in_union(db.session(), COUNTY, UNION, Sight.COUNTY, before=first[-1].number)
    assert [look.reason for look in (*first, *rest)] == ["其他：三", "其他：二", "其他：一"]
    assert looks.in_union(db.session(), COUNTY, OTHER_UNION, Sight.COUNTY) == []


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (Why(""), "reason.missing"),
        (Why("CURIOUS", "看看"), "reason.missing"),
        (Why("OTHER", "   "), "reason.missing"),
        (Why("VERIFY", "字" * 201), "reason.too_long"),
        (Why("CONTACT", "本人来电 139-0576-0001"), "reason.number"),
        (Why("OTHER", "331083 19900307 1234"), "reason.number"),
    ],
)
def test_no_reason_no_number(person, why, code):
    with pytest.raises(InputRefused) as refused:
        show(Field.MOBILE, why, make_reviewer())
    assert refused.value.code == code
    assert entries(db.session(), COUNTY, action="member.open") == []


def test_who_may_not_does_not_see(person):
    for actor, error in (
        (make_clerk(OTHER_UNION), NotFound),
        (make_reviewer("331083002"), NotFound),
        (make_actor(Role.AUDITOR, COUNTY), Forbidden),
        (make_actor(Role.ADMINISTRATOR, COUNTY), Forbidden),
        (make_actor(Role.LOG_KEEPER, COUNTY), Forbidden),
    ):
        with pytest.raises(error):
            show(Field.MOBILE, Why("VERIFY"), actor)
    assert looked() == []


def test_a_stranger_of_another_union_is_not_known_here(person):
    with pytest.raises(NotFound):
        look_up(person.number, actor=make_clerk(OTHER_UNION))
    with pytest.raises(NotFound):
        open_member(COUNTY, 999, Field.MOBILE, actor=make_reviewer(), why=Why("VERIFY"))
    found = look_up(f" {person.number.lower()} ", actor=make_clerk())
    assert found.line.member_id == member_id()
