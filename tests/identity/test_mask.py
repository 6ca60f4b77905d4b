import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.identity import mask
from tests.factories.numbers import make_resident_id


def test_a_number_shows_its_first_four_and_in_ones_own_union_its_last_one() -> None:
    number = make_resident_id()
    assert mask.document(number) == "3310**************"
    assert mask.document(number, own=True) == f"3310*************{number[-1]}"
    assert mask.document("H12345678") == "H123*****"


def test_a_mobile_shows_three_and_two() -> None:
    assert mask.mobile("13800000001") == "138******01"


@pytest.mark.parametrize(
    ("full", "masked"),
    [
        ("叶青", "叶*"),
        ("叶小青", "叶**"),
        ("欧阳小青", "欧阳**"),
        ("单于明", "单于*"),
        ("欧阳", "欧*"),
        ("佟佳慧", "佟**"),
        ("买买提·艾力", "买*****"),
        ("John Smith", "J*********"),
        ("䶮", "䶮"),
        ("𬭎小明", "𬭎**"),
        ("", ""),
    ],
)
def test_a_name_shows_its_surname(full: str, masked: str) -> None:
    assert mask.name(full) == masked
    assert mask.name(full, own=True) == full


@given(st.text(), st.booleans())
def test_a_mask_keeps_the_length_and_covers_something(text: str, own: bool) -> None:
    masked = mask.document(text, own)
    assert len(masked) == len(text)
    assert not text or "*" in masked
    assert len(mask.mobile(text)) == len(text)
    assert not text or "*" in mask.mobile(text)


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True), st.booleans())
def test_a_masked_number_never_shows_the_birth_date(number: str, own: bool) -> None:
    """First four, and the last one in one's own union: what lies between is covered."""
    masked = mask.document(number, own)

    assert masked[:4] == number[:4]
    assert masked[4:17] == "*" * 13
    assert masked[17] == (number[17] if own else "*")


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_mobile_shows_five_digits(number: str) -> None:
    assert mask.mobile(number) == f"{number[:3]}******{number[-2:]}"
