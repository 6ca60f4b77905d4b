"""Slips of the pen in a sound number: always noticed, and a repair is offered only if it is one."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from registry.identity import resident_id
from tests.factories.roster_rows import judge, make_number, make_row

BIRTHS = st.dates(date(1950, 1, 1), date(2005, 12, 31))
SEQUENCES = st.integers(0, 999)


def swapped(number: str, place: int) -> str:
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


@st.composite
def slips(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a sound number and the same one with one wrong digit or two neighbours exchanged."""
    sound = make_number(f"{draw(BIRTHS):%Y%m%d}", draw(SEQUENCES))
    if draw(st.booleans()):
        place = draw(st.integers(0, 17))
        digit = draw(st.sampled_from("0123456789X" if place == 17 else "0123456789"))
        wrong = sound[:place] + digit + sound[place + 1 :]
    else:
        wrong = swapped(sound, draw(st.integers(0, 16)))
    assume(wrong != sound)
    return sound, wrong


def one_slip_away(number: str) -> set[str]:
    """Return all numbers one slip away, found by trying."""
    digits = {
        number[:place] + digit + number[place + 1 :]
        for place in range(18)
        for digit in "0123456789X"
    }
    return digits | {swapped(number, place) for place in range(17)}


def fitting(wrong: str, sound: str) -> set[str]:
    """Return what the rule allows: checks, and has the birth date and the sex of the row."""
    return {
        one
        for one in one_slip_away(wrong)
        if resident_id.is_number18(one)
        and resident_id.checks(one)
        and one[6:14] == sound[6:14]
        and int(one[16]) % 2 == int(sound[16]) % 2
    }


@given(slips())
def test_a_slip_is_never_sound_and_the_repair_is_the_only_one_that_fits(
    slip: tuple[str, str],
) -> None:
    sound, wrong = slip
    born, sex = resident_id.born_on(sound), resident_id.sex(sound)
    assert born is not None
    row = make_row(
        document_number=wrong,
        born_on=born.isoformat(),
        sex="男" if sex == "1" else "女",
        work_status="退休",
        changed_on=None,
    )
    checked = judge(row)

    errors = [found for found in checked.findings if found.severity == "error"]
    assert [found.field for found in errors] == ["document_number"]
    assert checked.document_keys == [None]
    (error,) = errors
    assert wrong not in error.message
    possible = fitting(wrong, sound)
    if error.code == "document.checksum":
        assert sound in possible
        assert error.suggestion == (sound if possible == {sound} else None)
    else:
        # X in the middle, or a birth date that no calendar has: the table names no repair.
        assert error.code in ("document.format", "document.birth_date")
        assert error.suggestion is None


@given(BIRTHS, SEQUENCES, st.sets(st.integers(0, 17), min_size=1, max_size=4))
def test_letters_for_digits_are_read_back_or_nothing_is_offered(
    born: date, sequence: int, places: set[int]
) -> None:
    sound = make_number(f"{born:%Y%m%d}", sequence)
    letters = {"0": "O", "1": "l"}
    written = "".join(
        letters.get(digit, digit) if place in places else digit for place, digit in enumerate(sound)
    )
    assume(written != sound)
    found = judge(make_row(document_number=written)).findings[0]

    assert (found.code, found.suggestion) == ("document.format", sound)
