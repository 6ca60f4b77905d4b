"""Unsure columns: asked once on the page, remembered for the union, changed on demand."""

import re

import pytest
from sqlalchemy import select

from registry.db import db
from registry.jobs import queries as work
from registry.submissions.models import RememberedColumn
from registry.submissions.states import State
from tests.factories.accounts import csrf_of
from tests.factories.clerk_desk import (
    ROSTER,
    acts,
    figures,
    read_all,
    row_of,
    save,
    sit_down,
    submission,
    upload,
)
from tests.factories.people import fields_of, make_people
from tests.factories.roster_workbooks import to_bytes
from tests.factories.rosters import UNION, csv_of, make_roster

PEOPLE = [fields_of(person) for person in make_people(6)]
UNSURE = ["姓名", "性别", "民族", "证照编号", "手机", "部门", "政治面目", "是否农民工"]


@pytest.fixture
def clerk(client):
    return sit_down(client)


def lines(header=UNSURE, people=PEOPLE):
    rows = [
        [one["full_name"], one["sex"], one["ethnicity"], one["document_number"], one["mobile"],
         "装配车间", "群众", "是"]
        for one in people
    ]  # fmt: skip
    return [header, *rows]


def send(client, content, name="花名册.csv"):
    """Upload and read; returns the submission's number."""
    answer = upload(client, content, name=name)
    assert answer.status_code == 303, answer.text
    read_all()
    return int(answer.headers["Location"].rpartition("/")[2])


def choices(page):
    """Return what is chosen for each column on the page."""
    found = {}
    for name, body in re.findall(
        r'<select[^>]* name="column-([A-Z]+)"[^>]*>(.*?)</select>', page, re.S
    ):
        chosen = re.search(r'<option selected value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    return found


def say(client, number, sheet="", **changes):
    """Confirm the page as it stands, with some choices changed."""
    said = choices(client.get(f"/submissions/{number}/columns").text) | changes
    data = {f"column-{letter}": field for letter, field in said.items()}
    return client.post(
        f"/submissions/{number}/columns",
        data={"csrf_token": csrf_of(client), "sheet": sheet, **data},
    )


def state_of(number):
    db.session.rollback()
    return work.progress(db.session(), "331083", number).state


def test_the_question_reads_well_whatever_the_item_is_called(client, clerk):
    number = send(client, csv_of(lines([*UNSURE[:-1], "是否农名工"])))
    page = client.get(f"/submissions/{number}/columns").text
    assert "列名与“是否农民工”相近，是不是这一项？" in page


def test_an_unsure_file_is_asked_about_before_anything_is_stored(client, clerk):
    number = send(client, csv_of(lines()))
    assert state_of(number) == "ASKING"
    found = submission(number)
    assert (found.state, found.is_read, found.total_count) == (State.DRAFT, False, 0)

    assert client.get(f"/submissions/{number}").headers["Location"].endswith("/columns")
    going = client.get(f"/submissions/{number}/progress")
    assert going.headers["HX-Redirect"] == f"/submissions/{number}/columns"
    assert "要核对列名" in client.get(ROSTER).text
    assert "花名册的列名要核对" in client.get("/home").text

    page = client.get(f"/submissions/{number}/columns").text
    assert "有 2 列看不准，请核对" in page
    assert "内容像证件号码" in page and "列名与“政治面貌”相近" in page
    assert choices(page)["D"] == "document_number"
    assert choices(page)["G"] == "political_status"
    assert choices(page)["F"] == ""
    assert PEOPLE[0]["full_name"] in page
    for one in PEOPLE:
        assert one["document_number"] not in page and one["mobile"] not in page
    assert "核对列名" in page and "读取校验" in page


def test_what_is_confirmed_is_read_and_not_asked_again(client, clerk):
    number = send(client, csv_of(lines()))
    answer = say(client, number)
    assert answer.headers["Location"] == f"/submissions/{number}"
    assert "正在排队" in client.get(f"/submissions/{number}").text
    read_all()
    page = client.get(f"/submissions/{number}").text
    assert figures(page) == [6, 6, 0, 0, 0]
    assert "核对列名（" not in page and "<span>核对列名</span>" in page
    assert row_of(number, 2).clean["political_status"]
    entry = acts("draft.columns")[0]
    assert "document_number" in entry.detail["fields"]

    again = send(client, csv_of(lines(people=PEOPLE[:4])), name="第二次.csv")
    assert state_of(again) == "DONE"
    assert figures(client.get(f"/submissions/{again}").text) == [4, 4, 0, 0, 0]
    assert "<span>核对列名</span>" not in client.get(f"/submissions/{again}").text


def test_labels_with_long_numbers_are_not_remembered(client, clerk):
    header = [*UNSURE[:5], "部门 13800000000", *UNSURE[6:]]
    number = send(client, csv_of(lines(header)))
    say(client, number)
    labels = set(db.session.scalars(select(RememberedColumn.label)))
    assert "证照编号" in labels
    assert not any("138" in label for label in labels)


def test_a_column_without_a_label_is_remembered_by_its_looks(client, clerk):
    header = [*UNSURE[:3], "", *UNSURE[4:6], "政治面貌", UNSURE[7]]
    number = send(client, csv_of(lines(header)))
    assert state_of(number) == "ASKING"
    say(client, number)
    read_all()
    again = send(client, csv_of(lines(header, PEOPLE[:3])), name="第二次.csv")
    assert state_of(again) == "DONE"
    assert submission(again).ok_count == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"D": ""}, "还没有选哪一列是“证件号码”"),
        ({"A": ""}, "还没有选哪一列是“姓名”"),
        ({"F": "mobile"}, "第 E 列和第 F 列都选了“移动电话”"),
        ({"F": "nonsense"}, "有一列的选择没有收到"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_happens(client, clerk, changes, words):
    number = send(client, csv_of(lines()))
    answer = say(client, number, **changes)
    assert answer.status_code == 400
    assert words in answer.text
    assert state_of(number) == "ASKING"
    assert acts("draft.columns") == []


def test_two_filled_columns_for_one_field_are_asked_about(client, clerk):
    header = ["姓名", "性别", "民族", "证件号码", "手机", "联系电话", "政治面貌", "是否农民工"]
    content = lines(header)
    for row in content[1:]:
        row[5] = "0576-87210000"
    number = send(client, csv_of(content))
    page = client.get(f"/submissions/{number}/columns").text
    assert "另有一列也是“移动电话”" in page
    assert (choices(page)["E"], choices(page)["F"]) == ("mobile", "")


def test_foreign_columns_are_not_asked_about(client, clerk):
    header = ["姓名", "性别", "民族", "证件号码", "手机", "部门", "入职日期", "是否农民工"]
    number = send(client, csv_of(lines(header)))
    assert state_of(number) == "DONE"


def test_the_check_page_leads_back_and_corrections_are_kept(client, clerk):
    content = make_roster(make_people(6), {0: {"ethnicity": "汗族"}})
    number = send(client, content)
    page = client.get(f"/submissions/{number}").text
    assert f'href="/submissions/{number}/columns">列名不对？重新核对列名' in page
    save(client, number, 2, ethnicity="汉族", version=row_of(number, 2).version)
    client.post(
        f"/submissions/{number}/rows/4/exclude",
        data={"csrf_token": csrf_of(client), "shown": "2,3,4", "tab": "error"},
        headers={"HX-Request": "true"},
    )
    columns = client.get(f"/submissions/{number}/columns").text
    mobile = next(letter for letter, field in choices(columns).items() if field == "mobile")
    assert "您在页面上改过的格子和排除的行都保留" in columns
    say(client, number, **{mobile: ""})
    read_all()
    assert submission(number).is_read
    assert row_of(number, 2).clean["ethnicity"] == row_of(number, 3).clean["ethnicity"]
    assert row_of(number, 4).state == "EXCLUDED"
    assert "mobile.missing" in {one.code for one in row_of(number, 3).findings}


def test_another_sheet_can_be_chosen(client, clerk):
    from openpyxl import Workbook

    workbook = Workbook()
    header = ["姓名", "性别", "民族", "证件号码", "手机", "部门", "政治面貌", "是否农民工"]
    for title, people in (("一车间", PEOPLE[:2]), ("二车间", PEOPLE[2:])):
        sheet = workbook.create_sheet(title)
        for line in lines(header, people):
            sheet.append(line)
    del workbook["Sheet"]
    number = send(client, to_bytes(workbook), name="名册.xlsx")
    assert (submission(number).sheet, submission(number).total_count) == ("一车间", 2)
    page = client.get(f"/submissions/{number}/columns?sheet=二车间").text
    assert PEOPLE[3]["full_name"] in page and PEOPLE[0]["full_name"] not in page
    say(client, number, sheet="二车间")
    read_all()
    assert (submission(number).sheet, submission(number).total_count) == ("二车间", 4)


def test_a_missing_column_is_asked_for_only_where_there_is_a_candidate(client, clerk):
    number = send(client, csv_of([["姓名", "性别", "民族"], ["叶小青", "女", "汉族"]]))
    assert state_of(number) == "REFUSED"
    other = send(client, csv_of([["姓名", "性别", "民族", "号牌"], ["叶小青", "女", "汉族", "x"]]))
    assert state_of(other) == "ASKING"
    page = client.get(f"/submissions/{other}/columns").text
    assert "表中没有写明哪一列是“证件号码”" in page


def test_what_a_confirmed_layout_cannot_do_is_said_and_nothing_is_lost(client, clerk, monkeypatch):
    from registry.errors import RosterRefused

    number = send(client, make_roster(make_people(3)))

    def refuse(*_arguments, **_options):
        raise RosterRefused("file.empty", "表头下面没有人员。")

    say(client, number)
    monkeypatch.setattr("registry.jobs.work.taken_in", refuse)
    read_all()
    assert state_of(number) == "ASKING"
    assert submission(number).state is State.DRAFT
    assert "表头下面没有人员。" in client.get(f"/submissions/{number}/columns").text


def test_a_draft_without_a_file_has_no_column_page(client, clerk):
    number = send(client, csv_of(lines()))
    db.session.rollback()
    say(client, number)
    read_all()
    client.post(f"/submissions/{number}/discard", data={"csrf_token": csrf_of(client)})
    answer = client.get(f"/submissions/{number}/columns")
    assert answer.headers["Location"] == f"/submissions/{number}"
    assert say_anyway(client, number).status_code == 409


def say_anyway(client, number):
    return client.post(
        f"/submissions/{number}/columns", data={"csrf_token": csrf_of(client), "sheet": ""}
    )


def test_the_memory_is_of_the_union(client, clerk):
    number = send(client, csv_of(lines()))
    say(client, number)
    assert set(db.session.scalars(select(RememberedColumn.union_code))) == {UNION}
