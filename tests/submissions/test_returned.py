"""A marked workbook comes back: its draft is gone on with, nothing is asked again."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from registry.db import db, transaction
from registry.errors import RosterRefused, StateRefused
from registry.jobs.operations import import_now
from registry.jobs.queries import word
from registry.review.operations import send_back
from registry.roster import marked
from registry.submissions import queries
from registry.submissions.corrections import answer_columns, edit_row, exclude_row
from registry.submissions.marking import SentBack, marked_workbook
from registry.submissions.models import Submission
from registry.submissions.operations import submit, withdraw
from registry.submissions.regrouping import ref_of
from registry.submissions.states import Kind, RowState, State
from registry.submissions.storing import open_row
from registry.trail.queries import entries
from registry.vault.vault import vault
from tests.factories.people import label_rows, make_people, table
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

SIX = make_people(6)


@pytest.fixture
def clerk(small_register):
    return make_clerk()


def view_of(number):
    db.session.rollback()
    return queries.find(db.session(), number)


def row_of(number, row):
    return queries.row(db.session(), view_of(number), row)


def cell(number, row, field):
    view = view_of(number)
    content = open_row(vault(), ref_of(view), row, row_of(number, row).sealed)
    return content.edits.get(field, content.raw.get(field))


def book_of(number, clerk, **more):
    return load_workbook(BytesIO(marked_workbook(number, actor=clerk, **more).content))


def column(sheet, label):
    for row in sheet.iter_rows(max_row=3):
        for one in row:
            if one.value == label:
                return one.column_letter
    raise AssertionError(f"no column {label}")


def put(book, row, label, value):
    sheet = book.worksheets[0]
    sheet[f"{column(sheet, label)}{row}"] = value


def saved(book):
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def send(book, clerk, *, union=UNION, kind=Kind.INCREMENT, name="改好的.xlsx"):
    content = book if isinstance(book, bytes) else saved(book)
    return import_now(content, file_name=name, union_code=union, kind=kind, actor=clerk)


def said(upload):
    db.session.rollback()
    found = word(db.session(), "331083", upload)
    return found[1] if found else None


def newest():
    return db.session.scalar(select(func.max(Submission.id)))


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


def part_of(monkeypatch, clerk):
    monkeypatch.setattr(marked, "MOST_ROWS", 5)
    first = take_in(make_roster(SIX, {1: {"ethnicity": "汗族"}, 4: {"mobile": "138"}}), clerk)
    return first, book_of(first, clerk)


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
