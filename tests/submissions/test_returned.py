"""A marked workbook comes back: its draft is gone on with, nothing is asked again."""

import pytest

from registry.db import db, transaction
from registry.errors import RosterRefused, StateRefused
from registry.review.operations import send_back
from registry.submissions import queries
from registry.submissions.corrections import answer_columns, edit_row, exclude_row
from registry.submissions.marking import SentBack, marked_workbook
from registry.submissions.models import Submission
from registry.submissions.operations import submit, withdraw
from registry.submissions.states import Kind, RowState, State
from registry.trail.queries import entries
from tests.factories.marked_books import (
    SIX,
    book_of,
    cell,
    column,
    newest,
    part_of,
    put,
    row_of,
    said,
    saved,
    send,
    view_of,
)
from tests.factories.people import label_rows, table
from tests.factories.rosters import (
    OTHER_UNION,
    UNION,
    csv_of,
    make_clerk,
    make_reviewer,
    make_roster,
    send_in,
    take_in,
)


@pytest.fixture
def clerk(small_register):
    return make_clerk()


def test_the_draft_is_gone_on_with_and_nothing_is_asked_again(register):
    clerk = make_clerk()
    first = take_in(
        make_roster(SIX, {1: {"ethnicity": "汗族"}, 2: {"mobile": "138"}}), clerk, kind=Kind.FULL
    )
    book = book_of(first, clerk)
    put(book, 3, "民族", "汉族")

    second = send(book, clerk).submission_id  # the page proposes an increment

    old, new = view_of(first), view_of(second)
    assert second != first
    assert (old.state, new.state, new.kind) == (State.WITHDRAWN, State.DRAFT, Kind.FULL)
    assert new.parent_id == first
    assert (new.error_count, new.total_count) == (1, 6)
    assert said(second) == f"认出这是第 {first} 号草稿的标注表：改好 1 行，还有 1 行需要改正。"
    assert new.original and old.original and new.original != old.original
    drafts = queries.of_union(db.session(), "331083", UNION, states=[State.DRAFT])
    assert [one.id for one in drafts] == [second]
    assert new.file_findings == old.file_findings
    assert len(entries(db.session(), "331083", action="draft.return")) == 1


def test_answers_exclusions_and_later_corrections_are_carried_over(clerk):
    rows = label_rows([*SIX, SIX[0]])
    for row in rows:
        del row["是否农民工"]
    rows[2]["民族"] = rows[3]["民族"] = "汗族"
    first = take_in(csv_of(table(rows)), clerk)
    answer_columns(first, {"is_migrant_worker": "否"}, actor=clerk)
    exclude_row(first, 8, actor=clerk)  # the same person as in row 2
    edit_row(first, 4, {"ethnicity": "回族"}, actor=clerk)  # before: stands in the workbook
    book = book_of(first, clerk)
    edit_row(first, 5, {"ethnicity": "苗族"}, actor=clerk)  # since
    edit_row(first, 6, {"full_name": "叶某某"}, actor=clerk)  # since
    put(book, 6, "姓名", "张三四")  # the workbook wins
    put(book, 4, "民族", "汗族")  # back to what the file said: the workbook wins

    second = send(book, clerk).submission_id

    view = view_of(second)
    assert view.answers == {"is_migrant_worker": "否"}
    assert row_of(second, 8).state is RowState.EXCLUDED
    assert row_of(second, 2).worst == "ok"  # no duplicate any more
    assert cell(second, 5, "ethnicity") == "苗族"
    assert cell(second, 6, "full_name") == "张三四"
    assert cell(second, 4, "ethnicity") == "汗族"
    assert (view.error_count, view.ok_count, view.skipped_count) == (1, 5, 1)


def test_rows_added_and_removed_in_the_workbook_are_seen(clerk):
    first = take_in(make_roster(SIX, {4: {"ethnicity": "汗族"}}), clerk)
    exclude_row(first, 7, actor=clerk)
    book = book_of(first, clerk)
    edit_row(first, 6, {"ethnicity": "回族"}, actor=clerk)
    sheet = book.worksheets[0]
    sheet.delete_rows(3)

    second = send(book, clerk).submission_id

    assert view_of(second).total_count == 5
    assert cell(second, 5, "ethnicity") == "回族"
    assert row_of(second, 6).state is RowState.EXCLUDED
    assert [row_of(second, row).full_name for row in (2, 3)] == [
        SIX[0].full_name,
        SIX[2].full_name,
    ]


def test_the_same_marked_workbook_twice_is_one_draft(clerk):
    first = take_in(make_roster(SIX, {1: {"ethnicity": "汗族"}}), clerk)
    content = saved(book_of(first, clerk))
    sent = [send(content, clerk).submission_id for _ in range(2)]

    assert sent[0] == sent[1]
    assert newest() == sent[0]


def test_correcting_the_workbook_further_goes_on_with_the_last_draft(clerk):
    first = take_in(make_roster(SIX, {1: {"ethnicity": "汗族"}, 2: {"mobile": "138"}}), clerk)
    book = book_of(first, clerk)
    put(book, 3, "民族", "汉族")
    second = send(book, clerk).submission_id
    edit_row(second, 6, {"full_name": "叶某某"}, actor=clerk)
    put(book, 4, "移动电话", SIX[2].mobile)

    third = send(book, clerk).submission_id

    assert view_of(second).state is State.WITHDRAWN
    assert view_of(third).error_count == 0
    assert cell(third, 6, "full_name") == "叶某某"
    assert said(third).startswith(f"认出这是第 {second} 号草稿的标注表：改好 1 行，没有")


@pytest.mark.parametrize("how", ["forged", "removed", "another union"])
def test_what_is_not_recognised_is_an_ordinary_new_file(clerk, how):
    first = take_in(make_roster(SIX, {1: {"ethnicity": "汗族"}}), clerk)
    book = book_of(first, clerk)
    union, sender = UNION, clerk
    if how == "removed":
        del book["问题清单"]
    elif how == "forged":
        for row in book["问题清单"].iter_rows(max_row=9):
            if row[0].value == "识别码（请勿修改）：":
                row[2].value = row[2].value[:-4] + "AAAA"
    else:
        union, sender = OTHER_UNION, make_clerk(OTHER_UNION)

    second = send(book, sender, union=union).submission_id

    assert view_of(first).state is view_of(second).state is State.DRAFT
    assert view_of(second).parent_id is None
    assert said(second) is None


def test_a_draft_that_was_submitted_or_given_up_is_said(clerk):
    first = take_in(make_roster(SIX, {1: {"ethnicity": "汗族"}}), clerk)
    book = book_of(first, clerk)
    held = submit(first, actor=clerk, hold_errors=True).follow_up_id
    second = send(book, clerk).submission_id
    assert "已经提交（待审）" in said(second)
    assert f"第 {held} 号草稿" in said(second)
    assert view_of(second).parent_id is None

    withdraw(second, actor=clerk)
    third = send(book, clerk, name="b.xlsx").submission_id
    assert third not in (first, second)


def test_held_and_sent_back_rows_have_a_workbook_of_their_own(register):
    clerk, reviewer = make_clerk(), make_reviewer()
    first = send_in(make_roster(SIX), clerk)
    draft = send_back(
        first, actor=reviewer, rows=[3, 5], reason="wrong_data", note="=请核对电话"
    ).follow_up_id
    words = tuple(SentBack(row, "wrong_data", "=请核对电话") for row in (3, 5))
    book = book_of(draft, clerk, sent_back=words)
    sheet = book.worksheets[0]
    origin = column(sheet, "原行号")
    assert [sheet[f"{origin}{row}"].value for row in (1, 2, 3, 4)] == ["原行号", 3, 5, None]
    assert "请核对电话" in sheet[f"{column(sheet, '证件号码')}2"].comment.text

    put(book, 3, "移动电话", "13900000001")
    edit_row(draft, 3, {"full_name": "叶某某"}, actor=clerk)
    put(book, 2, "民族", "汗族")
    content = saved(book)

    assert send(content, clerk).submission_id == draft
    view = view_of(draft)
    assert (view.state, view.total_count, view.error_count) == (State.DRAFT, 2, 1)
    assert cell(draft, 5, "mobile") == "13900000001"
    assert cell(draft, 3, "full_name") == "叶某某"
    upload = newest()
    assert (view_of(upload).state, view_of(upload).parent_id) == (State.WITHDRAWN, draft)
    assert said(upload) == (
        f"认出这是第 {draft} 号草稿的标注表：改好 0 行，还有 1 行需要改正。"
        "其中第 3 行原来没有错，按这份表格填的又要改正，请核对。"
    )

    # The same file again is known. A cell as it was given out undoes only what is refused: it may
    # be another copy of the workbook, in which nobody touched it.
    assert send(content, clerk).submission_id == draft
    assert newest() == upload
    put(book, 2, "民族", "汉族")
    put(book, 3, "移动电话", SIX[3].mobile)
    assert send(book, clerk).submission_id == draft
    assert cell(draft, 5, "mobile") == "13900000001"
    assert cell(draft, 3, "ethnicity") == "汉族"
    assert view_of(draft).error_count == 0


def test_a_long_roster_gives_faulty_rows_that_go_back_into_it(clerk, monkeypatch):
    first, book = part_of(monkeypatch, clerk)
    sheet = book.worksheets[0]
    assert [sheet[f"{column(sheet, '原行号')}{row}"].value for row in (2, 3, 4)] == [3, 6, None]
    put(book, 2, "民族", "汉族")
    put(book, 3, "证件号码", 331083199003071230)  # a number has lost its tail
    sheet.move_range(f"A2:{column(sheet, '原行号')}2", rows=5)  # the order means nothing

    assert send(book, clerk).submission_id == first
    view = view_of(first)
    assert (view.total_count, view.ok_count, view.error_count) == (6, 5, 1)
    codes = {one.code for one in row_of(first, 6).findings}
    assert "document.numeric" in codes


@pytest.mark.parametrize("number", [99, 6, None, "三"])
def test_a_row_number_that_is_not_there_or_twice_is_refused(clerk, monkeypatch, number):
    first, book = part_of(monkeypatch, clerk)
    put(book, 2, "原行号", number)
    put(book, 3, "民族", "回族")

    with pytest.raises(RosterRefused) as refused:
        send(book, clerk)

    assert refused.value.code == "marked.origin"
    assert "原行号" in refused.value.message
    assert cell(first, 6, "ethnicity") != "回族"
    assert view_of(first).state is State.DRAFT


def test_a_draft_by_hand_has_no_workbook(clerk):
    first = take_in(make_roster(SIX), clerk)
    with transaction() as session:
        found = session.get(Submission, ("331083", first))
        found.original, found.source = None, "FORM"

    with pytest.raises(StateRefused):
        marked_workbook(first, actor=clerk)


def test_a_draft_that_changes_while_its_workbook_is_read_is_not_lost(clerk, monkeypatch):
    from registry.jobs import work

    first = take_in(make_roster(SIX, {1: {"ethnicity": "汗族"}}), clerk)
    book = book_of(first, clerk)
    put(book, 3, "民族", "汉族")
    really = work.take_place
    rounds = []

    def meddled(session, ref, carried):
        rounds.append(1)
        return really(session, ref, carried)

    class Meddling(work.Carried):
        def __init__(self, *given):
            super().__init__(*given)
            if not rounds:
                edit_row(first, 7, {"full_name": "叶某某"}, actor=clerk)

    monkeypatch.setattr(work, "take_place", meddled)
    monkeypatch.setattr(work, "Carried", Meddling)
    second = send(book, clerk).submission_id

    assert len(rounds) == 2
    assert cell(second, 7, "full_name") == "叶某某"
