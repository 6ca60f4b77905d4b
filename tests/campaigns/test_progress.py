"""How far unions are: from the counted checks, on either engine, and at the end of a closed one."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.access.roles import Role
from registry.campaigns import operations
from registry.campaigns.progress import Progress, of_unions, total
from registry.clock import today
from registry.db import db
from registry.review.operations import approve
from registry.submissions.operations import submit
from registry.submissions.states import Kind
from registry.totals.recount import reconcile
from registry.unions.models import TradeUnion
from tests.factories.accounts import make_actor
from tests.factories.campaigns import answer_rest, begin, campaign, draft_of, listed
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

PEOPLE, OTHERS = make_people(6), make_people(4, seed=2)
START = datetime(2025, 3, 3, 4, tzinfo=UTC)
FAR_UNION = "3310830020001"


@pytest.fixture
def site(register, monkeypatch):
    """Two unions with six and four members, a month before a campaign of the whole county."""
    set_clock(monkeypatch, START)
    clerk, other, reviewer = make_clerk(), make_clerk(OTHER_UNION), make_reviewer()
    city = make_actor(Role.AUDITOR, COUNTY)
    approve(send_in(make_roster(PEOPLE), clerk), actor=reviewer)
    approve(send_in(make_roster(OTHERS), other, union=OTHER_UNION), actor=reviewer)
    set_clock(monkeypatch, START + timedelta(days=30))
    return {"clerk": clerk, "other": other, "reviewer": reviewer, "city": city}


def progress(number, path=f"/{COUNTY}/"):
    db.session.rollback()
    [lines] = of_unions(db.session(), COUNTY, path, [campaign(number)])
    assert reconcile(db.session(), COUNTY)[1] == []
    return {one.code: one.progress for one in lines}, total(lines)


def verify(site, people, changes=None):
    sent = send_in(make_roster(people, changes), site["clerk"], kind=Kind.REVERIFY)
    approve(sent, actor=site["reviewer"])


def test_at_first_nobody_has_begun(site):
    by_union, everything = progress(begin(site["city"]))

    assert by_union[UNION] == Progress(open=6, unions=1, idle=1, behind=1)
    assert everything == Progress(open=10, unions=2, idle=2, behind=2)
    assert everything.asked == everything.to_say == 10


def test_a_roster_of_verification_counts_once_it_is_approved(site):
    number = begin(site["city"])
    sent = send_in(make_roster(PEOPLE[:4]), site["clerk"], kind=Kind.REVERIFY)
    assert progress(number)[0][UNION] == Progress(open=6, waiting=4, unions=1, behind=1)

    approve(sent, actor=site["reviewer"])
    assert progress(number)[0][UNION] == Progress(verified=4, open=2, unions=1, behind=1)
    assert progress(number, f"/{COUNTY}/{TOWNSHIP}/{OTHER_UNION}/")[1].verified == 0


def test_who_waits_for_review_is_no_more_the_unions_matter(site):
    number = begin(site["city"])
    answer_rest(number, site["clerk"])
    assert progress(number)[0][UNION] == Progress(open=6, unions=1, behind=1)

    submit(draft_of(), actor=site["clerk"])
    assert progress(number)[0][UNION] == Progress(open=6, waiting=6, unions=1)


def test_who_enters_later_is_not_asked_for(site):
    number = begin(site["city"])
    approve(send_in(make_roster(make_people(2, seed=3)), site["clerk"]), actor=site["reviewer"])

    assert progress(number)[0][UNION] == Progress(open=6, entered=2, unions=1, idle=1, behind=1)
    assert len(listed(number)) == 6


def test_who_leaves_or_is_retained_is_no_more_asked_for(site):
    number = begin(site["city"])
    resting = {"change": "保留会籍", "change_reason": "退休", "changed_on": "2025-03-31"}
    verify(site, PEOPLE[:3], {0: {"change": "退会"}, 1: resting})

    assert progress(number)[0][UNION] == Progress(verified=1, open=3, unions=1, behind=1)


def test_who_moves_to_another_union_is_asked_for_by_neither(site):
    number = begin(site["city"])
    sent = send_in(make_roster(PEOPLE[:1]), site["other"], union=OTHER_UNION)
    left = {0: {"change": "转出", "changed_on": "2025-03-31"}}
    approve(send_in(make_roster(PEOPLE[:1], left), site["clerk"]), actor=site["reviewer"])
    approve(sent, actor=site["reviewer"])

    by_union, _ = progress(number)
    assert (by_union[UNION].open, by_union[OTHER_UNION].open) == (5, 4)
    assert by_union[OTHER_UNION].entered == 1


def test_campaigns_that_overlap_count_each_from_its_own_day(site, monkeypatch):
    first = begin(site["city"])
    verify(site, PEOPLE[:2])
    set_clock(monkeypatch, START + timedelta(days=40))
    second = begin(site["reviewer"], TOWNSHIP)
    verify(site, PEOPLE[2:3])

    assert progress(first)[0][UNION].verified == 3
    assert progress(second)[0][UNION].verified == 1
    both = of_unions(db.session(), COUNTY, f"/{COUNTY}/", [campaign(first), campaign(second)])
    assert [total(lines).verified for lines in both] == [3, 1]
    assert (len(listed(first)), len(listed(second))) == (3, 5)


def test_a_closed_campaign_stands_as_it_was(site, monkeypatch):
    number = begin(site["city"])
    verify(site, PEOPLE[:2])
    operations.close(number, actor=site["city"])
    set_clock(monkeypatch, START + timedelta(days=35))
    verify(site, PEOPLE[2:])

    assert progress(number)[0][UNION].verified == 2
    assert campaign(number).last_day(today()) == (START + timedelta(days=30)).date()


def test_a_union_that_is_no_more_is_not_behind(site):
    number = begin(site["city"])
    db.session.get(TradeUnion, OTHER_UNION).status = "dissolved"
    db.session.commit()

    by_union, everything = progress(number)
    assert by_union[OTHER_UNION].open == 4
    assert everything == by_union[UNION]
