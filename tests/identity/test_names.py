import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.identity import names

DOT, TEXT = "name.middle_dot", "text.normalised"
IDEOGRAPHS = st.text(st.sampled_from("叶小青王䶮㛃𬭎𫖯〇"), min_size=1, max_size=4)


@pytest.mark.parametrize(
    "name",
    ["叶小青", "王䶮", "李㛃", "张𬭎", "刘𫖯", "买买提·艾力", "John F. Kennedy", "林〇", "𰻞"],
)
def test_real_names_stay_as_they_are(name: str) -> None:
    assert names.normalise(name) == (name, set())
    assert not names.is_unusual(name)
    assert names.standard_form(name) is None


@pytest.mark.parametrize("dot", "•‧∙⋅●▪・･．.﹒。ꞏ\u0387")
def test_look_alike_separators_become_the_middle_dot(dot: str) -> None:
    assert names.normalise(f"买买提{dot}艾力") == ("买买提·艾力", {DOT})


def test_blanks_around_a_separator_go() -> None:
    assert names.normalise("买买提 · 艾力") == ("买买提·艾力", {TEXT})
    assert names.normalise("买买提. 艾力") == ("买买提·艾力", {DOT, TEXT})
    assert names.normalise("买买提••艾力") == ("买买提·艾力", {DOT, TEXT})


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("张 三", "张三"),
        ("张\u3000三", "张三"),
        (" 张三 ", "张三"),
        ("张三\u200b", "张三"),
        ("\ufeff张三", "张三"),
        ("'张三", "张三"),
        ("张\n三", "张三"),
        ("𬭎 𫖯", "𬭎𫖯"),
        ("John  Smith", "John Smith"),
        (" John Smith", "John Smith"),
        ("Ｊｏｈｎ\u3000Ｓｍｉｔｈ", "John Smith"),
        ("José  Nuñez", "José Nuñez"),
        ("\u2fba云", "馬云"),
    ],
)
def test_blanks_width_and_invisible_characters(text: str, clean: str) -> None:
    assert names.normalise(text) == (clean, {TEXT})


def test_an_apostrophe_inside_a_name_stays() -> None:
    assert names.normalise("O'Neil") == ("O'Neil", set())
    assert names.normalise("José Nuñez") == ("José Nuñez", set())


def test_the_stop_of_an_initial_stays() -> None:
    assert names.normalise("John F.Kennedy") == ("John F.Kennedy", set())


@given(IDEOGRAPHS, IDEOGRAPHS, st.sampled_from("•‧∙・･．· \u3000"))
def test_a_clean_name_is_not_changed_again(first: str, last: str, between: str) -> None:
    clean, _ = names.normalise(first + between + last)
    assert names.normalise(clean) == (clean, set())
    assert not names.is_unusual(clean)


@given(st.text())
def test_no_text_makes_a_name_grow_or_need_a_second_repair(text: str) -> None:
    clean, fixes = names.normalise(text)
    assert fixes <= {DOT, TEXT}
    assert bool(fixes) == (clean != text)
    assert names.normalise(clean)[0] == clean


@pytest.mark.parametrize(
    "name",
    [
        "王\ue863",
        "王\ufffd",
        "王?",
        "王？",
        "王2",
        "王（小）",
        "王(小)",
        "王[1]",
        "王□",
        "王𝟙",
        "叶*",
        "王\U000f0001",
        "王①",
    ],
)
def test_unusual_names(name: str) -> None:
    assert names.is_unusual(name)


def test_a_known_private_use_character_has_a_standard_one() -> None:
    assert names.standard_form("王\ue863") == "王䶮"
    assert names.standard_form("王\uf8ff") is None
    assert len(names.STANDARD_FOR_PRIVATE_USE) == 80


def test_the_table_agrees_with_the_codec_where_that_knows_the_character() -> None:
    trails = [byte for byte in range(0x50, 0xA1) if byte != 0x7F]
    decoded = [bytes([0xFE, byte]).decode("gb18030") for byte in trails]
    pairs = zip(names.STANDARD_FOR_PRIVATE_USE.items(), decoded, strict=True)
    named = [(ours, theirs) for (private, ours), theirs in pairs if theirs != private]
    assert len(named) == 66
    assert all(ours == theirs for ours, theirs in named)
