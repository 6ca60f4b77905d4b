"""Submitting: good rows go, faulty ones are held; once; only what may be submitted."""

import pytest

from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.jobs.operations import import_now
from registry.members.match import Match
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import Kind, RowState, State
from registry.totals.recount import reconcile
from registry.unions.queries import find, headcount
from tests.factories.people import make_people
from tests.factories.rosters import (
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)

NO_NAME = {1: {"full_name": None}}


def view_of(number):
    return queries.find(db.session(), number)


def test_counts_reconcile_with_the_file(register):
    content = make_roster(make_people(5), NO_NAME) + "\n合计,5\n填表人：某某\n".encode()

    view = view_of(take_in(content, make_clerk()))

    counts = (view.ok_count, view.warning_count, view.error_count, view.skipped_count)
    assert counts == (4, 0, 1, 3)
    assert view.total_count == sum(counts)
    assert [entry["why"] for entry in view.skipped] == ["blank", "footer", "footer"]


def test_a_draft_with_errors_is_refused_unless_they_are_held(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(3), NO_NAME), clerk)

    with pytest.raises(StateRefused) as refused:
        submit(number, actor=clerk)

    assert refused.value.code == "submit.has_errors"
    assert view_of(number).state is State.DRAFT


def test_held_rows_stay_behind_in_a_draft_of_their_own(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(3), NO_NAME), clerk, kind=Kind.FULL)

    sent = submit(number, actor=clerk, hold_errors=True)

    assert (sent.state, sent.held, sent.matches) == (State.SUBMITTED, 1, {Match.NEW: 2})
    states = queries.counts_by_state(db.session(), view_of(number))
    assert states == {RowState.PENDING: 2, RowState.HELD: 1}
    draft = view_of(sent.follow_up_id)
    assert (draft.state, draft.kind, draft.error_count) == (State.DRAFT, Kind.INCREMENT, 1)
    assert [row.row for row in queries.rows(db.session(), draft)] == [3]


def test_submitting_twice_answers_already(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(2)), clerk)

    first, second = submit(number, actor=clerk), submit(number, actor=clerk)

    assert (first.already, second.already) == (False, True)
    assert second.matches == {Match.NEW: 2}
    assert reconcile(db.session(), "331083") == (0, [])


def test_the_same_file_is_the_same_submission(register):
    clerk, content = make_clerk(), make_roster(make_people(2))
    first = import_now(
        content, file_name="a.csv", union_code=UNION, kind=Kind.INCREMENT, actor=clerk
    )
    draft_again = import_now(
        content, file_name="b.csv", union_code=UNION, kind=Kind.INCREMENT, actor=clerk
    )
    submit(first.submission_id, actor=clerk)
    sent_again = import_now(
        content, file_name="a.csv", union_code=UNION, kind=Kind.INCREMENT, actor=clerk
    )
    other_kind = import_now(
        content, file_name="a.csv", union_code=UNION, kind=Kind.FULL, actor=clerk
    )

    assert draft_again.submission_id == first.submission_id == sent_again.submission_id
    assert (draft_again.already, sent_again.already) == (False, True)
    assert other_kind.submission_id != first.submission_id


def test_a_withdrawn_draft_cannot_be_submitted(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(1)), clerk)
    withdraw(number, actor=clerk)

    with pytest.raises(StateRefused) as refused:
        submit(number, actor=clerk)

    assert refused.value.code == "submission.state"


def test_withdrawing_takes_everything_back_and_the_file_may_come_again(register):
    clerk, content = make_clerk(), make_roster(make_people(3), NO_NAME)
    number = send_in(content, clerk)

    draft = withdraw(number, actor=clerk)

    assert reconcile(db.session(), "331083") == (0, [])
    found = {one.id: one.state for one in queries.of_union(db.session(), "331083", UNION)}
    assert found.pop(draft) is State.DRAFT
    assert set(found.values()) == {State.WITHDRAWN}
    assert take_in(content, clerk) == draft


def test_what_was_decided_cannot_be_withdrawn(register):
    clerk = make_clerk()
    number = send_in(make_roster(make_people(2)), clerk)
    approve(number, actor=make_reviewer(), rows=[2])

    with pytest.raises(StateRefused):
        withdraw(number, actor=clerk)


def test_a_full_roster_supersedes_the_undecided_full_one_only(register):
    clerk, people = make_clerk(), make_people(6)
    first = send_in(make_roster(people[:2]), clerk, kind=Kind.FULL)
    increment = send_in(make_roster(people[2:3]), clerk)
    decided = send_in(make_roster(people[3:5]), clerk, kind=Kind.FULL)
    approve(decided, actor=make_reviewer(), rows=[2])

    send_in(make_roster(people), clerk, kind=Kind.FULL)

    states = {number: view_of(number).state for number in (first, increment, decided)}
    assert states == {
        first: State.SUPERSEDED,
        increment: State.SUBMITTED,
        decided: State.IN_REVIEW,
    }
    assert reconcile(db.session(), "331083") == (1, [])


def test_the_number_of_employees_is_dated_with_the_roster(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(1)), clerk, kind=Kind.FULL)

    submit(number, actor=clerk, employees=120)

    from registry.clock import today

    assert headcount(db.session(), find(db.session(), UNION), today()) == 120


@pytest.mark.parametrize("employees", [0, -3, 1_000_001])
def test_an_impossible_number_of_employees_is_refused(small_register, employees):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(1)), clerk)

    with pytest.raises(InputRefused):
        submit(number, actor=clerk, employees=employees)


def test_another_unions_clerk_finds_nothing_and_changes_nothing(register):
    number = take_in(make_roster(make_people(1)), make_clerk())
    stranger = make_clerk("3310830010002")

    for act in (submit, withdraw):
        with pytest.raises(NotFound):
            act(number, actor=stranger)
    with pytest.raises(NotFound):
        take_in(make_roster(make_people(1)), stranger)

    assert view_of(number).state is State.DRAFT


def test_leaving_of_somebody_who_is_no_member_is_an_error(register):
    clerk = make_clerk()
    leaving = make_roster(make_people(1), {0: {"change": "退会", "changed_on": "2024-05-06"}})

    view = view_of(take_in(leaving, clerk))

    assert view.error_count == 1
    [row] = queries.rows(db.session(), view)
    assert [finding.code for finding in row.findings] == ["change.no_member"]
