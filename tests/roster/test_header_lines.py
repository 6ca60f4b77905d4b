"""Headers of several lines, hints under them, and persons, who are never header lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.roster.columns import COLUMNS
from registry.roster.header import find_header, label_table, normalise_label
from registry.roster.header_labels import is_hint
from tests.factories.people import fields_of, make_people

LABELS = label_table((column.field, column.label, column.aliases) for column in COLUMNS)
PEOPLE = [fields_of(person) for person in make_people(30)]
PERSON = ["1", "叶小青", "女", "汉族", "居民身份证", "331083199001011234", "13800000000", ""]


def found(*rows):
    header = find_header([list(row) for row in rows], LABELS)
    assert header is not None
    return header


@pytest.mark.parametrize(
    "written",
    ["证件号码（选填）", "证件号码（18位）", "证件号码（必填，18位）", "5.证件号码", "5、 证件号码",
     "证件号码\n(文本格式)", "★证件号码：", "证件号码【必填项】", "证 件 号 码（如：3310…）"],
)  # fmt: skip
def test_labels_with_advice(written):
    assert LABELS[normalise_label(written)] == "document_number"


@pytest.mark.parametrize(
    "written", ["姓名（曾用名）", "移动电话（紧急联系人）", "出生日期（农历）", "证件号码（配偶）"]
)
def test_brackets_that_mean_something_else_stay(written):
    assert normalise_label(written) not in LABELS


THREE = (
    ["序号", "基本情况", "", "", "", "", "联系方式", ""],
    ["", "个人", "", "", "证件", "", "电话", "邮箱"],
    ["", "姓名", "性别", "民族", "类别", "号码", "手机", ""],
)


def test_three_lines():
    header = found(["某公司会员花名册"], [], *THREE, PERSON)
    assert header.row == 5
    assert header.fields == {
        "sequence": 0, "full_name": 1, "sex": 2, "ethnicity": 3, "document_kind": 4,
        "document_number": 5, "mobile": 6,
    }  # fmt: skip


def test_a_label_merged_downwards_stands_beside_groups():
    header = found(
        ["姓名", "性别", "证件", "", "民族", "联系方式"],
        ["", "", "类别", "号码", "", ""],
        ["叶", "女", "", "331083199001011234", "汉族", "13800000000"],
    )
    assert header.row == 2
    assert header.fields["ethnicity"] == 4
    assert header.fields["mobile"] == 5


def test_a_second_line_of_foreign_columns_alone_is_no_person():
    header = found(
        ["姓名", "性别", "证件号码", "学历", "", "岗位情况", ""],
        ["", "", "", "全日制", "在职", "车间", "班组"],
        ["叶", "女", "331083199001011234", "", "", "一车间", "甲班"],
    )
    assert header.row == 2


@pytest.mark.parametrize(
    "hints",
    [
        ["", "（必填）", "（男/女）", "", "", "（18位）", "（11位）", ""],
        ["", "与身份证一致", "男/女", "从下拉选择", "", "18位", "11位手机号", "选填"],
        [1, 2, 3, 4, 5, 6, 7, 8],
        ["甲", "乙", "1", "2", "3", "4", "5", "6"],
        ["（1）", "（2）", "（3）", "（4）", "（5）", "（6）", "（7）", "（8）"],
    ],
)
def test_hints_under_labels_are_no_persons(hints):
    assert found(*THREE, hints, PERSON).row == 4


def test_a_title_line_with_labels_of_its_own_is_no_part_of_the_header():
    header = found(
        ["单位名称", "某公司", "", "", "", "", "", "联系电话", "0576-1"],
        ["序号", "姓名", "性别", "民族", "证件类别", "证件号码", "手机", ""],
        PERSON,
    )
    assert header.row == 2
    assert header.fields["mobile"] == 6
    assert "employer_name" not in header.fields


def test_a_label_of_its_own_goes_before_an_alias():
    header = found(["用户名", "姓名", "性别", "证件号码"])
    assert header.fields["full_name"] == 1
    assert header.columns[0] == (0, "用户名", None)
    assert header.rivals == set()


def test_two_aliases_are_rivals():
    header = found(["姓名", "性别", "证件号码", "手机", "联系电话"])
    assert header.fields["mobile"] == 3
    assert header.rivals == {4}


def test_what_a_person_said_goes_before_labels():
    header = found(["姓名", "性别", "证件号码", "手机", "联系电话", "班组"])
    header.lay({3: "", 4: "mobile", 7: "post"})
    assert header.fields["mobile"] == 4
    assert header.columns[-1] == (7, "", "post")
    assert header.passed == {3}


NAMES = st.sampled_from([one["full_name"] for one in PEOPLE])
BLANK = st.just("")
CELLS = {
    "序号": st.one_of(BLANK, st.integers(1, 999), st.integers(1, 999).map(str)),
    "姓名": NAMES,
    "性别": st.sampled_from(["男", "女", "", "1"]),
    "证件类型": st.sampled_from(["身份证", "居民身份证", "", "护照"]),
    "证件号码": st.one_of(
        st.from_regex(r"[1-9]\d{16}[\dX]", fullmatch=True), st.integers(10**14, 10**18), BLANK
    ),
    "联系方式": st.one_of(st.from_regex(r"1[3-9]\d{9}", fullmatch=True), BLANK, st.just("无")),
    "工种": st.sampled_from(["车工", "电话", "姓名", "学历", "", "（外聘）", "选填"]),
    "户籍类型": st.sampled_from(["农业家庭户", "户籍", "", "1"]),
    "部门": st.sampled_from(["电话室", "联系人", "", "民族", "籍贯", "（一）"]),
    "备注": st.text(max_size=6),
}


@given(st.permutations(list(CELLS)), st.data())
def test_a_person_is_never_a_header_line(order, data):
    persons = [[data.draw(CELLS[label]) for label in order] for _ in range(3)]
    header = find_header([["花名册"], list(order), *persons], LABELS)
    assert header is not None
    assert header.row == 2


@given(st.permutations(list(CELLS)), st.data())
def test_nor_under_a_header_of_two_lines(order, data):
    upper = ["花名册", *[""] * len(order)]
    group = ["本人情况", *[""] * (len(order) - 1)]
    person = [data.draw(CELLS[label]) for label in order]
    header = find_header([upper, group, list(order), person], LABELS)
    assert header is not None
    assert header.row == 3


@given(NAMES)
def test_a_name_is_no_hint(name):
    assert not is_hint(name)


@pytest.mark.parametrize("text", ["叶小青", "331083199001011234", "汉族", "（331083199001011234）"])
def test_what_persons_have_is_no_hint(text):
    assert not is_hint(text)


def test_a_title_over_a_blank_label_is_no_label():
    header = found(["某公司花名册"], ["", "姓名", "性别", "证件号码"], ["1", "叶", "女", "x"])
    assert header.row == 2
    assert [text for _, text, _ in header.columns] == ["姓名", "性别", "证件号码"]


def test_a_foreign_label_merged_downwards_is_kept():
    header = found(
        ["部门", "基本信息", "", ""], ["", "姓名", "性别", "证件号码"], ["一", "叶", "", ""]
    )
    assert header.columns[0] == (0, "部门", None)
