"""Correcting a draft in the page: judged at once, with the rows it touches."""

import pytest

from registry.db import db
from registry.errors import InputRefused, NotFound, StateRefused
from registry.submissions import queries
from registry.submissions.corrections import (
    answer_columns,
    edit_alike,
    edit_row,
    exclude_row,
)
from registry.submissions.operations import submit
from registry.submissions.states import RowState
from tests.factories.people import label_rows, make_people, table
from tests.factories.rosters import csv_of, make_clerk, make_roster, take_in


def view_of(number):
    return queries.find(db.session(), number)


def codes(number, row):
    return sorted(one.code for one in queries.row(db.session(), view_of(number), row).findings)


def test_a_corrected_cell_is_judged_at_once_and_the_counts_follow(register):
    clerk, people = make_clerk(), make_people(3)
    number = take_in(make_roster(people, {1: {"full_name": None}}), clerk)
    assert codes(number, 3) == ["cell.required"]

    edit_row(number, 3, {"full_name": "叶 某"}, actor=clerk)

    assert "cell.required" not in codes(number, 3)
    row = queries.row(db.session(), view_of(number), 3)
    assert (row.full_name, row.worst, str(row.match)) == ("叶某", "ok", "NEW")
    view = view_of(number)
    assert (view.ok_count, view.error_count) == (3, 0)


def test_a_wrong_correction_stays_an_error(register):
    clerk, people = make_clerk(), make_people(2)
    number = take_in(make_roster(people), clerk)

    edit_row(number, 2, {"document_number": people[0].number[:-1] + "?"}, actor=clerk)

    assert codes(number, 2) == ["document.format"]
    assert queries.row(db.session(), view_of(number), 2).person_key is None


def test_correcting_one_duplicate_frees_the_other(register):
    clerk, people = make_clerk(), make_people(3)
    twice = {1: {"document_number": people[0].number}}
    number = take_in(make_roster(people, twice), clerk)
    assert codes(number, 2) == ["roster.duplicate"]

    done = edit_row(number, 3, {"document_number": people[1].number}, actor=clerk)

    assert done.touched == [2]
    assert codes(number, 2) == codes(number, 3) == []
    assert str(queries.row(db.session(), view_of(number), 2).match) == "NEW"


def test_making_a_duplicate_marks_both(register):
    clerk, people = make_clerk(), make_people(2)
    number = take_in(make_roster(people), clerk)

    done = edit_row(number, 3, {"document_number": people[0].number}, actor=clerk)

    assert done.touched == [2]
    assert "roster.duplicate" in codes(number, 2)
    assert "roster.duplicate" in codes(number, 3)
    assert view_of(number).error_count == 2


def test_excluding_a_row_of_a_group_frees_the_other_and_may_be_undone(register):
    clerk, people = make_clerk(), make_people(2)
    number = take_in(make_roster([people[0], people[0], people[1]]), clerk)

    exclude_row(number, 3, actor=clerk)
    view = view_of(number)
    assert codes(number, 2) == []
    assert (view.ok_count, view.error_count, view.skipped_count) == (2, 0, 1)

    exclude_row(number, 3, actor=clerk, excluded=False)
    assert codes(number, 2) == ["roster.duplicate"]
    assert view_of(number).error_count == 2


def test_one_correction_for_all_alike(register):
    clerk, people = make_clerk(), make_people(6)
    wrong = {i: {"ethnicity": "汗族"} for i in range(4)} | {4: {"ethnicity": "苗族族"}}
    number = take_in(make_roster(people, wrong), clerk)

    done = edit_alike(number, "ethnicity", "汗族", "汉族", actor=clerk, code="code.unknown")

    assert done.rows == [2, 3, 4, 5]
    assert view_of(number).error_count == 1
    assert codes(number, 6) == ["code.unknown"]


def test_a_missing_column_is_answered_once_for_all(register):
    clerk, rows = make_clerk(), label_rows(make_people(4))
    for row in rows:
        del row["是否农民工"]
    number = take_in(csv_of(table(rows)), clerk)
    assert view_of(number).error_count == 4

    answer_columns(number, {"is_migrant_worker": "否"}, actor=clerk)

    view = view_of(number)
    assert (view.error_count, view.ok_count) == (0, 4)
    assert view.answers == {"is_migrant_worker": "否"}


def test_two_people_on_one_draft_do_not_overwrite_each_other(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(1), {0: {"full_name": None}}), clerk)
    seen = queries.row(db.session(), view_of(number), 2).version
    edit_row(number, 2, {"full_name": "叶某"}, actor=clerk, version=seen)

    with pytest.raises(StateRefused) as refused:
        edit_row(number, 2, {"full_name": "张某"}, actor=clerk, version=seen)

    assert refused.value.code == "row.changed"
    assert queries.row(db.session(), view_of(number), 2).full_name == "叶某"


def test_a_submitted_roster_is_fixed(register):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(1)), clerk)
    submit(number, actor=clerk)

    for act in (
        lambda: edit_row(number, 2, {"full_name": "张某"}, actor=clerk),
        lambda: exclude_row(number, 2, actor=clerk),
        lambda: edit_alike(number, "ethnicity", "汉族", "回族", actor=clerk),
        lambda: answer_columns(number, {"ethnicity": "汉族"}, actor=clerk),
    ):
        with pytest.raises(StateRefused):
            act()

    row = queries.row(db.session(), view_of(number), 2)
    assert row.state is RowState.PENDING


@pytest.mark.parametrize("values", [{"nonsense": "1"}, {"full_name": "长" * 501}])
def test_what_is_no_cell_is_refused(small_register, values):
    clerk = make_clerk()
    number = take_in(make_roster(make_people(1)), clerk)

    with pytest.raises(InputRefused):
        edit_row(number, 2, values, actor=clerk)
    with pytest.raises(NotFound):
        edit_row(number, 99, {"full_name": "某"}, actor=clerk)
