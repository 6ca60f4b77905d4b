"""Numbers by any fact at any day, and the lists behind them: both as many, counted by plain SQL."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from registry.clock import now, today
from registry.db import db, transaction
from registry.identity.mask import Sight
from registry.members.models import MembershipState, Transfer
from registry.review.operations import approve
from registry.review.transferring import release
from registry.totals import dimensions
from registry.totals.dimensions import MEMBER_FACTS, PART
from registry.totals.people import approvers, people
from registry.totals.structure import Count, structure
from registry.unions.models import TradeUnion
from registry.unions.queries import find
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
from tests.factories.unions import COUNTY, TOWNSHIP

MIGRANT_WOMEN = {"sex": "2", "is_migrant_worker": "1"}
# What an auditor would ask of the tables, sharing no code with the product.
ASKED = text(
    """
    SELECT count(*) FROM membership m
    JOIN member p ON p.county = m.county AND p.id = m.member_id
    JOIN trade_union u ON u.code = m.union_code
    WHERE u.kind = '2' AND u.parent_code = '331083001' AND m.state = 'ACTIVE'
    AND p.particulars LIKE '%"sex":"2"%' AND p.particulars LIKE '%"is_migrant_worker":"1"%'
    """
)


@pytest.fixture
def two_days(register, monkeypatch):
    """A register with members of two unions, some of whom left or changed two days later."""
    people_, start = make_people(12), today()
    admit(people_[:8], UNION)
    admit(people_[8:], OTHER_UNION)
    with transaction() as session:
        session.execute(update(TradeUnion).where(TradeUnion.code == UNION).values(kind="2"))
    set_clock(monkeypatch, now() + timedelta(days=2))
    admit(people_[:2], UNION, change="退会")
    admit(people_[2:3], UNION, change="保留会籍")
    admit(people_[3:6], UNION, is_migrant_worker="是")
    return start, today()


def admit(people_, union, **changed):
    changes = dict.fromkeys(range(len(people_)), changed)
    number = send_in(make_roster(people_, changes), make_clerk(union), union=union)
    approve(number, actor=make_reviewer())


def test_every_number_has_its_list(two_days):
    for day, code in zip(two_days, (COUNTY, UNION), strict=True):
        place = find(db.session(), code)
        for by in ("kind", *MEMBER_FACTS) if code == COUNTY else MEMBER_FACTS:
            found = structure(db.session(), place, day, by)
            for row in found.rows:
                assert row.total == listed(place, day, {by: row.key})
        assert found.total.total == listed(place, day, {})


def listed(place, day, chosen):
    """Count a list page by page; the number above it is how many stand on the pages."""
    numbers = []
    for state in (MembershipState.ACTIVE, MembershipState.RETAINED):
        seen = set()
        while True:
            page = people(
                db.session(), place, day, chosen, state, Sight.COUNTY, offset=len(seen), limit=4
            )
            seen |= {one.line.membership_id for one in page.shown}
            if not page.shown:
                break
        assert len(seen) == page.in_all
        by_whom = approvers(db.session(), place, day, chosen, state)
        assert sum(number for _, number in by_whom) == len(seen)
        numbers.append(len(seen))
    return Count(*numbers)


def test_parts_and_unions_add_up_and_cross(two_days):
    place = find(db.session(), COUNTY)
    by_part = structure(db.session(), place, today(), PART, "sex")
    by_union = structure(db.session(), place, today(), dimensions.UNION, "sex")
    assert by_part.total == by_union.total
    assert by_part.total.total == Count(9, 1)
    assert sum(by_part.total.across.values(), Count()) == Count(9, 1)


def test_a_past_day_has_the_facts_of_that_day(two_days):
    start, _ = two_days
    place = find(db.session(), TOWNSHIP)
    chosen = {"kind": "2", **MIGRANT_WOMEN}
    before, after = (
        structure(db.session(), place, day, dimensions.UNION, "", chosen) for day in two_days
    )
    assert after.total.total.active == db.session.execute(ASKED).scalar()
    shown = people(db.session(), place, start, chosen, None, Sight.TOWNSHIP).shown
    assert len(shown) == sum(before.total.total)
    assert {one.facts[1:3] for one in shown} <= {("2", "1")}
    assert all(one.approval.decided_by and one.approval.submission_id for one in shown)


def test_a_list_that_is_too_long_is_not_traced(two_days, monkeypatch):
    monkeypatch.setattr("registry.totals.people.TRACED", 3)
    assert approvers(db.session(), find(db.session(), COUNTY), today(), {}, None) is None


def test_nobody_of_the_other_union_is_named_for_a_transfer(register):
    people_, reviewer, clerk = make_people(4), make_reviewer(), make_clerk()
    approve(send_in(make_roster(people_[:3]), clerk), actor=reviewer)
    asking = make_clerk(OTHER_UNION)
    approve(send_in(make_roster(people_[2:]), asking, union=OTHER_UNION), actor=reviewer)
    transfers = select(Transfer.id).where(Transfer.ended_at.is_(None))
    release(list(db.session.scalars(transfers)), actor=clerk)

    place = find(db.session(), OTHER_UNION)
    by_whom = approvers(db.session(), place, today(), {}, None)
    assert Counter(dict(by_whom)) == {None: 1, reviewer.account_id: 1}
    shown = people(db.session(), place, today(), {}, None, Sight.OWN_UNION).shown
    assert {one.approval.decided_by for one in shown} == {None, reviewer.account_id}
    assert all(one.approval.submission_id for one in shown)
