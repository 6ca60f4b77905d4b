"""Sex, birth date, age and joining date beside the document number."""

from typing import Any

import pytest

from registry.roster.sheet import CellFault
from tests.factories.roster_rows import judge, make_number, make_row, said, said_of, the

FAULTY = make_number()[:17] + ("0" if make_number()[17] != "0" else "1")


def person(born: str, **changes: Any) -> dict[str, Any]:
    """Return a row whose number and birth date agree."""
    sequence = 124 if changes.get("sex") == "女" else 123
    number = make_number(born.replace("-", ""), sequence)
    return make_row(**{"born_on": born, "document_number": number, "changed_on": None, **changes})


@pytest.mark.parametrize(("sex", "other"), [("女", "男"), ("未知的性别", "男"), ("F", "男")])
def test_another_sex(sex: str, other: str) -> None:
    found = the(judge(make_row(sex=sex)), "sex.mismatch")

    assert (found.row, found.column, found.suggestion) == (2, "C", other)
    assert "“男”" in found.message


@pytest.mark.parametrize("sex", ["男", "1", 1, "M", "m", "男性"])
def test_the_same_sex_in_other_words(sex: Any) -> None:
    checked = judge(make_row(sex=sex))

    assert checked.clean["sex"] == ["1"]
    assert all(found.severity == "fixed" for found in checked.findings)


def test_another_birth_date() -> None:
    found = the(judge(make_row(born_on="1990-03-08")), "born_on.mismatch")

    assert (found.column, found.suggestion) == ("D", "1990-03-07")


def test_blanks_are_filled_from_a_sound_number() -> None:
    checked = judge(make_row(sex=None, born_on=None))

    assert said(checked) == [(2, "sex", "cell.filled"), (2, "born_on", "cell.filled")]
    assert checked.clean["sex"] == ["1"]
    assert checked.clean["born_on"] == ["1990-03-07"]


@pytest.mark.parametrize("number", [FAULTY, "E12345678", None])
def test_blanks_beside_another_number_are_required(number: Any) -> None:
    kind = "护照" if number and number.startswith("E") else "居民身份证"
    checked = judge(make_row(sex=None, born_on=None, document_number=number, document_kind=kind))

    assert said_of(checked, "sex") == ["cell.required"]
    assert said_of(checked, "born_on") == ["cell.required"]


@pytest.mark.parametrize("month", ["1990-03", "1990年3月", "1990.3", 1990.3, "199003", 199003])
def test_a_month_that_agrees_is_filled(month: Any) -> None:
    checked = judge(make_row(born_on=month))

    assert said(checked) == [(2, "born_on", "cell.filled")]
    assert checked.clean["born_on"] == ["1990-03-07"]


def test_a_number_that_may_be_october_agrees_with_october() -> None:
    checked = judge(person("1990-10-07", **{"born_on": 1990.1}))

    assert said(checked) == [(2, "born_on", "cell.filled")]


def test_a_month_that_does_not_agree() -> None:
    assert said(judge(make_row(born_on="1990-04"))) == [(2, "born_on", "born_on.mismatch")]


def test_a_month_beside_a_faulty_number_stays_a_month() -> None:
    checked = judge(make_row(born_on="1990-03", document_number=FAULTY))

    assert said_of(checked, "born_on") == ["date.month_only"]
    assert checked.clean["born_on"] == ["1990-03"]


def test_faulty_cells_earn_one_error() -> None:
    checked = judge(
        make_row(sex=None, born_on=None),
        faults=[CellFault(2, "sex", "cell.error"), CellFault(2, "born_on", "cell.formula")],
    )

    assert said(checked) == [(2, "sex", "cell.error"), (2, "born_on", "cell.formula")]


@pytest.mark.parametrize(
    ("born", "sex", "codes"),
    [
        ("2010-11-22", "男", ["age.unusual"]),  # sixteen today
        ("2010-11-23", "男", ["age.under_16"]),
        ("2008-11-22", "男", []),
        ("2008-11-23", "女", ["age.unusual"]),
        ("1966-11-22", "男", []),
        ("1966-11-21", "男", ["age.unusual"]),
        ("1971-11-22", "女", []),
        ("1971-11-21", "女", ["age.unusual"]),
        ("1971-11-21", "男", []),
    ],
)
def test_ages_at_work(born: str, sex: str, codes: list[str]) -> None:
    assert said_of(judge(person(born, sex=sex)), "born_on") == codes


def test_who_is_not_at_work_may_be_old_but_not_fifteen() -> None:
    assert said(judge(person("1950-01-01", work_status="退休"))) == []
    assert said(judge(person("1950-01-01", work_status=None))) == []
    assert said(judge(person("2012-01-01", work_status="其他"))) == [(2, "born_on", "age.under_16")]


def test_the_age_without_a_birth_column_stands_at_the_number() -> None:
    checked = judge(person("2012-01-01"), without=["born_on"])

    assert said(checked) == [(2, "document_number", "age.under_16")]


def test_the_age_of_a_foreigner_comes_from_the_cell() -> None:
    row = make_row(
        document_kind="护照", document_number="E12345678", born_on="2012-05-01", changed_on=None
    )
    assert said(judge(row)) == [(2, "born_on", "age.under_16")]


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ("2026-11-22", []),
        ("2026-11-23", ["date.impossible"]),
        ("2027-01-01", ["date.impossible"]),
        ("2026-11", ["date.month_only"]),
        ("2026-12", ["date.impossible", "date.month_only"]),
        ("2006-03-07", []),  # the sixteenth birthday
        ("2006-03-06", ["date.impossible"]),
        ("1999-01-01", ["date.impossible"]),
        ("2006-03", ["date.month_only"]),
        ("2006-02", ["date.impossible", "date.month_only"]),
        (2006.1, ["date.month_only"]),  # may be October
        (2005.1, ["date.impossible", "date.month_only"]),
        (None, []),
    ],
)
def test_joining_dates(changed: Any, codes: list[str]) -> None:
    assert said_of(judge(make_row(changed_on=changed)), "changed_on") == codes


def test_the_joining_date_beside_a_faulty_number_is_held_against_the_cell() -> None:
    checked = judge(make_row(document_number=FAULTY, changed_on="2001-01-01"))

    assert said_of(checked, "changed_on") == ["date.impossible"]


@pytest.mark.parametrize("change", ["退会", "除名", "转出", "保留会籍"])
def test_who_leaves_goes_through_the_same_rules(change: str) -> None:
    checked = judge(make_row(change=change, ethnicity=None, sex="女"))

    assert said(checked) == [(2, "sex", "sex.mismatch"), (2, "ethnicity", "cell.required")]
