"""A submitted row's full numbers: only for a reason, only within one's place, always on record."""

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, NotFound
from registry.members.seeing import Field, Why
from registry.review.opening import open_row_number
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in, take_in

PERSON = make_people(1)[0]


@pytest.fixture
def number(small_register):
    return send_in(make_roster([PERSON]), make_clerk())


def show(number, row, actor):
    return open_row_number(number, row, Field.MOBILE, actor=actor, why=Why("VERIFY"))


def on_record():
    return entries(db.session(), "331083", action="row.open")


def test_gives_one_number_and_records_who_and_why(number):
    reviewer = make_reviewer()
    shown = open_row_number(number, 2, Field.MOBILE, actor=reviewer, why=Why("CONTACT"))
    assert shown.values == (PERSON.mobile,)
    (entry,) = on_record()
    assert entry.actor_name == reviewer.name
    assert (entry.detail["reason"], entry.detail["field"]) == ("联系本人", "mobile")
    assert PERSON.number not in str(entry)


def test_outside_ones_place_and_without_the_permission_nothing_opens(number):
    with pytest.raises(NotFound):
        open_row_number(
            number, 2, Field.MOBILE, actor=make_reviewer("331083002"), why=Why("VERIFY")
        )
    with pytest.raises(Forbidden):
        open_row_number(
            number, 2, Field.MOBILE, actor=make_actor(Role.AUDITOR, "331083"), why=Why("VERIFY")
        )
    assert on_record() == []


def test_drafts_and_missing_rows_do_not_open(number):
    draft = take_in(make_roster(make_people(2)), make_clerk())
    for submission, row in ((draft, 2), (number, 99)):
        with pytest.raises(NotFound):
            show(submission, row, make_reviewer())
    assert on_record() == []
