import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.identity import credit_code

REGISTERED = st.builds(
    lambda head, kind, division, tail: head + kind + division + tail,
    st.sampled_from("123456789ANY"),
    st.sampled_from(credit_code.ALPHABET),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(credit_code.ALPHABET, min_size=9, max_size=9),
)


def test_a_published_example() -> None:
    assert credit_code.is_valid("91350100M000100Y43")


def test_a_grassroots_union_begins_with_81() -> None:
    body = "81331083MC0000001"
    assert credit_code.is_valid(body + credit_code.check_character(body))


@given(REGISTERED, st.integers(0, 17), st.sampled_from(credit_code.ALPHABET))
def test_every_wrong_character_is_noticed(body: str, place: int, char: str) -> None:
    code = body + credit_code.check_character(body)
    assert credit_code.is_valid(code)
    assume(code[place] != char)
    assert not credit_code.is_valid(code[:place] + char + code[place + 1 :])


@pytest.mark.parametrize("head", "0BCDEFGHIZ")
def test_the_first_character_names_an_authority(head: str) -> None:
    body = head + "1331083MC0000001"
    if head in credit_code.ALPHABET:
        assert not credit_code.is_valid(body + credit_code.check_character(body))
    else:
        with pytest.raises(ValueError, match="alphabet"):
            credit_code.check_character(body)


@pytest.mark.parametrize(
    "code", ["", "91350100m000100y43", "91350100M000100Y4", "9135010OM000100Y43"]
)
def test_other_text_is_no_code(code: str) -> None:
    assert not credit_code.is_valid(code)


@given(REGISTERED)
def test_a_valid_code_has_no_fault_however_it_is_typed(body: str) -> None:
    code = body + credit_code.check_character(body)
    typed = f" {code[:8]}-{code[8:].lower()}\u3000"
    assert credit_code.normal(typed) == code
    assert credit_code.fault(code) == ""


@given(st.text(max_size=20))
def test_whatever_is_no_valid_code_has_a_fault(text: str) -> None:
    assert (credit_code.fault(text) == "") == credit_code.is_valid(text)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91350100M000100Y4", "应为 18 位，现有 17 位"),
        ("9135010OM000100Y43", "不会有“O”"),
        ("01350100M000100Y43", "第 1 位应为"),
        ("91350100M000100Y44", "末位应为 3"),
    ],
)
def test_a_fault_is_a_fact_and_a_way_out(code: str, fault: str) -> None:
    assert fault in credit_code.fault(code)
