"""The report on an incident: who saw whom between two instants, on the page too."""

from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from sqlalchemy import select

from registry.access.roles import Role
from registry.cli.main import group
from registry.clock import SHANGHAI, now
from registry.db import db
from registry.errors import RegistryError
from registry.members.models import Member
from registry.members.operations import look_up, open_member
from registry.members.roster import rows_of
from registry.members.seeing import Field, Why
from registry.privacy.incidents import Asked, instant_of, report
from registry.privacy.seeing import SEEING
from registry.privacy.taken import taken
from registry.review.operations import approve
from registry.web.trail_labels import ACTIONS
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
from tests.factories.statements import counted_statements
from tests.factories.trail import make_long_trail
from tests.factories.unions import COUNTY

MOMENT = timedelta(microseconds=1)


def asked(since, until, **more):
    return report(db.session(), Asked(COUNTY, since, until, **more))


def test_who_saw_whom_is_counted_and_nobody_named(register):
    clerk, reviewer, city = make_clerk(), make_reviewer(), make_actor(Role.AUDITOR, COUNTY)
    people = make_people(3)
    approve(send_in(make_roster(people), clerk), actor=reviewer)
    first, second = db.session.scalars(select(Member.id).order_by(Member.id)).all()[:2]
    before = now()
    for member in (first, second, second):
        open_member(COUNTY, member, Field.MOBILE, actor=clerk, why=Why("VERIFY"))
    with pytest.raises(RegistryError):
        open_member(COUNTY, first, Field.MOBILE, actor=city, why=Why("VERIFY"))
    middle = now()
    rows_of(UNION, actor=clerk)
    look_up(people[0].number, actor=city)
    after = now() + MOMENT

    found = asked(before, after)
    assert (found.total.looks, found.total.persons) == (4, 2)
    assert (found.total.files, found.total.people_in_files) == (1, 3)
    lines = {one.name: (one.label, one.looks, one.persons) for one in found.accounts.values()}
    assert lines == {
        clerk.name: (clerk.display_name, 3, 2),
        city.name: (city.display_name, 1, 1),
    }
    assert found.places[UNION].looks == 4
    (file,) = found.files
    assert (file.action, file.account, file.people) == ("roster.blank", clerk.name, 3)
    assert asked(before, middle).total.looks == 3
    assert asked(middle, after, account=city.name).total.looks == 1
    assert asked(middle, after, place="331083002").accounts == {}
    # The union resolves the file to its members, and no other union does.
    members = taken(db.session(), UNION, file.entry, actor=clerk).members
    assert {one.name for one in members} == {one.full_name for one in people}
    assert not any(people[0].number in str(one) for one in members)
    for union, entry in ((UNION, 1), (UNION, 99_999), (OTHER_UNION, file.entry)):
        with pytest.raises(RegistryError, match="留痕第"):
            taken(db.session(), union, entry, actor=city)
    with pytest.raises(RegistryError):
        taken(db.session(), UNION, file.entry, actor=make_clerk(OTHER_UNION))
    document = str(found.to_json())
    assert "person'" not in document
    for person in people:
        assert person.full_name not in document
        assert person.number not in document


def test_times_that_are_none(small_register):
    written = datetime(2018, 7, 31, 14, 5, tzinfo=SHANGHAI)
    assert instant_of(" 2018-07-31 14:05 ") == written
    assert instant_of("2018-07-31T06:05:00+00:00") == written
    for act in (lambda: instant_of("昨天"), lambda: asked(written, written)):
        with pytest.raises(RegistryError) as error:
            act()
        assert error.value.code in ("incident.time", "incident.order")


def test_each_act_is_one_that_the_trail_knows():
    assert SEEING.keys() <= ACTIONS.keys()
    assert "incident-report" in group.commands


def test_it_reads_what_matters_of_a_long_trail(register):
    start = datetime(2018, 7, 31, tzinfo=UTC)
    acts = ["draft.edit"] * 48 + ["member.open", "row.open"]
    second = timedelta(seconds=1)
    make_long_trail(COUNTY, 40_000, acts, start, second, first=1_000)
    with counted_statements() as statements:
        begun = process_time()
        found = asked(start, start + 20_000 * second)
        assert process_time() - begun < 2
    assert found.total.looks == 800
    assert statements.count <= 4
