"""Undoing what was corrected in a draft: step by step, and only what still stands."""

from collections import namedtuple

import pytest
from sqlalchemy import select

from registry.db import db
from registry.errors import NotFound, StateRefused
from registry.submissions import queries, undoing
from registry.submissions.corrections import (
    answer_columns,
    edit_alike,
    edit_row,
    exclude_row,
    keep_first,
    keep_one,
    open_for_correction,
    shown,
)
from registry.submissions.models import Correction, SubmissionRow
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import RowState
from registry.trail.queries import entries
from tests.factories.numbers import spoilt
from tests.factories.people import fields_of, label_rows, make_people, table
from tests.factories.rosters import csv_of, make_clerk, make_roster, take_in

PEOPLE = make_people(8)


def view_of(number):
    db.session.rollback()
    return queries.find(db.session(), number)


def rows_of(number):
    """Return all that is judged of the draft's rows; a match counts only without an error."""
    query = select(
        SubmissionRow.row,
        SubmissionRow.state,
        SubmissionRow.worst,
        SubmissionRow.match,
        SubmissionRow.person_key,
        SubmissionRow.full_name,
        SubmissionRow.clean,
        SubmissionRow.findings,
    ).where(SubmissionRow.submission_id == number)
    db.session.rollback()
    found = db.session.execute(query.order_by(SubmissionRow.row)).all()
    judged = [Judged(*one) for one in found]
    return [one._replace(match=None) if one.worst == "error" else one for one in judged]


Judged = namedtuple("Judged", "row state worst match person_key full_name clean findings")


def steps(number):
    return undoing.steps(db.session(), view_of(number))


def undo_newest(number, clerk):
    step = undoing.newest(db.session(), view_of(number), clerk.account_id)
    return undoing.undo(number, step.number, actor=clerk)


def test_every_kind_of_step_is_undone_newest_first(register):
    clerk = make_clerk()
    lines = table(label_rows([*PEOPLE, PEOPLE[0], PEOPLE[1]]))
    column = lines[0].index("民族")
    for row in (4, 5, 6):
        lines[row][column] = "汗族"
    number = take_in(csv_of(lines), clerk)
    first = rows_of(number)
    version = view_of(number).version
    stages = [first]
    for act in (
        lambda: edit_alike(number, "ethnicity", "汗族", "汉族", actor=clerk, code="code.unknown"),
        lambda: edit_row(number, 4, {"full_name": "叶某", "mobile": "138"}, actor=clerk),
        lambda: edit_row(number, 4, {"full_name": "叶某某"}, actor=clerk),
        lambda: exclude_row(number, 5, actor=clerk),
        lambda: exclude_row(number, 5, actor=clerk, excluded=False),
        lambda: keep_one(number, 10, actor=clerk),
        lambda: keep_first(number, actor=clerk),
    ):
        act()
        stages.append(rows_of(number))
    assert len({str(stage) for stage in stages}) == len(stages) - 1  # taken in as before left out

    for stage in reversed(stages[:-1]):
        undo_newest(number, clerk)
        assert rows_of(number) == stage
    assert undoing.newest(db.session(), view_of(number), clerk.account_id) is None
    assert all(step.undone for step in steps(number))
    view = view_of(number)
    assert (view.error_count, view.ok_count, view.version > version) == (7, 3, True)
    assert len(entries(db.session(), "331083", action="draft.undo")) == 7


def test_an_answer_for_the_whole_roster_is_undone(register):
    clerk = make_clerk()
    lines = [dict(row) for row in label_rows(PEOPLE)]
    for row in lines:
        del row["民族"]
    number = take_in(csv_of(table(lines)), clerk)
    before, findings = rows_of(number), view_of(number).file_findings
    assert view_of(number).error_count == len(PEOPLE)
    answer_columns(number, {"ethnicity": "汉族"}, actor=clerk, seen={"ethnicity": ""})
    assert view_of(number).error_count == 0

    undo_newest(number, clerk)

    assert rows_of(number) == before
    assert view_of(number).file_findings == findings and view_of(number).answers == {}


def test_an_answer_that_somebody_gave_meanwhile_stays(small_register):
    clerk = make_clerk()
    lines = [dict(row) for row in label_rows(PEOPLE)]
    for row in lines:
        del row["民族"]
    number = take_in(csv_of(table(lines)), clerk)
    answer_columns(number, {"ethnicity": "汉族"}, actor=clerk)
    with pytest.raises(StateRefused, match="他人改动") as refused:
        answer_columns(number, {"ethnicity": "满族"}, actor=clerk, seen={"ethnicity": ""})
    assert refused.value.code == "row.changed"
    assert view_of(number).answers == {"ethnicity": "汉族"}


def test_roster_wide_warnings_come_back_with_the_cell(small_register):
    clerk = make_clerk()
    shared = {place: {"mobile": "13905760001"} for place in range(5)}
    number = take_in(make_roster(PEOPLE, shared), clerk)
    before = rows_of(number)
    assert "mobile.shared" in (before[0].findings or "")
    edit_row(number, 2, {"mobile": "13905760009"}, actor=clerk)
    assert rows_of(number) != before
    undo_newest(number, clerk)
    assert rows_of(number) == before


def test_what_was_changed_since_is_not_taken_back(register):
    clerk, other = make_clerk(), make_clerk()
    number = take_in(make_roster(PEOPLE, {1: {"full_name": ""}}), clerk)
    edit_row(number, 3, {"full_name": "叶某"}, actor=clerk)
    edit_row(number, 3, {"full_name": "叶某某"}, actor=other)
    before = rows_of(number)

    with pytest.raises(StateRefused, match="第 3 行又改过") as refused:
        undo_newest(number, clerk)

    assert refused.value.code == "row.changed"
    assert rows_of(number) == before
    undo_newest(number, other)
    undo_newest(number, clerk)
    opened = open_for_correction(number, [3], clerk)
    assert shown(opened[3], "full_name") == "" and opened[3].edits == {}


def test_a_row_taken_in_again_by_somebody_else_is_left_alone(small_register):
    clerk, other = make_clerk(), make_clerk()
    number = take_in(make_roster([*PEOPLE, PEOPLE[0]]), clerk)
    keep_one(number, 2, actor=clerk)
    exclude_row(number, 10, actor=other, excluded=False)
    with pytest.raises(StateRefused) as refused:
        undo_newest(number, clerk)
    assert refused.value.code == "row.changed"


def test_a_step_is_undone_once_and_must_exist(small_register):
    clerk = make_clerk()
    number = take_in(make_roster(PEOPLE), clerk)
    exclude_row(number, 2, actor=clerk)
    undoing.undo(number, 1, actor=clerk)
    with pytest.raises(StateRefused) as refused:
        undoing.undo(number, 1, actor=clerk)
    assert refused.value.code == "correction.undone"
    with pytest.raises(NotFound):
        undoing.undo(number, 7, actor=clerk)


def test_steps_end_when_the_draft_is_sent_or_given_up(register):
    clerk = make_clerk()
    number, other = take_in(make_roster(PEOPLE), clerk), take_in(make_roster(PEOPLE[:3]), clerk)
    for one in (number, other):
        exclude_row(one, 2, actor=clerk)
    submit(number, actor=clerk)
    withdraw(other, actor=clerk)
    assert db.session.scalars(select(Correction)).all() == []
    with pytest.raises(StateRefused) as refused:
        undoing.undo(number, 1, actor=clerk)
    assert refused.value.code == "draft.fixed"


def test_no_full_number_stands_in_the_words(small_register):
    clerk = make_clerk()
    right = fields_of(PEOPLE[1])
    wrong = spoilt(right["document_number"])
    number = take_in(make_roster(PEOPLE, {1: {"document_number": wrong, "mobile": "138"}}), clerk)
    edit_row(number, 3, {"document_number": right["document_number"]}, actor=clerk)
    edit_row(number, 3, {"mobile": right["mobile"]}, actor=clerk)
    edit_row(number, 3, {"full_name": right["document_number"]}, actor=clerk)
    told = " ".join(step.what for step in steps(number))
    assert "第 3 行 证件号码" in told and "→" in told and "*" in told
    for secret in (right["document_number"], wrong, right["mobile"]):
        assert secret not in told and secret[6:14] not in told
    sealed = b"".join(db.session.scalars(select(Correction.sealed)))
    assert wrong.encode() not in sealed


def test_others_are_told_of_and_the_place_is_kept(small_register):
    clerk, other = make_clerk(), make_clerk()
    number = take_in(make_roster(PEOPLE, {1: {"full_name": ""}}), clerk)
    edit_row(number, 3, {"full_name": "叶某"}, actor=other, place="tab=error&row=3")
    view = view_of(number)
    assert set(undoing.others_lately(db.session(), view, clerk.account_id)) == {other.account_id}
    assert undoing.others_lately(db.session(), view, other.account_id) == {}
    assert undoing.left_at(db.session(), view, other.account_id) == "tab=error&row=3"
    assert undoing.left_at(db.session(), view, clerk.account_id) == ""


def test_keeping_one_leaves_out_the_others_in_one_act(register):
    clerk = make_clerk()
    number = take_in(make_roster([*PEOPLE, PEOPLE[0], PEOPLE[0]]), clerk)
    done = keep_one(number, 10, actor=clerk)
    assert (done.rows, done.touched) == ([2, 11], [10])
    states = {row.row: row.state for row in rows_of(number)}
    assert [row for row, state in states.items() if state == RowState.EXCLUDED] == [2, 11]
    assert view_of(number).error_count == 0
    (entry,) = entries(db.session(), "331083", action="draft.keep_one")
    assert (entry.detail["row"], entry.detail["rows"]) == (10, 2)
    with pytest.raises(StateRefused) as refused:
        keep_one(number, 10, actor=clerk)
    assert refused.value.code == "row.changed"


def test_only_rows_that_say_the_same_are_kept_first(register):
    clerk = make_clerk()
    again = {8: {}, 9: {"education": "小学"}, 10: {"mobile": "138"}}
    people = [*PEOPLE, PEOPLE[0], PEOPLE[1], PEOPLE[2]]
    number = take_in(make_roster(people, again), clerk)
    done = keep_first(number, actor=clerk)
    assert done.rows == [10]
    assert keep_first(number, actor=clerk).rows == []
    assert len(steps(number)) == 1


def test_a_row_changed_meanwhile_is_not_left_out_unseen(small_register):
    clerk = make_clerk()
    number = take_in(make_roster(PEOPLE), clerk)
    edit_row(number, 2, {"full_name": "叶某"}, actor=clerk)
    with pytest.raises(StateRefused) as refused:
        exclude_row(number, 2, actor=clerk, version=1)
    assert refused.value.code == "row.changed"
