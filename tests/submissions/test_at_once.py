"""Two people at one roster at the same moment: one goes first, nothing is half done or doubled."""

import pytest

from registry.db import db
from registry.errors import RegistryError
from registry.jobs.operations import import_now
from registry.review.operations import approve
from registry.submissions import queries
from registry.submissions.corrections import edit_row
from registry.submissions.operations import submit
from registry.submissions.states import Kind, RowState, State
from registry.totals.recount import reconcile
from registry.trail.queries import verify
from tests.factories.at_once import at_once
from tests.factories.people import make_people
from tests.factories.rosters import (
    UNION,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)


def agrees():
    return reconcile(db.session(), "331083")[1] == [] and verify(db.session())[1] == []


@pytest.mark.parametrize("round_", range(3))
def test_a_correction_that_races_the_submit_never_changes_what_was_sent(register, round_):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(3, seed=round_)), clerk)

    edited, sent = at_once(
        register,
        lambda: edit_row(number, 2, {"full_name": "另一名"}, actor=clerk),
        lambda: submit(number, actor=clerk),
    )

    row = queries.row(db.session(), queries.find(db.session(), number), 2)
    assert row.state is RowState.PENDING
    assert (row.full_name == "另一名") == (not isinstance(edited, RegistryError))
    assert sent.state is State.SUBMITTED
    assert agrees()


@pytest.mark.parametrize("round_", range(3))
def test_submitting_approving_and_uploading_in_one_union_never_block_each_other(register, round_):
    clerk, reviewer = make_clerk(), make_reviewer()
    people = make_people(12, seed=round_)
    waiting = send_in(make_roster(people[:4]), clerk)
    draft = take_in(make_roster(people[4:8], {0: {"full_name": None}}), clerk)

    answers = at_once(
        register,
        lambda: approve(waiting, actor=reviewer),
        lambda: submit(draft, actor=clerk, hold_errors=True),
        lambda: take_in(make_roster(people[8:]), clerk),
    )

    assert not any(isinstance(answer, RegistryError) for answer in answers)
    assert agrees()


def test_a_double_click_makes_one_submission(register):
    clerk, content = make_clerk(), make_roster(make_people(3))

    def click():
        received = import_now(
            content, file_name="a.csv", union_code=UNION, kind=Kind.INCREMENT, actor=clerk
        )
        return submit(received.submission_id, actor=clerk).submission_id

    answers = at_once(register, click, click)

    numbers = {one for one in answers if isinstance(one, int)}
    assert len(numbers) == 1
    sent = queries.of_union(db.session(), "331083", UNION)
    assert [one.state for one in sent] == [State.SUBMITTED]
    assert queries.counts_by_state(db.session(), sent[0]) == {RowState.PENDING: 3}
    assert agrees()
