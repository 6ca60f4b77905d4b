import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes import code_list
from registry.codes.likeness import likeness, sound

# What clerks type: a character that sounds alike, one that looks alike, one too many or too few.
SLIPS = [
    ("ethnicity", "汗族", "汉族"),
    ("ethnicity", "旱族", "汉族"),
    ("ethnicity", "漢族", "汉族"),
    ("ethnicity", "汉足", "汉族"),
    ("ethnicity", "汉族族", "汉族"),
    ("ethnicity", "满簇", "满族"),
    ("ethnicity", "蒙族", "蒙古族"),
    ("ethnicity", "维族", "维吾尔族"),
    ("ethnicity", "布衣族", "布依族"),
    ("education", "大砖", "大学专科"),
    ("education", "初种", "初中"),
    ("education", "中砖", "中等专科"),
    ("education", "高中毕业", "普通高中"),
    ("education", "本料", "大学本科"),
    ("education", "硕土", "硕士研究生"),
    ("political_status", "群从", "群众"),
    ("political_status", "群眾", "群众"),
    ("political_status", "共产党员", "中共党员"),
    ("political_status", "共青团", "共青团员"),
    ("work_status", "在刚", "在岗"),
    ("work_status", "退修", "退休"),
    ("sex", "难", "男"),
    ("household_kind", "农村户口", "农业家庭户"),
    ("document_kind", "身分证", "居民身份证"),
    ("worker_group", "快递", "快递员"),
]


@pytest.mark.parametrize(("name", "written", "meant"), SLIPS)
def test_the_label_that_was_meant_comes_first(name: str, written: str, meant: str) -> None:
    codes = code_list(name)

    assert codes.find(written) is None
    assert codes.nearest(written)[0] == meant
    assert len(codes.nearest(written)) <= 3


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("ethnicity", "族"),
        ("ethnicity", "123"),
        ("ethnicity", "中国"),
        ("ethnicity", "未知"),
        ("ethnicity", "张三"),
        ("ethnicity", "?"),
        ("education", "幼儿园"),
        ("political_status", "民主党派"),
        ("work_status", "全职"),
        ("membership_change", "新增"),
        ("skill_level", "无"),
        ("sex", "先生"),
    ],
)
def test_no_label_is_offered_for_what_resembles_none(name: str, written: str) -> None:
    assert code_list(name).nearest(written) == []


def test_characters_that_are_read_alike_have_one_sound() -> None:
    assert sound("汉专中休岗族") == sound("汗砖种修刚足")
    assert sound("汉") != sound("航")
    assert sound("Ab䶮") == "Ab䶮"


def test_a_wrong_character_of_the_same_sound_costs_half() -> None:
    found = likeness("汗族", ["汉族", "满族", "汗族"])

    assert found == {"汉族": 0.75, "满族": 0.5, "汗族": 1.0}


@given(st.text(max_size=30), st.sampled_from(["ethnicity", "education", "sex", "skill_level"]))
def test_any_text_has_at_most_three_labels_each_once(text: str, name: str) -> None:
    labels = {code.label for code in code_list(name)}
    nearest = code_list(name).nearest(text)

    assert len(nearest) <= 3
    assert len(set(nearest)) == len(nearest)
    assert set(nearest) <= labels
