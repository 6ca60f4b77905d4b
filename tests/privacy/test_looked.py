"""Whom a file for the higher federation told of: found by person, told to the union, counted."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.clock import now
from registry.db import db, transaction
from registry.errors import NotFound
from registry.exchange import operations
from registry.identity.mask import SHOWN_AS, Sight
from registry.members import restricting
from registry.privacy import looked, trailed
from registry.privacy.incidents import Asked, report
from registry.privacy.taken import taken
from registry.review.operations import approve
from tests.factories.accounts import make_actor
from tests.factories.doubts import member_of
from tests.factories.exchange import filled
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

PEOPLE = make_people(4)
STRANGER = make_people(1, seed=7)[0]


def seen_in(union):
    return looked.in_union(db.session(), COUNTY, union, Sight.OWN_UNION)


def test_a_file_for_the_higher_federation_is_told_of_by_whom_it_held(register):
    register.config["EXCHANGE_ROWS"] = 3
    clerk, reviewer = make_clerk(), make_reviewer()
    city, keeper = make_actor(Role.AUDITOR, COUNTY), make_actor(Role.LOG_KEEPER, COUNTY)
    approve(send_in(make_roster(PEOPLE[:3]), clerk), actor=reviewer)
    other = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(PEOPLE[3:]), other, union=OTHER_UNION), actor=reviewer)
    number = filled(city)
    before = now()
    operations.download(number, 1, actor=city)
    operations.download(number, 1, actor=city)
    after = now() + timedelta(seconds=1)

    # The log keeper finds the file by a person in it, and by nobody else.
    acts = [one.action for one in trailed.search(PEOPLE[0].number, actor=keeper).files]
    assert acts == ["exchange.download", "exchange.download", "exchange.make"]
    acts = [one.action for one in trailed.search(PEOPLE[3].number, actor=keeper).files]
    assert acts == ["exchange.make"]  # in the batch, in the file that nobody took
    assert trailed.search(STRANGER.number, actor=keeper).files == []

    # The union reads who took it, and resolves it to its own members.
    look, again = seen_in(UNION)
    assert (look.is_file, look.account, look.member_id) == (True, city.name, None)
    assert "第 1 批第 1 个" in look.what
    assert seen_in(OTHER_UNION) == []
    assert looked.in_union(db.session(), COUNTY, UNION, Sight.OWN_UNION, before=look.number) == [
        again
    ]
    member = member_of(PEOPLE[0].full_name)
    of_member = looked.at_member(db.session(), COUNTY, UNION, member.id, member.person_key)
    assert [one.number for one in of_member] == [look.number, again.number]
    with transaction() as session:
        restricting.mark(session, COUNTY, member.id, now())
    names = [one.name for one in taken(db.session(), UNION, look.number, actor=clerk).members]
    assert (len(names), names.count(SHOWN_AS)) == (3, 1)
    with pytest.raises(NotFound):
        taken(db.session(), OTHER_UNION, look.number, actor=other)

    # The report on an incident counts them at their unions; nobody is left out for a restriction.
    found = report(db.session(), Asked(COUNTY, before, after))
    shares = {code: (one.files, one.people_in_files) for code, one in found.places.items()}
    assert shares == {UNION: (2, 6)}
    assert (found.total.files, found.total.people_in_files) == (2, 6)
    assert found.accounts[city.name].people_in_files == 6
    assert report(db.session(), Asked(COUNTY, before, after, place=OTHER_UNION)).files == []
    (one, _) = report(db.session(), Asked(COUNTY, before, after, place=UNION)).files
    assert (one.people, one.reason) == (3, "按要求向上级报送")
    whole = report(db.session(), Asked(COUNTY, before, after, place=COUNTY))
    assert whole.total.people_in_files == 6
    assert not report(db.session(), Asked(COUNTY, before, after, place=TOWNSHIP)).files
