"""A roster that is taken back is a draft again: nothing that was corrected is asked for twice."""

from registry.db import db
from registry.review.operations import send_back
from registry.submissions import checking, queries
from registry.submissions.corrections import edit_row, exclude_row
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import Kind, RowState, State
from registry.totals.recount import reconcile
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in, take_in

NO_NAMES = {1: {"full_name": None}, 2: {"full_name": None}}


def view_of(number):
    db.session.rollback()
    return queries.find(db.session(), number)


def rows_of(number):
    return {one.row: one for one in queries.rows(db.session(), view_of(number), limit=100)}


def test_corrections_and_rows_left_out_are_there_again(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(4), NO_NAMES), clerk, kind=Kind.FULL)
    edit_row(number, 3, {"full_name": "叶青禾"}, actor=clerk)
    exclude_row(number, 4, actor=clerk)
    submit(number, actor=clerk)
    before = view_of(number)

    draft = withdraw(number, actor=clerk)

    again, rows = view_of(draft), rows_of(draft)
    assert (again.state, again.kind, again.source) == (State.DRAFT, Kind.FULL, before.source)
    assert rows[3].full_name == "叶青禾"
    assert rows[4].state is RowState.EXCLUDED
    counts = ("total_count", "ok_count", "warning_count", "error_count", "skipped_count")
    assert [getattr(again, name) for name in counts] == [getattr(before, name) for name in counts]
    assert submit(draft, actor=clerk).state is State.SUBMITTED
    assert reconcile(db.session(), "331083") == (0, [])


def test_what_was_corrected_in_held_rows_comes_along(register):
    clerk = make_clerk()
    number = send_in(make_roster(make_people(4), NO_NAMES), clerk)
    (held,) = queries.follow_ups(db.session(), view_of(number))
    edit_row(held.id, 3, {"full_name": "叶青禾"}, actor=clerk)

    draft = withdraw(number, actor=clerk)

    rows = rows_of(draft)
    assert sorted(rows) == [2, 3, 4, 5]
    assert rows[3].full_name == "叶青禾"
    assert view_of(draft).error_count == 1
    assert view_of(held.id).state is State.WITHDRAWN


def test_held_rows_that_went_for_review_by_themselves_are_not_sent_twice(register):
    clerk = make_clerk()
    number = send_in(make_roster(make_people(4), {1: {"full_name": None}}), clerk)
    (held,) = queries.follow_ups(db.session(), view_of(number))
    edit_row(held.id, 3, {"full_name": "叶青禾"}, actor=clerk)
    submit(held.id, actor=clerk)

    draft = withdraw(number, actor=clerk)

    assert rows_of(draft)[3].state is RowState.EXCLUDED
    assert view_of(held.id).state is State.SUBMITTED


def test_who_was_sent_back_stays_to_be_corrected_with_the_reason(register):
    clerk = make_clerk()
    number = send_in(make_roster(make_people(2)), clerk)
    back = send_back(
        number, actor=make_reviewer(), rows=[2], reason="wrong_data", note="姓名不对"
    ).follow_up_id
    submit(back, actor=clerk)

    draft = withdraw(back, actor=clerk)

    assert sorted(rows_of(draft)) == [2]
    assert list(checking.origin(db.session(), view_of(draft)).decision_of) == [2]


def test_a_draft_that_is_given_up_stays_given_up(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(2)), clerk)

    assert withdraw(number, actor=clerk) is None
    assert view_of(number).state is State.WITHDRAWN
