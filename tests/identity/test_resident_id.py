from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.identity import resident_id
from tests.factories.numbers import make_resident_id, with_check

BODIES = st.text("0123456789", min_size=17, max_size=17)
NUMBERS15 = st.text("0123456789", min_size=15, max_size=15)
BIRTHS = st.dates(date(1900, 1, 1), date(2018, 7, 31))


def test_the_examples_of_the_standard() -> None:
    assert resident_id.check_character("11010519491231002") == "X"
    assert resident_id.check_character("44052418800101001") == "4"


@pytest.mark.parametrize("body", ["", "1" * 16, "1" * 18, "1101051949123100X", "１" * 17])
def test_other_text_has_no_check_character(body: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        resident_id.check_character(body)


@given(BODIES, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_wrong_digit_is_noticed(body: str, place: int, char: str) -> None:
    number = with_check(body)
    assume(number[place] != char and (char != "X" or place == 17))
    assert resident_id.checks(number)
    assert not resident_id.checks(number[:place] + char + number[place + 1 :])


@given(BODIES, st.integers(0, 16))
def test_every_exchange_of_neighbours_is_noticed(body: str, place: int) -> None:
    number = with_check(body)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assume(swapped != number and resident_id.is_number18(swapped))
    assert not resident_id.checks(swapped)


@given(NUMBERS15)
def test_a_successor_keeps_every_digit_of_its_number(number15: str) -> None:
    number = resident_id.successor(number15)
    assert resident_id.is_number18(number)
    assert resident_id.checks(number)
    assert number[6:8] == "19"
    assert number[:6] + number[8:17] == number15
    assert resident_id.sex(number) == ("1" if int(number15[-1]) % 2 else "2")


@pytest.mark.parametrize("number", ["", "1" * 14, "1" * 18, "11010549123100X"])
def test_other_text_has_no_successor(number: str) -> None:
    with pytest.raises(ValueError, match="15 digits"):
        resident_id.successor(number)


@given(BIRTHS, st.integers(0, 999))
def test_birth_and_sex_stand_in_the_number(born: date, sequence: int) -> None:
    number = make_resident_id(born_on=born, sequence=sequence)
    assert resident_id.born_on(number) == born
    assert resident_id.sex(number) == ("1" if sequence % 2 else "2")


@pytest.mark.parametrize("digits", ["19900230", "19901301", "19900100", "00000101", "2017W011", ""])
def test_no_such_day(digits: str) -> None:
    assert resident_id.day(digits) is None


def test_the_29th_of_february_is_a_day_in_leap_years_only() -> None:
    assert resident_id.day("20000229") == date(2000, 2, 29)
    assert resident_id.day("19000229") is None


@given(BIRTHS, st.integers(0, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_the_right_number_is_among_the_corrections_of_a_wrong_digit(
    born: date, sequence: int, place: int, char: str
) -> None:
    number = make_resident_id(born_on=born, sequence=sequence)
    assume(number[place] != char and (char != "X" or place == 17))
    wrong = number[:place] + char + number[place + 1 :]
    found = resident_id.corrections(wrong, born.isoformat(), resident_id.sex(number))
    assert number in found
    assert len(found) == len(set(found))
    assert all(resident_id.checks(one) and resident_id.born_on(one) == born for one in found)


@given(BIRTHS, st.integers(0, 999), st.integers(0, 16))
def test_the_right_number_is_among_the_corrections_of_an_exchange(
    born: date, sequence: int, place: int
) -> None:
    number = make_resident_id(born_on=born, sequence=sequence)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assume(swapped != number and resident_id.is_number18(swapped))
    assert number in resident_id.corrections(swapped, born.isoformat(), None)


@given(BODIES)
def test_corrections_are_all_there_are(body: str) -> None:
    wrong = body + ("1" if resident_id.check_character(body) != "1" else "2")
    brute = {
        one
        for place in range(18)
        for char in "0123456789X"
        if resident_id.is_number18(one := wrong[:place] + char + wrong[place + 1 :])
        and resident_id.checks(one)
    } | {
        one
        for place in range(17)
        if resident_id.is_number18(
            one := wrong[:place] + wrong[place + 1] + wrong[place] + wrong[place + 2 :]
        )
        and resident_id.checks(one)
    }
    real = {one for one in brute if (day := resident_id.born_on(one)) and day.year >= 1850}
    assert set(resident_id.corrections(wrong, None, None)) == real


def test_a_slip_in_the_birth_date_has_one_correction() -> None:
    number = make_resident_id(born_on=date(1985, 3, 7))
    wrong = number[:9] + "6" + number[10:]
    assert resident_id.corrections(wrong, "1985-03-07", "2") == [number]
    assert resident_id.corrections(wrong, "1985-03", None) == [number]
    assert resident_id.corrections(wrong, "1950-01-01", None) == []


def test_a_sound_number_needs_no_correction() -> None:
    assert resident_id.corrections(make_resident_id(), None, None) == []
