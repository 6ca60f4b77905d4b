"""Document numbers and kinds: cells of every type and form."""

from typing import Any

import pytest

from tests.factories.roster_rows import judge, make_number, make_row, said, said_of, the

SOUND = make_number()


def judged(number: Any, **changes: Any) -> Any:
    return judge(make_row(document_number=number, **changes))


def test_a_sound_row_earns_nothing() -> None:
    checked = judge(make_row(), make_row(document_number=make_number(sequence=125)))

    assert said(checked) == []
    assert checked.clean["document_number"][0] == SOUND
    assert checked.document_keys[0] == f"01:{SOUND}"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (None, "cell.required"),
        ("  ", "cell.required"),
        ("\u200b", "cell.required"),
        (331083199003071230, "document.numeric"),
        (1000000000000000, "document.numeric"),
        (3.31083199003071e17, "document.numeric"),
        ("3.31E+17", "document.scientific"),
        ("3.31083199003071E+17", "document.scientific"),
        ("111111111111111111", "document.placeholder"),
        ("99999999999999999X", "document.placeholder"),
        ("123456789012345678", "document.placeholder"),
        ("33108319900307", "document.format"),
        (SOUND + "1", "document.format"),
        ("无", "document.format"),
        (True, "document.format"),
        (12345, "document.format"),
        (make_number("19900231"), "document.birth_date"),
        (make_number("20270101"), "document.birth_date"),
    ],
)
def test_one_error_on_the_number(number: Any, code: str) -> None:
    checked = judged(number)

    assert said_of(checked, "document_number") == [code]
    assert checked.document_keys == [None]


def test_a_wrong_check_character_says_that_any_digit_may_be_wrong() -> None:
    sound = make_number()
    wrong = sound[:17] + ("0" if sound[17] != "0" else "1")
    found = the(judged(wrong), "document.checksum")

    assert found.message.startswith(
        f"身份证校验码不正确，至少有一位写错了（照前 17 位算，末位应为 {sound[17]}）。"
    )
    assert wrong not in found.message


def test_one_fitting_correction_is_suggested() -> None:
    # A slip inside the birth date: the row's birth date leaves one way to correct it.
    wrong = SOUND[:11] + "8" + SOUND[12:]
    found = the(judged(wrong), "document.checksum")

    assert found.suggestion == SOUND
    assert "末位" not in found.message


def test_a_month_that_may_be_another_does_not_choose_a_correction() -> None:
    # 1990.1 is January or October: the exchange that would make it January must not win by that.
    for sequence in range(1, 400, 2):
        sound = make_number("19901007", sequence)
        wrong = sound[:10] + "01" + sound[12:]
        suggestion = the(judged(wrong, born_on=1990.1), "document.checksum").suggestion
        assert suggestion in (None, sound)


def test_without_a_birth_date_there_is_no_telling_which_digit_is_wrong() -> None:
    wrong = SOUND[:11] + "8" + SOUND[12:]

    assert the(judged(wrong, born_on=None), "document.checksum").suggestion is None


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (f" {SOUND}", ["text.normalised"]),
        (f"'{SOUND}", ["text.normalised"]),
        (f"{SOUND[:6]} {SOUND[6:14]} {SOUND[14:]}", ["text.normalised"]),
        ("".join(chr(ord(digit) + 0xFEE0) for digit in SOUND), ["text.normalised"]),
        (f"{SOUND}\u200b", ["text.normalised"]),
    ],
)
def test_repairs_of_a_number(number: str, codes: list[str]) -> None:
    checked = judged(number)

    assert said_of(checked, "document_number") == codes
    assert checked.clean["document_number"] == [SOUND]


@pytest.mark.parametrize("last", ["x", "×", "Х", "Ｘ"])
def test_a_look_alike_x(last: str) -> None:
    number = next(n for n in map(_sequence, range(1, 999, 2)) if n.endswith("X"))
    checked = judged(number[:17] + last)

    assert said(checked) == [(2, "document_number", "document.upper_x")]
    assert checked.clean["document_number"] == [number]


def test_both_repairs_at_once() -> None:
    number = next(n for n in map(_sequence, range(1, 999, 2)) if n.endswith("X"))

    assert said_of(judged(f" {number[:17]}x"), "document_number") == [
        "text.normalised",
        "document.upper_x",
    ]


def _sequence(sequence: int) -> str:
    return make_number(sequence=sequence)


def test_repairs_stand_beside_an_error() -> None:
    wrong = SOUND[:17] + ("0" if SOUND[17] != "0" else "1")

    assert said_of(judged(f" {wrong}"), "document_number") == [
        "document.checksum",
        "text.normalised",
    ]


def test_a_number_short_enough_for_a_number_cell_is_text() -> None:
    checked = judged(331083900307123, born_on="1990-03-07")

    assert said_of(checked, "document_number") == ["document.legacy"]
    assert the(checked, "document.legacy").suggestion == make_number()
    assert checked.document_keys == [f"01:{make_number()}"]


@pytest.mark.parametrize("division", ["332627", "331021", "331083"])
def test_the_codes_that_yuhuan_had_are_good(division: str) -> None:
    assert said(judged(make_number(division=division))) == []


def test_a_code_that_never_was() -> None:
    assert said(judged(make_number(division="339999"))) == [
        (2, "document_number", "document.division_unknown")
    ]


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (make_number(division="810000"), "02"),
        (make_number(division="820000"), "02"),
        (make_number(division="830000"), "03"),
        (make_number(division="912345"), "06"),
        (SOUND, "01"),
        ("H12345678", "04"),
    ],
)
def test_a_blank_kind_follows_from_the_form(number: str, kind: str) -> None:
    checked = judged(number, document_kind=None)

    assert said(checked) == []
    assert checked.clean["document_kind"] == [kind]


def test_a_missing_kind_column_is_filled_too() -> None:
    checked = judge(make_row(), without=["document_kind", "change"])

    assert said(checked) == []
    assert checked.clean["document_kind"] == ["01"]
    assert checked.clean["change"] == ["1"]


def test_a_blank_kind_beside_an_unclear_number_is_a_resident_id() -> None:
    checked = judged("E12345678", document_kind=None)

    assert said_of(checked, "document_number") == ["document.format"]
    assert checked.clean["document_kind"] == ["01"]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("护照", "E12345678"),
        ("军官证", "军字第1234567号"),
        ("台胞证", "01234567"),
        ("99", "A12345"),
    ],
)
def test_documents_that_say_nothing_about_the_person(kind: str, number: str) -> None:
    checked = judged(number, document_kind=kind, sex="女", born_on="1999-09-09")
    errors = [found for found in checked.findings if found.severity == "error"]

    assert errors == []
    assert checked.clean["document_number"] == [number]


def test_a_resident_number_under_another_kind_is_doubtful_not_wrong() -> None:
    found = the(judged(SOUND, document_kind="护照"), "document.kind_doubtful")

    assert (found.field, found.column, found.suggestion) == ("document_kind", "G", "居民身份证")


def test_an_error_of_the_number_silences_all_comparisons() -> None:
    wrong = make_number("20150101", division="339999")
    wrong = wrong[:17] + ("0" if wrong[17] != "0" else "1")
    checked = judged(wrong, sex="女", born_on="1980-01-01")

    assert said(checked) == [(2, "document_number", "document.checksum")]
