"""What a list of members tells, by the place of who asks and by the day."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from registry.clock import now, today
from registry.db import db
from registry.errors import NotFound
from registry.identity.mask import Sight
from registry.members import queries
from registry.members.counts import recounted, tallied
from registry.members.models import MembershipState
from registry.members.queries import members_of, page_before, record_of, sight_of
from registry.review.operations import approve
from tests.factories.clock import set_clock
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.statements import asked_statements
from tests.factories.unions import COUNTY


def admit(people, changes=None, union=UNION):
    roster = make_roster(people, changes)
    approve(send_in(roster, make_clerk(union), union=union), actor=make_reviewer())


def listed(sight=Sight.OWN_UNION, union=UNION, **filters):
    return members_of(db.session(), COUNTY, union, sight, **filters)


@pytest.mark.parametrize(
    ("path", "sight"),
    [
        ("/331083/", Sight.COUNTY),
        ("/331083/331083001/", Sight.TOWNSHIP),
        ("/331083/331083001/3310830010001/", Sight.OWN_UNION),
        ("/", Sight.COUNTY),
    ],
)
def test_the_place_decides_the_sight(path, sight):
    assert sight_of(path) is sight


def test_masks_by_sight(small_register):
    (person,) = make_people(1)
    admit([person])
    own, township, county = (
        listed(sight)[0] for sight in (Sight.OWN_UNION, Sight.TOWNSHIP, Sight.COUNTY)
    )

    number, hidden = person.number, "*" * 13
    assert own.document == f"{number[:4]}{hidden}{number[-1]}"
    assert township.document == county.document == f"{number[:4]}{'*' * 14}"
    assert own.name == township.name == person.full_name
    assert county.name[0] == person.full_name[0]
    assert set(county.name[1:]) == {"*"}
    mobile = person.mobile
    assert {one.mobile for one in (own, township, county)} == {f"{mobile[:3]}******{mobile[-2:]}"}


def test_the_county_searches_by_surname_whatever_it_asks(small_register):
    people = make_people(12)
    admit(people)
    for person in people:
        found = listed(Sight.COUNTY, search=person.full_name)
        surname = person.full_name[0]
        assert len(found) == sum(one.full_name.startswith(surname) for one in people)
        assert [one.name for one in listed(search=person.full_name)] == [person.full_name]


@pytest.mark.parametrize("search", ["%", "_", "\\", "' OR 1=1 --"])
def test_a_search_is_text_and_no_pattern(register, search):
    admit(make_people(2))
    assert listed(search=search) == []


def test_pages_cover_everybody_once_and_lead_back(register):
    admit(make_people(25))
    everybody = [one.membership_id for one in listed(limit=100)]
    starts, seen, after = [0], [], 0
    while page := listed(after=after, limit=10):
        seen += [one.membership_id for one in page]
        after = page[-1].membership_id
        starts.append(after)
    assert seen == everybody == sorted(everybody)
    place = (db.session(), COUNTY, UNION, Sight.OWN_UNION)
    for before, after in pairwise(starts[:-1]):
        assert page_before(*place, after=after, limit=10) == before


def test_states_are_told_apart(register):
    people = make_people(4)
    admit(people)
    gone = {"change": "退会", "changed_on": "2024-10-06"}
    resting = {"change": "保留会籍", "changed_on": "2024-10-06"}
    admit(people[:2], {0: gone, 1: resting})

    def names(state=""):
        return {one.name for one in listed(state=queries.state_named(state))}

    assert names() == {one.full_name for one in people[1:]}
    assert names("ENDED") == {people[0].full_name}
    assert names("RETAINED") == {people[1].full_name}
    assert names("ACTIVE") == {one.full_name for one in people[2:]}
    assert queries.state_named("'; drop") is None


def test_of_who_left_no_more_is_told_than_that(small_register):
    people = make_people(1)
    admit(people)
    admit(people, {0: {"change": "退会", "changed_on": "2024-10-06"}})
    admit(people, {0: {"mobile": "13905769999"}}, OTHER_UNION)

    former = listed(state=queries.state_named("ENDED"))[0]

    assert (former.mobile, former.particulars) == ("", {})
    assert former.document.endswith("*" * 13 + people[0].number[-1])
    present = listed(union=OTHER_UNION)[0]
    assert present.mobile == "139******99"
    assert present.member_id == former.member_id


def test_a_record_is_that_of_the_union_asked(register):
    people = make_people(1)
    admit(people)
    member_id = listed()[0].member_id
    session = db.session()

    assert record_of(session, COUNTY, member_id, Sight.COUNTY).line.union_code == UNION
    found = record_of(session, COUNTY, member_id, Sight.OWN_UNION, union_code=UNION)
    assert [event.type for event in found.history] == ["ENTER"]
    for code, number in ((OTHER_UNION, member_id), (UNION, member_id + 99)):
        with pytest.raises(NotFound):
            record_of(session, COUNTY, number, Sight.OWN_UNION, union_code=code)


def test_a_past_day_shows_who_was_there_then_and_as_what(register, monkeypatch):
    first = datetime(2025, 3, 3, 4, tzinfo=UTC)
    people = make_people(3)
    set_clock(monkeypatch, first)
    admit(people)
    set_clock(monkeypatch, first + timedelta(days=10))
    gone = {"change": "退会", "changed_on": "2025-03-12"}
    resting = {"change": "保留会籍", "changed_on": "2025-03-12"}
    admit(people[:2], {0: gone, 1: resting})
    set_clock(monkeypatch, first + timedelta(days=20))

    def on(days):
        day = (first + timedelta(days=days)).date()
        states = {one.name: one.state.value for one in listed(on=day)}
        counts = tallied(db.session(), COUNTY, day, [UNION]).get(UNION)
        live = list(states.values())
        assert (counts is None and not live) or (
            (counts.active, counts.retained) == (live.count("ACTIVE"), live.count("RETAINED"))
        )
        return [states.get(person.full_name) for person in people]

    assert on(-1) == [None, None, None]
    assert on(0) == ["ACTIVE", "ACTIVE", "ACTIVE"]
    assert on(9) == ["ACTIVE", "ACTIVE", "ACTIVE"]
    assert on(10) == [None, "RETAINED", "ACTIVE"]
    assert on(20) == [None, "RETAINED", "ACTIVE"]


def test_the_last_hour_of_a_shanghai_day_belongs_to_it(small_register, monkeypatch):
    set_clock(monkeypatch, datetime(2025, 3, 3, 15, 59, 59, tzinfo=UTC))
    admit(make_people(1))
    day = today()
    assert day.isoformat() == "2025-03-03"
    assert len(listed(on=day)) == 1
    assert listed(on=day - timedelta(days=1)) == []


def test_tallies_are_those_of_the_unions_asked(register):
    admit(make_people(2))
    admit(make_people(3, 2), union=OTHER_UNION)
    session, day = db.session(), today()
    assert set(tallied(session, COUNTY, day)) == {UNION, OTHER_UNION}
    assert set(tallied(session, COUNTY, day, [OTHER_UNION])) == {OTHER_UNION}
    assert {code: counts[0] for code, counts in recounted(session, COUNTY, now()).items()} == {
        UNION: 2,
        OTHER_UNION: 3,
    }


def test_a_page_of_members_reads_nobody_else(small_register):
    """Of a register of millions: by the union, or by the member, never all in order."""
    admit(make_people(2))
    with asked_statements() as asked:
        first, second = listed()
        listed(after=first.membership_id, state=MembershipState.RETAINED)
        page_before(
            db.session(), COUNTY, UNION, Sight.OWN_UNION, after=second.membership_id, limit=1
        )
        record_of(db.session(), COUNTY, first.member_id, Sight.OWN_UNION, union_code=UNION)
        record_of(db.session(), COUNTY, first.member_id, Sight.COUNTY)
    steps = [step for statement, values in asked for step in plan_of(statement, values)]
    of_memberships = [step for step in steps if " membership USING " in step]
    assert len(of_memberships) == 5
    for step in of_memberships:
        assert "ix_membership_union (county=? AND union_code=?" in step or (
            "ix_membership_member (county=? AND member_id=?" in step
        )
    assert "USE TEMP B-TREE FOR ORDER BY" not in steps


def plan_of(statement, values):
    """Return the steps of SQLite's plan for a statement."""
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    return [row.detail for row in plan]
