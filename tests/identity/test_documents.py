"""One number at a time: what each rule says, and in which order."""

from datetime import date

import pytest

from registry.identity import resident_id
from registry.identity.documents import Judgement, Problem, judge_documents, key_form
from tests.factories.numbers import make_legacy_id, make_resident_id, spoilt, with_check

TODAY = date(2018, 7, 31)


def judge(
    number: str | None, kind: str | None = None, hint: tuple[str | None, str | None] = (None, None)
) -> Judgement:
    return judge_documents([number], [kind], TODAY, [hint])[0]


def codes(judgement: Judgement) -> list[str]:
    return [problem.code for problem in judgement.problems]


def test_a_sound_number_says_birth_and_sex() -> None:
    number = make_resident_id(born_on=date(1985, 3, 7), sequence=121)
    expected = Judgement(number, "01", (), date(1985, 3, 7), "1", False)
    assert judge(number) == judge(number, "01") == expected
    assert judge(make_resident_id(sequence=120)).sex == "2"


@pytest.mark.parametrize("division", ["332627", "331021", "331083", "339020"])
def test_codes_that_were_given_up_are_good(division: str) -> None:
    assert judge(make_resident_id(division)).problems == ()


@pytest.mark.parametrize("x", "xX×ХхＸｘΧ")
def test_the_final_x_is_a_capital_one(x: str) -> None:
    number = next(one for n in range(1000) if (one := make_resident_id(sequence=n)).endswith("X"))
    judgement = judge(number[:-1] + x)
    assert (judgement.number, judgement.problems) == (number, ())


@pytest.mark.parametrize("written", ["{} ", "'{}", "\u200b{}", "\u3000{}\n"])
def test_what_stands_around_a_number_does_not_count(written: str) -> None:
    number = make_resident_id()
    assert judge(written.format(number)).number == number
    assert judge(f"{number[:6]} {number[6:14]}\u00a0{number[14:]}").problems == ()


@pytest.mark.parametrize("blank", [None, "", "  ", "\u3000", "\u200b"])
def test_a_blank_cell_has_no_problem_of_its_own(blank: str | None) -> None:
    assert judge(blank) == Judgement(None, "01", (), None, None, False)
    assert judge(blank, "07").kind == "07"


@pytest.mark.parametrize(
    "number",
    [
        "1" * 18,
        "9" * 15,
        "0" * 18,
        "1" * 17 + "X",
        "123456789012345678",
        "12345678901234567X",
        "123456789012345",
        "012345678901234567",
        "987654321098765432",
        "543210987654321",
        "999999999999999999",
    ],
)
@pytest.mark.parametrize("kind", [None, "01", "07", "06"])
def test_placeholders(number: str, kind: str | None) -> None:
    judgement = judge(number, kind)
    assert codes(judgement) == ["document.placeholder"]
    assert judgement.has_error
    assert judgement.born_on is None
    assert judgement.sex is None


@pytest.mark.parametrize("number", ["999999", "1" * 17, "12345", "1" * 19])
def test_a_stand_in_of_no_resident_form_has_a_wrong_form(number: str) -> None:
    assert codes(judge(number, "01")) == ["document.format"]


@pytest.mark.parametrize(
    "number",
    [
        "33108319850307012",
        "3310831985030701234",
        "33108319850307X12X",
        "abc",
        "身份证遗失",
        "3.31E+17",
    ],
)
def test_wrong_length_or_characters(number: str) -> None:
    judgement = judge(number, "01")
    assert judgement.problems == (Problem("document.format", None),)
    assert judgement.has_error


def test_a_number_with_hyphens_is_not_repaired_in_silence() -> None:
    number = make_resident_id()
    assert codes(judge(f"{number[:6]}-{number[6:]}")) == ["document.format"]


@pytest.mark.parametrize(("digit", "letters"), [("0", "Oo"), ("1", "lIi")])
def test_one_confusable_letter_is_read_as_its_digit(digit: str, letters: str) -> None:
    number = make_resident_id(born_on=date(1985, 1, 10), sequence=210)
    place = number.index(digit, 2)
    for letter in letters:
        confused = number[:place] + letter + number[place + 1 :]
        assert judge(confused).problems == (Problem("document.format", number),)


def test_a_confusable_is_no_suggestion_when_the_number_stays_wrong() -> None:
    number = spoilt(make_resident_id(born_on=date(1985, 1, 10)))
    place = number.index("0")
    assert judge(number[:place] + "O" + number[place + 1 :]).problems == (
        Problem("document.format", None),
    )


def test_confusables_of_other_kinds() -> None:
    assert judge("Hl2345678").problems == (Problem("document.format", "H12345678"),)
    assert judge("O1234567", "05").problems == (Problem("document.format", "01234567"),)
    assert judge("OIL12O456789012", "06").problems == (
        Problem("document.format", "OIL120456789012"),
    )


@pytest.mark.parametrize("text", ["O" * 18, "O" * 30, "O" * 32_000, "l" * 15])
def test_many_confusables_cost_nothing(text: str) -> None:
    assert codes(judge(text, "01")) == ["document.format"]


@pytest.mark.parametrize("digits", ["19850230", "19851301", "19850100", "20180801", "20991231"])
def test_no_birth_date(digits: str) -> None:
    number = with_check(f"331083{digits}012")
    assert judge(number).problems == (Problem("document.birth_date", None),)
    assert codes(judge(spoilt(number))) == ["document.birth_date"]


def test_somebody_may_be_born_today_but_not_tomorrow() -> None:
    assert judge(make_resident_id(born_on=TODAY)).problems == ()
    assert codes(judge(make_resident_id(born_on=date(2018, 8, 1)))) == ["document.birth_date"]


def test_nobody_was_born_a_thousand_years_ago() -> None:
    ancient = with_check("33108309850307012")
    assert codes(judge(ancient)) == ["document.birth_date"]
    assert codes(judge(spoilt(ancient))) == ["document.checksum"]


def test_a_wrong_check_character() -> None:
    judgement = judge(spoilt(make_resident_id()))
    assert judgement.problems == (Problem("document.checksum", None),)
    assert (judgement.born_on, judgement.sex, judgement.has_error) == (None, None, True)


def test_the_single_correction_that_fits_the_row_is_suggested() -> None:
    number = make_resident_id(born_on=date(1985, 3, 7))
    wrong = number[:9] + "6" + number[10:]
    assert judge(wrong, None, ("1985-03-07", "2")).problems == (
        Problem("document.checksum", number),
    )
    assert judge(wrong, None, ("1949-10-01", "2")).problems[0].suggestion is None
    assert judge(wrong, None, (None, None)).problems[0].suggestion is None


def test_a_correction_that_is_not_born_yet_is_no_suggestion() -> None:
    assert judge("000000000101010000").problems == (Problem("document.checksum", None),)


def test_several_corrections_are_no_suggestion() -> None:
    number = make_resident_id(born_on=date(1985, 3, 7))
    wrong = spoilt(number)
    assert len(resident_id.corrections(wrong, "1985-03-07", "2")) > 1
    assert judge(wrong, None, ("1985-03-07", "2")).problems[0].suggestion is None


@pytest.mark.parametrize("division", ["331099", "999999", "160101"])
def test_a_division_that_never_was(division: str) -> None:
    number = make_resident_id(division)
    if division[0] == "9":
        assert judge(number).kind == "06"
        return
    judgement = judge(number)
    assert judgement.problems == (Problem("document.division_unknown", None),)
    assert not judgement.has_error
    assert judgement.born_on == date(1985, 3, 7)


def test_a_first_generation_number_suggests_its_successor() -> None:
    legacy = make_legacy_id(born_on=date(1965, 3, 7), sequence=121)
    judgement = judge(legacy)
    assert judgement.number == legacy
    assert judgement.problems == (Problem("document.legacy", resident_id.successor(legacy)),)
    assert (judgement.born_on, judgement.sex, judgement.has_error) == (date(1965, 3, 7), "1", False)


def test_a_first_generation_number_can_be_wrong_too() -> None:
    assert codes(judge("332627650230012")) == ["document.birth_date"]
    assert codes(judge(make_legacy_id("331099"))) == [
        "document.division_unknown",
        "document.legacy",
    ]


@pytest.mark.parametrize(
    ("division", "kind"), [("810000", "02"), ("820000", "02"), ("830000", "03"), ("933156", "06")]
)
def test_permits_and_the_permanent_card_are_built_like_a_resident_number(
    division: str, kind: str
) -> None:
    number = make_resident_id(division, date(1985, 3, 7), 121)
    expected = Judgement(number, kind, (), date(1985, 3, 7), "1", False)
    assert judge(number) == judge(number, kind) == expected
    assert codes(judge(spoilt(number))) == ["document.checksum"]
    assert codes(judge(spoilt(number), kind)) == ["document.checksum"]
    assert codes(judge(number, "01")) == ["document.kind_doubtful"]


def test_a_permit_names_no_county() -> None:
    assert codes(judge(make_resident_id("810101"), "02")) == ["document.division_unknown"]


def test_the_old_permanent_card_is_judged_by_its_shape_only() -> None:
    assert judge("USA310099999999") == Judgement("USA310099999999", "06", (), None, None, False)
    assert judge("usa310099999999", "06").number == "USA310099999999"
    assert codes(judge("US3100999999999", "06")) == ["document.format"]


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("04", "H12345678"),
        ("04", "M1234567801"),
        ("05", "01234568"),
        ("05", "0123456801"),
        ("07", "E12345678"),
        ("07", "AB123"),
        ("07", "A" * 30),
        ("08", "310000200012345"),
        ("09", "军字第1234567号"),
        ("09", "12345678"),
        ("99", "ABC12345"),
    ],
)
def test_forms_of_other_kinds(kind: str, number: str) -> None:
    assert judge(number, kind) == Judgement(number, kind, (), None, None, False)
    assert judge(number.lower(), kind).number == number


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("04", "H123456789"),
        ("04", "K12345678"),
        ("04", "12345678"),
        ("05", "123456789"),
        ("05", "A12345678"),
        ("07", "A123"),
        ("07", "A" * 31),
        ("07", "E-1234567"),
        ("07", "护照12345"),
        ("02", "331083198503070125"),
        ("99", "无号码无号码"),
    ],
)
def test_misfits_of_other_kinds(kind: str, number: str) -> None:
    assert codes(judge(number, kind)) == ["document.format"]


@pytest.mark.parametrize("kind", ["02", "03", "04", "05", "06", "07", "08", "09", "99"])
def test_a_sound_resident_number_under_another_kind_is_doubtful_and_no_error(kind: str) -> None:
    number = make_resident_id()
    judgement = judge(number, kind)
    assert judgement.problems == (Problem("document.kind_doubtful", "居民身份证"),)
    assert (judgement.kind, judgement.has_error) == (kind, False)
    assert (judgement.born_on, judgement.sex) == (date(1985, 3, 7), "2")
    assert set(codes(judge(make_legacy_id(), kind))) == {
        "document.legacy",
        "document.kind_doubtful",
    }


def test_an_unsound_resident_number_may_be_a_passport_but_no_permit() -> None:
    number = spoilt(make_resident_id())
    assert judge(number, "07").problems == ()
    assert codes(judge(number, "03")) == ["document.format"]
    assert codes(judge("332627650230012", "04")) == ["document.format"]


def test_the_form_of_a_pass_under_resident_card_names_the_pass_as_well() -> None:
    assert judge("H12345678", "01").problems == (
        Problem("document.format", None),
        Problem("document.kind_doubtful", "港澳居民来往内地通行证"),
    )


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("M12345678", "04"),
        ("01234568", "05"),
        ("19850307", "01"),
        ("11111111", "01"),
        ("E12345678", "01"),
        ("", "01"),
    ],
)
def test_a_kind_left_blank_follows_from_the_form(number: str, kind: str) -> None:
    assert judge(number).kind == judge(number, "").kind == kind


def test_each_row_needs_a_kind_and_a_hint() -> None:
    with pytest.raises(ValueError, match="each row"):
        judge_documents(["1"], [], TODAY)
    with pytest.raises(ValueError, match="each row"):
        judge_documents(["1"], [None], TODAY, [])
    assert judge_documents([], [], TODAY) == []


def test_one_document_has_one_key() -> None:
    number, legacy = make_resident_id(), make_legacy_id()
    assert key_form("01", number) == key_form("07", number) == f"01:{number}"
    assert key_form("01", legacy) == key_form("07", legacy) == f"01:{resident_id.successor(legacy)}"
    assert key_form("01", make_resident_id("830000")).startswith("03:")
    assert key_form("04", "h12345678") == "04:H12345678"
    assert key_form("07", "123456789012345") == "07:123456789012345"
    assert key_form("01", number.lower()) == f"01:{number}"
