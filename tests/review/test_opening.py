"""A submitted row's full numbers: only for a reason, only within one's place, always on record."""

import pytest

from registry.access.roles import Role
from registry.db import db
from registry.errors import Forbidden, InputRefused, NotFound
from registry.review.opening import open_row_number
from registry.trail.queries import entries
from tests.factories.accounts import make_actor
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in, take_in

PERSON = make_people(1)[0]


@pytest.fixture
def number(small_register):
    return send_in(make_roster([PERSON]), make_clerk())


def on_record():
    return entries(db.session(), "331083", action="row.open")


def test_gives_the_numbers_and_records_who_and_why(number):
    reviewer = make_reviewer()
    values = open_row_number(number, 2, actor=reviewer, reason=" 核对证件 ")
    assert values == (PERSON.number, PERSON.mobile)
    (entry,) = on_record()
    assert entry.actor_name == reviewer.name
    assert entry.detail["reason"] == "核对证件"
    assert PERSON.number not in str(entry)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("  ", "reason.missing"),
        ("长" * 201, "reason.too_long"),
        (f"核对 {PERSON.number}", "reason.number"),
    ],
)
def test_a_reason_that_says_nothing_or_too_much_is_refused(number, reason, code):
    with pytest.raises(InputRefused) as refused:
        open_row_number(number, 2, actor=make_reviewer(), reason=reason)
    assert refused.value.code == code
    assert on_record() == []


def test_outside_ones_place_and_without_the_permission_nothing_opens(number):
    with pytest.raises(NotFound):
        open_row_number(number, 2, actor=make_reviewer("331083002"), reason="核对")
    with pytest.raises(Forbidden):
        open_row_number(number, 2, actor=make_actor(Role.AUDITOR, "331083"), reason="核对")
    assert on_record() == []


def test_drafts_and_missing_rows_do_not_open(number):
    draft = take_in(make_roster(make_people(2)), make_clerk())
    for submission, row in ((draft, 2), (number, 99)):
        with pytest.raises(NotFound):
            open_row_number(submission, row, actor=make_reviewer(), reason="核对")
    assert on_record() == []
