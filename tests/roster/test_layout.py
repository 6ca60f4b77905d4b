"""Which sheet, which columns: profiles, doubts, what a person said; through the sandbox."""

import json
import re

import pytest
from openpyxl import Workbook

from registry.errors import RosterRefused
from registry.roster import sandbox
from registry.roster.columns import COLUMN
from registry.roster.doubts import doubts_of
from registry.roster.layout import Layout, Unclear, Why
from registry.roster.preview import masked, preview
from registry.roster.profiles import FOLDER, profiles
from registry.roster.sandbox import ORDINARY, open_sheet
from tests.factories.people import fields_of, make_people
from tests.factories.roster_workbooks import to_bytes
from tests.factories.rosters import csv_of

PEOPLE = [fields_of(person) for person in make_people(5)]
HEADER = ["姓名", "性别", "民族", "证件号码", "手机"]


def rows(*extra):
    keys = ("full_name", "sex", "ethnicity", "document_number", "mobile")
    return [[*(one[key] for key in keys), *extra] for one in PEOPLE]


def book(*sheets):
    workbook = Workbook()
    for name, lines in sheets:
        sheet = workbook.create_sheet(name)
        for line in lines:
            sheet.append(line)
    del workbook["Sheet"]
    return to_bytes(workbook)


def read(content, layout=None):
    with open_sheet(content, ORDINARY, layout) as reader:
        cells = [batch.cells for batch in reader]
        return reader.head, reader.tail, cells[0]


def fields(head):
    return {column.column: column.field for column in head.columns if column.field}


def codes(head, tail):
    return [one.code for one in (*head.file_findings, *tail.file_findings)]


# sheets


def test_a_summary_in_front_is_passed_over():
    summary = ("汇总", [["性别", "民族", "学历"], ["男", "汉族", "本科"]])
    head, tail, _ = read(book(summary, ("名册", [HEADER, *rows()])))
    assert head.sheet == "名册"
    assert codes(head, tail) == []


def test_the_first_of_two_rosters_is_read_and_the_other_named():
    head, tail, _ = read(book(("一", [HEADER, *rows()]), ("二", [HEADER, *rows()])))
    assert head.sheet == "一"
    assert codes(head, tail) == ["file.several_sheets"]
    assert "二" in tail.file_findings[0].message


def test_a_sheet_of_code_lists_is_no_roster():
    lists = ("选项", [["民族", "学历", "性别"], ["汉族", "本科", "男"]])
    head, tail, _ = read(book(("名册", [HEADER, *rows()]), lists))
    assert codes(head, tail) == []


def test_another_sheet_can_be_asked_for():
    content = book(("一", [HEADER, *rows()]), ("二", [["名册"], HEADER, *rows()[:2]]))
    head, tail, cells = read(content, Layout(sheet="二"))
    assert (head.sheet, head.header_row, len(cells["full_name"])) == ("二", 2, 2)
    assert codes(head, tail) == ["file.several_sheets"]


# profiles


def test_all_profiles_name_columns_of_the_roster():
    assert [one.name for one in profiles()] == ["national", "provincial"]
    national = profiles()[0].labels
    assert list(national.values()) == list(COLUMN)[:20]


def test_a_profile_is_added_as_a_file(tmp_path, monkeypatch):
    for path in FOLDER.glob("*.csv"):
        (tmp_path / path.name).write_text(path.read_text("utf-8"), "utf-8")
    text = "label,field\n员工,full_name\n证照,document_number\n性别,sex\n民族,ethnicity\n厂牌,\n"
    (tmp_path / "works.csv").write_text(text, "utf-8")
    monkeypatch.setattr(sandbox, "profiles", lambda: profiles(tmp_path))
    lines = [["员工", "性别", "民族", "证照", "厂牌"], *([*r[:4], "7"] for r in rows())]
    # Two labels of its own alone are no header: three known ones are needed to look closer.
    lines[0][2] = "民族"
    head, tail, cells = read(csv_of([[*lines[0], "籍贯"], *([*r, "玉环"] for r in lines[1:])]))
    assert head.profile == "works"
    assert cells["full_name"] == [one["full_name"] for one in PEOPLE]
    assert codes(head, tail) == []
    assert head.doubts == []


def test_a_profile_with_an_unknown_field_is_refused(tmp_path):
    (tmp_path / "wrong.csv").write_text("label,field\n姓名,name\n", "utf-8")
    with pytest.raises(ValueError, match=re.escape("wrong.csv: no column of the roster: name")):
        profiles(tmp_path)


# doubts


def doubt(header, *, looks="", repeats="", is_filled=True, missing=()):
    there = [field for field in COLUMN if field not in missing]
    return doubts_of(there, [Unclear("H", header, looks, repeats, is_filled)])


def test_a_label_that_is_nearly_right_is_unsure_while_its_field_is_free():
    assert doubt("政治面目", missing=["political_status"])[0][2:] == (Why.NEAR, "political_status")
    assert doubt("政治面目") == []
    assert doubt("政治面目", missing=["political_status"], is_filled=False) == []


@pytest.mark.parametrize(
    "header", ["部门", "备注2", "入职日期", "年龄", "工号", "班组", "", "职称"]
)
def test_foreign_columns_are_no_doubts(header):
    missing = [field for field in COLUMN if COLUMN[field].requirement != "required"]
    assert doubt(header, missing=missing) == []


def test_looks_count_while_the_field_is_missing():
    assert doubt("", looks="mobile", missing=["mobile"])[0][2:] == (Why.LOOKS, "mobile")
    assert doubt("", looks="mobile") == []


def test_a_repeated_field_is_unsure_when_both_are_filled():
    assert doubt("电话", repeats="mobile")[0][2:] == (Why.TWICE, "mobile")
    assert doubt("电话", repeats="mobile", is_filled=False) == []
    assert doubt("备注", repeats="remark") == []


def test_doubts_of_a_file():
    header = ["姓名", "性别", "民族", "", "手机", "联系电话", "部门"]
    lines = [header, *([*row[:5], "0576", "一车间"] for row in rows())]
    with pytest.raises(RosterRefused, match="第 D 列像是证件号码"):
        read(csv_of(lines))
    sheet = preview(csv_of(lines))[0]
    assert [(one.column, one.why, one.guess) for one in sheet.doubts] == [
        ("D", Why.LOOKS, "document_number"),
        ("F", Why.TWICE, "mobile"),
    ]
    assert [one.column for one in sheet.unsaid] == ["D", "F", "G"]


def test_two_columns_that_say_the_same_are_no_doubt():
    header = [*HEADER, "联系电话"]
    head, _, _ = read(csv_of([header, *([*row, row[4]] for row in rows())]))
    assert head.doubts == []


# what a person said


def test_columns_of_this_file():
    header = ["姓名", "性别", "民族", "", "手机", "车间"]
    layout = Layout(columns={"D": "document_number", "E": "", "F": "post", "G": ""})
    head, tail, cells = read(csv_of([header, *([*row, "一", "？"] for row in rows())]), layout)
    assert fields(head) == {
        "A": "full_name", "B": "sex", "C": "ethnicity", "D": "document_number", "F": "post",
    }  # fmt: skip
    assert cells["document_number"] == [one["document_number"] for one in PEOPLE]
    assert codes(head, tail) == []


def test_labels_of_the_union():
    header = ["员工", "性别", "民族", "证照", "手机", "车间"]
    labels = {"员工": "full_name", "证照": "document_number", "车间": "", "手机": ""}
    head, tail, cells = read(
        csv_of([header, *([*row, "一"] for row in rows())]), Layout(labels=labels)
    )
    assert cells["full_name"] == [one["full_name"] for one in PEOPLE]
    assert "mobile" not in cells
    assert codes(head, tail) == []


# the preview


@pytest.mark.parametrize(
    "text",
    ["331083199001011234", "3310 8319 9001 0112 34", "身份证331083199001011234号",
     "13812345678", "138-1234-5678", "0576-87210000", "6222021207000123456", "331083900101123",
     "G12345678", "+8613812345678"],
)  # fmt: skip
def test_numbers_are_masked_in_examples(text):
    bare = re.sub(r"\D", "", text)
    assert "*" in masked(text)
    assert bare not in re.sub(r"\D", "", masked(text))


@pytest.mark.parametrize(
    "text", ["1990-03-07", "19900307", "2017年9月1日", "汉族", "装配车间", "12"]
)
def test_dates_and_words_are_shown(text):
    assert masked(text) == text


def test_the_preview_holds_no_full_number():
    content = csv_of([["花名册"], HEADER, *rows()])
    shown = json.dumps(
        [column.examples for sheet in preview(content) for column in sheet.columns],
        ensure_ascii=False,
    )
    assert PEOPLE[0]["full_name"] in shown
    for one in PEOPLE:
        assert one["document_number"] not in shown
        assert one["mobile"] not in shown


def test_the_preview_refuses_as_reading_does():
    with pytest.raises(RosterRefused) as caught:
        preview("什么也不是".encode())
    assert caught.value.code == "file.not_a_workbook"
