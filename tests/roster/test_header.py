import pytest

from registry.roster.columns import COLUMNS
from registry.roster.header import find_header, label_table, normalise_label, why_no_person

LABELS = label_table((column.field, column.label, column.aliases) for column in COLUMNS)
TITLES = ["序号", "姓名", "性别", "证件号码", "移动电话"]


@pytest.mark.parametrize(
    "written",
    ["证件号码", " 证件 号码 ", "证件\n号码", "*证件号码", "证件号码＊", "证件号码（必填）",
     "证件号码(必填)", "【必填】证件号码", "证件号码：", "\ufeff证件号码", "证件　号码"],
)  # fmt: skip
def test_labels_are_compared_without_what_clerks_add(written):
    assert LABELS[normalise_label(written)] == "document_number"


def test_labels_are_compared_in_half_width_and_without_case():
    assert LABELS[normalise_label("ＮＯ．")] == "sequence"


def test_every_label_and_alias_is_known_and_none_is_claimed_twice():
    for column in COLUMNS:
        for label in (column.label, *column.aliases):
            assert LABELS[normalise_label(label)] == column.field


def test_the_header_stands_under_titles():
    header = find_header([["花名册"], [], TITLES], LABELS)
    assert header is not None
    assert header.row == 3
    assert list(header.fields) == ["sequence", "full_name", "sex", "document_number", "mobile"]


def test_a_title_line_with_labels_does_not_pass_for_the_header():
    title = ["单位名称", "某公司", "工会名称", "某工会", "联系电话", "0576"]
    header = find_header([title, TITLES], LABELS)
    assert header is not None
    assert header.row == 2


def test_two_known_labels_are_no_header():
    assert find_header([["姓名", "证件号码", "x"]], LABELS) is None


def test_a_header_below_row_30_is_not_found():
    assert find_header([[]] * 29 + [TITLES], LABELS) is not None
    assert find_header([[]] * 30 + [TITLES], LABELS) is None


@pytest.mark.parametrize("above", ["会员花名册", "注", "基本信息"])
def test_a_text_in_row_30_makes_no_header_of_row_31(above):
    assert find_header([[]] * 29 + [[above], TITLES], LABELS) is None


def test_a_header_that_begins_in_row_30_may_end_below_it():
    lines = [["姓名", "性别", "民族", "证件", ""], ["", "", "", "证件类别", "证件号码"]]

    header = find_header([[]] * 29 + lines, LABELS)

    assert header is not None
    assert header.row == 31
    assert "document_number" in header.fields


def test_two_columns_for_one_field_the_first_wins():
    header = find_header([[*TITLES, "手机"]], LABELS)
    assert header is not None
    assert header.fields["mobile"] == 4
    assert header.columns[5] == (5, "手机", None)


def test_two_line_header_with_groups():
    upper = ["序号", "姓名", "证件", "", "联系方式", "性别"]
    lower = ["", "", "类别", "号码", "", ""]
    header = find_header([upper, lower, ["1", "叶", "居民身份证", "x", "", "女"]], LABELS)
    assert header is not None
    assert header.row == 2
    assert header.fields["document_kind"] == 2
    assert header.fields["document_number"] == 3
    assert header.fields["mobile"] == 4


def test_two_line_header_whose_lower_line_holds_most():
    upper = ["基本信息", "", "", "会籍", ""]
    lower = ["姓名", "性别", "证件号码", "入会日期", "会籍变化原因"]
    header = find_header([["花名册"], upper, lower], LABELS)
    assert header is not None
    assert header.row == 3
    assert len(header.fields) == 5


def test_a_person_is_no_second_header_line():
    header = find_header([TITLES, ["1", "叶", "女", "x", "138"]], LABELS)
    assert header is not None
    assert header.row == 1


FIELDS = {"sequence": 0, "full_name": 1, "sex": 2, "document_number": 3, "mobile": 4}


def why(cells):
    return why_no_person(cells, cells[3], FIELDS, LABELS)


@pytest.mark.parametrize(
    "first",
    ["合计", "合 计", "总计：3人", "小计", "本页小计", "填表人：周", "填报单位", "制表", "审核人",
     "联系人：周 13800000000", "说明：一", "注：", "注:"],
)  # fmt: skip
def test_footers(first):
    assert why([first, "", "", "", ""]) == "footer"
    assert why(["", first, "", "", ""]) == "footer"
    assert why([1.0, first, "", "", ""]) == "footer"


def test_a_total_beneath_the_document_column_is_still_a_footer():
    assert why(["合计", "", "", 35.0, ""]) == "footer"
    assert why(["合计", "", "", "35人", ""]) == "footer"


def test_a_person_whose_first_text_looks_like_a_footer_but_has_a_number_stays():
    assert why(["注", "注册", "女", "331083199001011234", ""]) is None
    assert why(["", "注", "女", 331083199001011234.0, ""]) is None


def test_a_footer_word_further_back_makes_no_footer():
    assert why(["1", "叶", "合计", "", ""]) is None


def test_a_repeated_header_is_told():
    assert why(TITLES) == "header"
    assert why(["", "姓 名", "性别", "证件号码（必填）", ""]) == "header"
    assert why(["", "姓名", "女", "x", ""]) is None


@pytest.mark.parametrize("first", ["示例", "样例", "例", "（示例）", "例1", "例：", "示例行"])
def test_examples(first):
    assert why([first, "叶", "女", "331083199001011234", ""]) == "example"


def test_a_name_that_begins_like_an_example_is_none():
    assert why(["1", "例文", "女", "331083199001011234", ""]) is None
