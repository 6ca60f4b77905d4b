"""What a written name means: exactly, cautiously alike, or a question."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.unions.models import Level
from registry.unions.named import How
from registry.unions.names import NameBook, plain, shown
from registry.unions.queries import Union


def union(code, name):
    return Union(
        code, "331083", f"/331083/{code}/", "331083", Level.GRASSROOTS, name, None, "", None
    )


NAMES = {
    "3310830010001": "玉环市青禾阀门有限公司工会委员会",
    "3310830010002": "玉环漩门水产有限公司工会委员会",
    "3310830010003": "玉城街道梅澳社区联合工会委员会",
    "3310830010004": "（玉环）苔山机械厂工会",
    "3310830010005": "双港中学工会委员会",
    "3310830010006": "玉环市双港中学工会",
    "3310830010007": "玉城街道快递行业工会联合会",
}
BOOK = NameBook([union(code, name) for code, name in NAMES.items()], "玉环市总工会")


@pytest.mark.parametrize(
    ("written", "code", "how"),
    [
        ("玉环市青禾阀门有限公司工会委员会", "3310830010001", How.NAME),
        (" 玉环市青禾阀门 有限公司工会委员会\n", "3310830010001", How.NAME),
        ("青禾阀门有限公司", "3310830010001", How.ALIKE),
        ("浙江省玉环市青禾阀门有限公司工会", "3310830010001", How.ALIKE),
        ("青禾阀门有限公司基层工会委员会", "3310830010001", How.ALIKE),
        ("玉环漩门水产有限公司", "3310830010002", How.ALIKE),
        ("(玉环)苔山机械厂工会委员会", "3310830010004", How.ALIKE),
        ("3310830010003", "3310830010003", How.CODE),
        ("３３１０８３００１０００３", "3310830010003", How.CODE),
        ("双港中学工会委员会", "3310830010005", How.NAME),
    ],
)
def test_one_union_is_meant(written, code, how):
    assert BOOK.meant(written) == (code, how, [])


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("漩门水产有限公司", "3310830010002"),  # without 玉环, which may be another enterprise
        ("梅澳社区工会", "3310830010003"),  # a single and a joint union are two
        ("青禾阀门公司", "3310830010001"),
    ],
)
def test_what_only_resembles_is_asked(written, first):
    meant = BOOK.meant(written)

    assert (meant.union_code, meant.how) == (None, How.OPEN)
    assert meant.suggestions[0] == first
    assert len(meant.suggestions) <= 3


def test_two_unions_that_fit_are_both_suggested_and_none_is_taken():
    assert BOOK.meant("双港中学") == (None, How.OPEN, ["3310830010005", "3310830010006"])


@pytest.mark.parametrize("written", ["", "  ", "331083001", "3310830020001", "外省别处煤矿"])
def test_unknown_names_have_no_union(written):
    assert BOOK.meant(written).union_code is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("3310830010001", "3310830010001"),
        ("3310830010001 玉环市青禾阀门有限公司工会委员会", "3310830010001"),
        ("青禾阀门有限公司", "3310830010001"),
        ("青禾", None),
        ("3310830020001 别处", None),
    ],
)
def test_a_person_names_a_union_by_code_or_name(text, code):
    assert BOOK.chosen(text) == code


@given(st.text(max_size=40))
def test_nothing_but_the_place_s_unions_is_ever_meant(text):
    meant = BOOK.meant(text)
    assert meant.union_code is None or meant.union_code in NAMES
    assert set(meant.suggestions) <= set(NAMES)


@given(
    st.lists(
        st.text(min_size=1, max_size=12).filter(plain), min_size=1, max_size=12, unique_by=plain
    )
)
def test_every_union_is_found_by_its_own_name(names):
    book = NameBook([union(f"{i:013}", name) for i, name in enumerate(names)], "玉环市总工会")
    for i, name in enumerate(names):
        assert book.meant(name).union_code in (f"{i:013}", None)
        if plain(name) not in {f"{j:013}" for j in range(len(names))}:
            assert book.meant(name)[:2] == (f"{i:013}", How.NAME)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("李海332627 19750812 0170", "李海3326** ******** ****"),
        ("3310-8319-7508-1201-7X", "3310-****-****-****-**"),
        ("332627197508120170", "3326**************"),
        ("３３２６２７ １９７５０８１２ ０１７Ｘ", "３３２６** ******** ****"),
        ("138 0000 1234", "138 0*** ****"),
        ("身份证332627生于19750812号0170", "身份证3326**生于********号****"),
        ("1975-08-12", "1975-**-**"),
        ("3310830010013", "3310830010013"),
        ("8613800001234", "8613*********"),
        ("第1工区2班工会", "第1工区2班工会"),
        ("X光机厂2017工会", "X光机厂2017工会"),
    ],
)
def test_numbers_of_persons_in_the_wrong_column_are_not_shown(written, kept):
    assert shown(written, "331083") == kept


@given(st.text(st.sampled_from("0123456789- 李X./　"), max_size=60))
def test_never_more_than_six_digits_of_a_name_are_shown(written):
    assume(not written.startswith("331083"))
    assert sum(char.isdigit() for char in shown(written, "331083")) <= 6
