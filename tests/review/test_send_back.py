"""Rows sent back reach the clerk with reason and note, in a draft that holds just them."""

import pytest

from registry.db import db
from registry.errors import InputRefused, StateRefused
from registry.review.operations import approve, reject, send_back
from registry.review.queries import decisions
from registry.submissions import queries
from registry.submissions.operations import submit
from registry.submissions.states import Kind, RowState, State
from registry.totals.recount import reconcile
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_reviewer, make_roster, send_in, take_in


def test_the_way_back_and_again(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(6)), clerk, kind=Kind.FULL)

    outcome = send_back(number, actor=reviewer, rows=[3, 4], reason="wrong_data", note="请核对姓名")
    approve(number, actor=reviewer)

    session = db.session()
    draft = queries.find(session, outcome.follow_up_id)
    assert (draft.state, draft.kind, draft.parent_id) == (State.DRAFT, Kind.INCREMENT, number)
    assert [row.row for row in queries.rows(session, draft)] == [3, 4]
    assert draft.created_by == clerk.account_id
    [first, _] = decisions(session, queries.find(session, number))
    assert (first.reason, first.note, first.row_count) == ("wrong_data", "请核对姓名", 2)

    again = submit(draft.id, actor=clerk)
    approve(again.submission_id, actor=reviewer)

    assert reconcile(db.session(), "331083") == (6, [])


def test_the_same_file_is_a_new_submission_after_a_row_came_back(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    content = make_roster(make_people(3))
    number = send_in(content, clerk)
    assert take_in(content, clerk) == number

    send_back(number, actor=reviewer, rows=[2], reason="wrong_data", note="")

    assert take_in(content, clerk) != number


def test_rejected_rows_stay_out_for_good(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(2)), clerk)

    outcome = reject(number, actor=reviewer, rows=[2, 3], reason="not_employee", note="")

    assert (outcome.state, outcome.follow_up_id) == (State.CLOSED, None)
    view = queries.find(db.session(), number)
    assert queries.counts_by_state(db.session(), view) == {RowState.REJECTED: 2}
    assert reconcile(db.session(), "331083") == (0, [])


@pytest.mark.parametrize(
    ("reason", "note", "code"),
    [
        ("nonsense", "", "reason.unknown"),
        ("other", "  ", "note.missing"),
        ("wrong_data", "好" * 501, "note.too_long"),
        ("wrong_data", "号码是 13800138000 吗", "note.number"),
    ],
)
def test_a_reason_that_says_nothing_is_refused(small_register, reason, note, code):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(1)), clerk)

    with pytest.raises(InputRefused) as refused:
        send_back(number, actor=reviewer, rows=[2], reason=reason, note=note)

    assert refused.value.code == code
    view = queries.find(db.session(), number)
    assert queries.counts_by_state(db.session(), view) == {RowState.PENDING: 1}


def test_a_row_that_is_not_there_is_refused_and_nothing_is_done(small_register):
    clerk, reviewer = make_clerk(), make_reviewer()
    number = send_in(make_roster(make_people(2)), clerk)

    with pytest.raises(StateRefused):
        send_back(number, actor=reviewer, rows=[2, 99], reason="wrong_data", note="")

    view = queries.find(db.session(), number)
    assert view.pending_count == 2
