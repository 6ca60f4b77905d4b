import pytest

from registry.codes import Code, CodeList, code_list

NAMES = [
    "document_kind",
    "education",
    "employer_category",
    "ethnicity",
    "household_kind",
    "industry",
    "membership_change",
    "membership_change_reason",
    "new_sector_kind",
    "political_status",
    "send_back_reason",
    "sex",
    "skill_level",
    "union_kind",
    "union_status",
    "work_status",
    "worker_group",
]


def make_list(*entries: tuple[str, str, list[str]]) -> CodeList:
    return CodeList("made", entries)


@pytest.mark.parametrize("name", NAMES)
def test_every_label_and_code_of_every_list_is_found(name: str) -> None:
    codes = code_list(name)
    for code, label in codes:
        assert codes.find(label) == Code(code, label)
        assert codes.find(code) == Code(code, label)
        assert codes.label(code) == label
        assert code in codes
        assert not codes.is_alias(label)


def test_the_clerks_words_are_understood() -> None:
    assert code_list("ethnicity").find("汉") == ("01", "汉族")
    assert code_list("education").find("本科") == ("21", "大学本科")
    assert code_list("political_status").find("党员") == ("01", "中共党员")
    assert code_list("worker_group").find("外卖员") == ("06", "网约送餐员")


def test_an_alias_and_a_code_are_no_labels() -> None:
    sex = code_list("sex")
    assert sex.is_alias("男性")
    assert sex.is_alias("1")
    assert not sex.is_alias("男")
    assert not sex.is_alias(" 男 ")
    assert not sex.is_alias("雄")


def test_blanks_width_and_case_do_not_matter() -> None:
    assert code_list("ethnicity").find(" 汉 族\u3000") == ("01", "汉族")
    assert code_list("work_status").find("待(下)岗") == ("2", "待（下）岗")
    assert code_list("sex").find("ｍ") == ("1", "男")
    assert code_list("work_status").is_alias("待(下)岗")


def test_a_code_without_its_leading_zero_is_found() -> None:
    assert code_list("ethnicity").find("1") == ("01", "汉族")
    assert code_list("worker_group").find("0") == ("00", "无")
    assert code_list("education").find("021") == ("21", "大学本科")


def test_a_bare_number_that_two_codes_share_is_not_guessed() -> None:
    codes = make_list(("01", "甲", []), ("001", "乙", []))
    assert codes.find("1") is None
    assert codes.find("01") == ("01", "甲")


def test_an_alias_that_two_entries_share_after_folding_is_not_guessed() -> None:
    codes = make_list(("a", "甲", ["X y"]), ("b", "乙", ["x Y"]))
    assert codes.find("xy") is None
    assert codes.find("X y") == ("a", "甲")


def test_a_label_wins_over_an_alias_and_an_alias_over_a_code() -> None:
    codes = make_list(("1", "甲", ["乙", "2"]), ("2", "乙", []))
    assert codes.find("乙") == ("2", "乙")
    assert codes.find("2") == ("1", "甲")


@pytest.mark.parametrize("text", ["", "  ", "火星族", "99999", "-1", "1.5"])
def test_other_words_are_not_found(text: str) -> None:
    assert code_list("ethnicity").find(text) is None
    assert not code_list("ethnicity").is_alias(text)


def test_the_nearest_labels_stand_in_order_and_at_most_three() -> None:
    assert code_list("education").nearest("大学本科学历")[0] == "大学本科"
    assert code_list("ethnicity").nearest("汉簇")[0] == "汉族"
    assert code_list("household_kind").nearest("农业户口")[0] == "农业家庭户"
    assert len(code_list("household_kind").nearest("户")) <= 3
    assert len(code_list("household_kind").nearest("家庭户口", 1)) == 1


@pytest.mark.parametrize("text", ["", "火星", "Ω"])
def test_far_words_have_no_nearest_label(text: str) -> None:
    assert code_list("ethnicity").nearest(text) == []


@pytest.mark.parametrize("name", ["nothing", "", "../rules", "yuhuan_units"])
def test_an_unknown_list_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        code_list(name)


def test_an_unknown_code_has_no_label() -> None:
    with pytest.raises(KeyError):
        code_list("sex").label("7")


def test_a_list_is_read_once() -> None:
    assert code_list("sex") is code_list("sex")
    assert repr(code_list("sex")) == "CodeList('sex')"
    assert len(code_list("sex")) == 4
