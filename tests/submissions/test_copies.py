"""Several copies of one marked workbook come back: none undoes what another has corrected."""

import pytest

from registry.submissions.corrections import edit_row
from registry.submissions.states import State
from tests.factories.marked_books import (
    SIX,
    book_of,
    cell,
    newest,
    part_of,
    put,
    said,
    saved,
    send,
    view_of,
)
from tests.factories.people import make_people
from tests.factories.rosters import make_clerk, make_roster, take_in


@pytest.fixture
def clerk(small_register):
    return make_clerk()


WRONG = {row: {"ethnicity": "汗族"} for row in range(1, 5)}


def copies(clerk):
    """Two copies of one marked workbook: A corrects rows 3 and 4, B row 5; row 6 stays wrong."""
    first = take_in(make_roster(SIX, WRONG), clerk)
    a, b = book_of(first, clerk), book_of(first, clerk)
    for book, rows in ((a, (3, 4)), (b, (5,))):
        for row in rows:
            put(book, row, "民族", "汉族")
    return first, a, b


def test_a_second_copy_does_not_undo_what_the_first_one_corrected(register):
    clerk = make_clerk()
    _, a, b = copies(clerk)
    untouched = saved(a)
    second = send(a, clerk).submission_id
    edit_row(second, 3, {"full_name": "叶某某"}, actor=clerk)
    third = send(b, clerk).submission_id

    assert view_of(third).error_count == 1
    assert [cell(third, row, "ethnicity") for row in range(3, 7)] == ["汉族"] * 3 + ["汗族"]
    assert cell(third, 3, "full_name") == "叶某某"
    assert said(third) == f"认出这是第 {second} 号草稿的标注表：改好 1 行，还有 1 行需要改正。"

    # An older workbook once more, the very file: nothing goes back.
    edit_row(third, 4, {"ethnicity": "回族"}, actor=clerk)
    fourth = send(untouched, clerk).submission_id
    assert view_of(fourth).error_count == 1
    assert [cell(fourth, row, "ethnicity") for row in (3, 4, 5)] == ["汉族", "回族", "汉族"]
    assert cell(fourth, 3, "full_name") == "叶某某"


def test_a_copy_goes_on_where_another_has_moved_added_and_removed_rows(clerk):
    _, a, b = copies(clerk)
    sheet = a.worksheets[0]
    for one, value in enumerate([one.value for one in sheet[7]], start=1):
        sheet.cell(8, one, value)
    added = make_people(7)[6]
    put(a, 8, "姓名", added.full_name)
    put(a, 8, "证件号码", added.number)
    sheet.delete_rows(2)
    second = send(a, clerk).submission_id
    assert [cell(second, row, "ethnicity") for row in (2, 3)] == ["汉族", "汉族"]
    third = send(b, clerk).submission_id

    assert [cell(third, row, "ethnicity") for row in range(3, 7)] == ["汉族"] * 3 + ["汗族"]
    words = said(third)
    assert (
        f"另一份标注表添加的 1 行不在这份表格里，没有带过来（第 {second} 号草稿的第 7 行）" in words
    )
    assert "另一份标注表删去的 1 行还在这份表格里，现在又有了（第 2 行）" in words


def test_a_row_made_wrong_in_the_workbook_is_named(clerk):
    _, a, b = copies(clerk)
    second = send(a, clerk).submission_id
    put(b, 3, "民族", "汗汗族")
    third = send(b, clerk).submission_id

    assert cell(third, 3, "ethnicity") == "汗汗族"
    assert "改好 1 行，还有 2 行需要改正。其中第 3 行原来没有错" in said(third)
    assert view_of(second).state is State.WITHDRAWN


def test_a_copy_of_some_rows_does_not_undo_another(clerk, monkeypatch):
    first, a = part_of(monkeypatch, clerk)
    b = book_of(first, clerk)
    put(a, 2, "民族", "汉族")
    put(b, 3, "移动电话", SIX[4].mobile)
    send(a, clerk)
    assert said(newest()).endswith("改好 1 行，还有 1 行需要改正。")
    send(b, clerk)

    assert said(newest()).endswith("改好 1 行，没有需要改正的行了。")
    assert (cell(first, 3, "ethnicity"), view_of(first).error_count) == ("汉族", 0)
