"""Sealed summary sheets: they come in once, are taken back with a reason; the count is the list."""

from datetime import timedelta

import pytest

from registry.access.roles import Role
from registry.clock import today
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound, StateRefused
from registry.review import papers, queue
from registry.review.operations import approve
from registry.submissions.operations import withdraw
from registry.submissions.queries import find
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import (
    OTHER_UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
)
from tests.factories.unions import COUNTY, TOWNSHIP

PATH = f"/{COUNTY}/{TOWNSHIP}/"


def test_a_sheet_comes_in_once_and_is_taken_back_with_a_reason(register):
    people, reviewer = make_people(4), make_reviewer()
    first = send_in(make_roster(people[:2]), make_clerk())
    second = send_in(make_roster(people[2:]), make_clerk(OTHER_UNION), union=OTHER_UNION)
    assert missing() == [] == listed()
    papers.receive(first, today(), "", actor=reviewer)  # the paper may be there before the review
    for number in (first, second):
        approve(number, actor=reviewer)
    assert missing() == listed() == [second]
    refused(StateRefused, "paper.received", papers.receive, first, today(), "")
    refused(InputRefused, "note.missing", papers.take_back, first, " ")
    refused(StateRefused, "paper.missing", papers.take_back, second, "没有盖章")
    for day in (today() + timedelta(days=1), today() - timedelta(days=1)):
        refused(InputRefused, "paper.day", papers.receive, second, day, "")
    refused(InputRefused, "note.number", papers.receive, second, today(), "3" * 18)
    assert missing() == listed() == [second]

    papers.take_back(first, "没有盖章", actor=reviewer)
    assert missing() == listed() == [second, first]
    papers.receive(first, today(), "双面", actor=reviewer)
    said = papers.turns(db.session(), find(db.session(), first))
    assert [(one.received_on, one.note) for one in said] == [
        (today(), None),
        (None, "没有盖章"),
        (today(), "双面"),
    ]
    detail = [one.detail for one in entries(db.session(), COUNTY, action="review.paper_in")]
    assert detail[0] == {"submission": first, "on": today().isoformat(), "note": "双面"}
    assert len(entries(db.session(), COUNTY, action="review.paper_back")) == 1


def test_only_who_reviews_there_says_so_and_of_what_was_sent(small_register):
    number = send_in(make_roster(make_people(2)), make_clerk())
    stranger = make_actor(Role.REVIEWER, f"{COUNTY}002")
    for actor, error in ((make_clerk(), Forbidden), (stranger, NotFound)):
        with pytest.raises(error):
            papers.receive(number, today(), "", actor=actor)
    draft = withdraw(number, actor=make_clerk())
    refused(StateRefused, "paper.state", papers.receive, number, today(), "")
    refused(StateRefused, "paper.state", papers.receive, draft, today(), "")


def refused(error, code, act, *said):
    with pytest.raises(error) as raised:
        act(*said, actor=make_reviewer())
    assert raised.value.code == code


def missing():
    """Return the closed submissions without a sheet, the last closed first."""
    found = queue.closed(db.session(), COUNTY, PATH, without_paper=True)
    assert papers.missing_count(db.session(), COUNTY, PATH) == len(found)
    return [one.id for one in found]


def listed():
    """Return the same from the whole list and what is known of each."""
    found = queue.closed(db.session(), COUNTY, PATH)
    came = papers.received(db.session(), found)
    return [one.id for one in found if one.id not in came]
