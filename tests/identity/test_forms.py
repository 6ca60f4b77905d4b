import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.codes import code_list
from registry.identity import forms
from tests.factories.numbers import make_resident_id

X, TEXT = "document.upper_x", "text.normalised"
BODY = "33108319850307012"


def test_the_labels_are_those_of_the_code_list() -> None:
    assert dict(code_list("document_kind")) == forms.LABELS


@pytest.mark.parametrize(
    ("written", "clean", "fixes"),
    [
        (BODY + "X", BODY + "X", set()),
        (BODY + "5", BODY + "5", set()),
        (BODY + "x", BODY + "X", {X}),
        (BODY + "×", BODY + "X", {X}),
        (BODY + "Х", BODY + "X", {X}),
        (BODY + "Ｘ", BODY + "X", {X}),
        (f" {BODY}X", BODY + "X", {TEXT}),
        (f" {BODY}x", BODY + "X", {TEXT, X}),
        (f"'{BODY}5", BODY + "5", {TEXT}),
        ("３３１０８３１９８５０３０７０１２５", BODY + "5", {TEXT}),
        ("３３１０８３１９８５０３０７０１２Ｘ", BODY + "X", {TEXT, X}),
        (f"{BODY[:6]} {BODY[6:]}5", BODY + "5", {TEXT}),
        (f"{BODY}5\u200b", BODY + "5", {TEXT}),
        ("h12345678", "H12345678", set()),
        ("", "", set()),
        ("  ", "", {TEXT}),
        ("×", "×", set()),
    ],
)
def test_what_is_repaired_and_under_which_name(written: str, clean: str, fixes: set[str]) -> None:
    assert forms.normalise(written) == (clean, fixes)


@pytest.mark.parametrize("text", ["3.31E+17", "3.31083E+17", " 3.3e+17 ", "3E+17", "3.E17", "3E17"])
def test_scientific_forms(text: str) -> None:
    assert forms.looks_scientific(text)


@pytest.mark.parametrize(
    "text", ["", "E12345678", "1E234", make_resident_id(), "3.31", "+17", "12E34567"]
)
def test_other_forms(text: str) -> None:
    assert not forms.looks_scientific(text)


@pytest.mark.parametrize("text", ["eb1234567", "h12345670", "Eb1234567"])
def test_capitals_are_no_repair_worth_telling(text):
    assert forms.normalise(text) == (text.upper(), set())


@pytest.mark.parametrize("text", ["331.02E+15", "33.10E+17", "3310.2e+14"])
def test_scientific_form_is_known_with_any_number_of_digits_before_the_point(text):
    assert forms.looks_scientific(text)


@pytest.mark.parametrize("text", ["12E3456", "331021E12", "E1234567"])
def test_a_passport_number_is_not_taken_for_scientific_form(text):
    assert not forms.looks_scientific(text)


WRITTEN = st.one_of(
    st.text(max_size=24),
    st.text(alphabet="0123456789Xx×Ｘ３ '\u200b-ohHＨ", max_size=24),
    st.builds(
        lambda number, place, mark: number[:place] + mark + number[place:],
        st.just(make_resident_id()),
        st.integers(0, 18),
        st.sampled_from([" ", "\u3000", "\u200b", "'", "-", "\n", "ｘ"]),
    ),
)


@given(WRITTEN)
def test_what_is_normalised_needs_no_second_look(written: str) -> None:
    clean, fixes = forms.normalise(written)

    assert forms.normalise(clean) == (clean, set())
    assert fixes <= {TEXT, X}
    # No digit is added, taken away or changed.
    digits = [unicodedata.normalize("NFKC", char) for char in written if char.isdigit()]
    kept = [unicodedata.normalize("NFKC", char) for char in clean if char.isdigit()]
    assert kept == digits
