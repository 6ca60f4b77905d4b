from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.identity import mask
from registry.identity.mask import Sight
from tests.factories.numbers import make_resident_id

SEEING = [sight for sight in Sight if sight is not Sight.NOTHING]


def test_a_number_shows_its_first_four_and_in_ones_own_union_its_last_one() -> None:
    number = make_resident_id()
    for above in (Sight.COUNTY, Sight.TOWNSHIP):
        assert mask.document(number, above) == "3310**************"
    assert mask.document(number, Sight.OWN_UNION) == f"3310*************{number[-1]}"
    assert mask.document("H12345678", Sight.COUNTY) == "H123*****"


def test_a_mobile_shows_three_and_two() -> None:
    for sight in SEEING:
        assert mask.mobile("13800000001", sight) == "138******01"


def test_of_whom_nothing_is_seen_nothing_is_shown() -> None:
    for sight in Sight:
        assert sight.of(None) is sight
        assert sight.of(datetime.now(UTC)) is Sight.NOTHING
    assert mask.name("叶小青", Sight.NOTHING) == mask.SHOWN_AS
    assert mask.document(make_resident_id(), Sight.NOTHING) == ""
    assert mask.mobile("13800000001", Sight.NOTHING) == ""


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
    assert mask.name(full, Sight.COUNTY) == masked
    for within in (Sight.TOWNSHIP, Sight.OWN_UNION):
        assert mask.name(full, within) == full


@given(st.text(), st.sampled_from(SEEING))
def test_a_mask_keeps_the_length_and_covers_something(text: str, sight: Sight) -> None:
    masked = mask.document(text, sight)
    assert len(masked) == len(text)
    assert not text or "*" in masked
    assert len(mask.mobile(text, sight)) == len(text)
    assert not text or "*" in mask.mobile(text, sight)


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True), st.sampled_from(SEEING))
def test_a_masked_number_never_shows_the_birth_date(number: str, sight: Sight) -> None:
    """First four, and the last one in one's own union: what lies between is covered."""
    masked = mask.document(number, sight)

    assert masked[:4] == number[:4]
    assert masked[4:17] == "*" * 13
    assert masked[17] == (number[17] if sight is Sight.OWN_UNION else "*")


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_mobile_shows_five_digits(number: str) -> None:
    assert mask.mobile(number, Sight.COUNTY) == f"{number[:3]}******{number[-2:]}"
