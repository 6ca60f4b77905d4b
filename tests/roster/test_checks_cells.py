"""Blanks, choices, flags, names, telephones, free text."""

from typing import Any

import pytest

from registry.errors import InputRefused
from registry.roster.check import Checker
from registry.roster.sheet import CellFault
from tests.factories.roster_rows import (
    TODAY,
    judge,
    make_columns,
    make_number,
    make_row,
    said,
    said_of,
    the,
)


@pytest.mark.parametrize(
    "field", ["full_name", "ethnicity", "document_number", "is_migrant_worker"]
)
@pytest.mark.parametrize("blank", [None, "", " ", "\u3000", "\u200b"])
def test_required_cells(field: str, blank: Any) -> None:
    assert said_of(judge(make_row(**{field: blank})), field) == ["cell.required"]


@pytest.mark.parametrize(
    "field",
    ["work_status", "education", "household_kind", "changed_on", "post", "is_dispatched", "change"],
)
def test_other_cells_may_be_blank(field: str) -> None:
    assert said(judge(make_row(**{field: None}))) == []


def test_a_fault_takes_the_place_of_required() -> None:
    faults = [CellFault(2, "ethnicity", "cell.formula"), CellFault(2, "mobile", "cell.error")]
    checked = judge(make_row(ethnicity=None, mobile=None), faults=faults)

    assert said(checked) == [(2, "ethnicity", "cell.formula"), (2, "mobile", "cell.error")]


@pytest.mark.parametrize(
    ("field", "value", "code", "notes"),
    [
        ("ethnicity", "汉族", "01", []),
        ("ethnicity", "汉", "01", ["code.alias"]),
        ("ethnicity", "01", "01", ["code.alias"]),
        ("ethnicity", 1, "01", ["code.alias"]),
        ("ethnicity", " 汉族 ", "01", ["text.normalised"]),
        ("ethnicity", "汉\u3000族", "01", ["text.normalised"]),
        ("ethnicity", " 汉", "01", ["text.normalised", "code.alias"]),
        ("education", "本科", "21", ["code.alias"]),
        ("work_status", "退养（内退）", "7", []),
        ("work_status", "在职", "1", ["code.alias"]),
        ("political_status", "党员", "01", ["code.alias"]),
        ("change", "新入会", "1", ["code.alias"]),
        ("worker_group", "否", "00", ["code.alias"]),
    ],
)
def test_choices(field: str, value: Any, code: str, notes: list[str]) -> None:
    checked = judge(make_row(**{field: value}))

    assert said_of(checked, field) == notes
    assert checked.clean[field] == [code]


@pytest.mark.parametrize(
    ("field", "value"),
    [("ethnicity", "汉人"), ("education", "高级"), ("sex", "先生"), ("change", "死亡"), ("sex", 3)],
)
def test_unknown_choices(field: str, value: Any) -> None:
    checked = judge(make_row(**{field: value}))

    assert said_of(checked, field) == ["code.unknown"]
    assert checked.clean["change" if field == "change" else field] in ([None], ["1"])


def test_the_nearest_labels_are_suggested() -> None:
    found = the(judge(make_row(political_status="中共党园")), "code.unknown")

    assert isinstance(found.suggestion, list)
    assert found.suggestion[0] == "中共党员"
    assert len(found.suggestion) <= 3


@pytest.mark.parametrize("value", ["是", "有", "√", "Y", "y", "1", 1, "Ｙ", " 是"])
def test_flags_that_say_yes(value: Any) -> None:
    checked = judge(make_row(is_migrant_worker=value))

    assert checked.clean["is_migrant_worker"] == ["1"]
    assert all(found.severity == "fixed" for found in checked.findings)


@pytest.mark.parametrize("value", ["否", "无", "N", "n", "0", 0])
def test_flags_that_say_no(value: Any) -> None:
    checked = judge(make_row(is_migrant_worker=value))

    assert checked.clean["is_migrant_worker"] == ["0"]
    assert all(found.severity == "fixed" for found in checked.findings)


@pytest.mark.parametrize("value", ["不是", "2", 2, "×", True, False, "TRUE", "是的", "/"])
def test_flags_that_say_neither(value: Any) -> None:
    found = the(judge(make_row(is_migrant_worker=value)), "code.unknown")

    assert found.suggestion == ["是", "否"]


def test_a_blank_flag_is_not_no() -> None:
    assert judge(make_row(in_mutual_aid=None)).clean["in_mutual_aid"] == [None]


@pytest.mark.parametrize(
    ("value", "clean", "notes"),
    [
        ("13905760001", "13905760001", []),
        (13905760001, "13905760001", []),
        ("139 0576 0001", "13905760001", ["text.normalised"]),
        ("139-0576-0001", "13905760001", ["text.normalised"]),
        ("+8613905760001", "13905760001", ["text.normalised"]),
        ("１３９０５７６０００１", "13905760001", ["text.normalised"]),
        ("12905760001", None, ["mobile.format"]),
        ("1390576000", None, ["mobile.format"]),
        ("139057600011", None, ["mobile.format"]),
        ("0576-87220000", None, ["mobile.format"]),
        ("13905760001/13905760002", None, ["mobile.format"]),
        (1390576000.5, None, ["mobile.format"]),
        ("无", None, ["mobile.format"]),
        (None, None, ["mobile.missing"]),
        (" ", None, ["mobile.missing"]),
    ],
)
def test_mobiles(value: Any, clean: str | None, notes: list[str]) -> None:
    checked = judge(make_row(mobile=value))

    assert said_of(checked, "mobile") == notes
    assert checked.clean["mobile"] == [clean]


@pytest.mark.parametrize(
    ("value", "clean", "notes"),
    [
        ("叶青禾", "叶青禾", []),
        ("叶䶮", "叶䶮", []),
        ("㛃𬭎𫖯", "㛃𬭎𫖯", []),
        ("叶 青", "叶青", ["text.normalised"]),
        (" 叶青", "叶青", ["text.normalised"]),
        ("古丽·买买提", "古丽·买买提", []),
        ("古丽•买买提", "古丽·买买提", ["name.middle_dot"]),
        ("John Smith", "John Smith", []),
        ("叶青?", "叶青?", ["name.unusual"]),
        ("叶青1", "叶青1", ["name.unusual"]),
        ("叶青（小）", "叶青(小)", ["text.normalised", "name.unusual"]),
        ("叶" * 50, "叶" * 50, []),
        ("叶" * 51, "叶" * 51, ["cell.too_long"]),
    ],
)
def test_names(value: str, clean: str, notes: list[str]) -> None:
    checked = judge(make_row(full_name=value))

    assert sorted(said_of(checked, "full_name")) == sorted(notes)
    assert checked.clean["full_name"] == [clean]


@pytest.mark.parametrize(
    "field", ["full_name", "sex", "born_on", "ethnicity", "document_number", "mobile", "post"]
)
@pytest.mark.parametrize("word", ["#N/A", " #REF! ", "#value!", "#NAME?"])
def test_the_words_of_a_spreadsheet_error_are_an_error_too(field: str, word: str) -> None:
    """A csv has the words where the workbook had the error."""
    checked = judge(make_row(**{field: word}))

    assert [code for code in said_of(checked, field) if code != "text.normalised"] == ["cell.error"]
    assert checked.clean[field] in ([None], [word.strip().upper()])


def test_whole_numbers_that_a_reader_left_as_floats_are_whole() -> None:
    checked = judge(make_row(is_migrant_worker=1.0, ethnicity=1.0, mobile=13905760001.0, post=3.0))

    assert checked.clean["is_migrant_worker"] == ["1"]
    assert checked.clean["ethnicity"] == ["01"]
    assert checked.clean["mobile"] == ["13905760001"]
    assert checked.clean["post"] == ["3"]


def test_a_private_use_character_has_a_standard_one() -> None:
    found = the(judge(make_row(full_name="叶\ue863")), "name.unusual")

    assert found.suggestion == "叶䶮"


@pytest.mark.parametrize(
    ("value", "clean", "notes"),
    [
        ("车工", "车工", []),
        ("浙江 玉环", "浙江 玉环", []),
        ("东 方 Ltd.", "东 方 Ltd.", []),
        ("'车工", "车工", ["text.normalised"]),
        ("车工\u00a0", "车工", ["text.normalised"]),
        ("车\u200b工", "车工", ["text.normalised"]),
        ("ＡＢ１２", "AB12", ["text.normalised"]),
        ("车工（夜班）", "车工（夜班）", []),
        (3, "3", []),
        ("=1+1", "=1+1", []),
        ("字" * 200, "字" * 200, []),
        ("字" * 201, "字" * 201, ["cell.too_long"]),
    ],
)
def test_free_text(value: Any, clean: str, notes: list[str]) -> None:
    checked = judge(make_row(post=value))

    assert said_of(checked, "post") == notes
    assert checked.clean["post"] == [clean]


def test_a_missing_required_column_is_asked_once_and_required_until_then() -> None:
    without = ["ethnicity", "is_migrant_worker"]
    checked = judge(
        make_row(), make_row(document_number=make_number(sequence=125)), without=without
    )

    assert said(checked) == [
        (2, "ethnicity", "cell.required"),
        (2, "is_migrant_worker", "cell.required"),
        (3, "ethnicity", "cell.required"),
        (3, "is_migrant_worker", "cell.required"),
    ]
    assert {found.column for found in checked.findings} == {None}
    checker = Checker(make_columns(without), TODAY)
    assert [found.code for found in checker.file_findings] == ["column.missing"] * 2
    assert "“民族”" in checker.file_findings[0].message


def test_an_answer_fills_the_missing_column() -> None:
    answers = {"ethnicity": "汉", "is_migrant_worker": "否"}
    checked = judge(make_row(), without=list(answers), answers=answers)

    assert said(checked) == []
    assert checked.clean["ethnicity"] == ["01"]
    assert checked.clean["is_migrant_worker"] == ["0"]
    assert Checker(make_columns(answers), TODAY, answers).file_findings == []


def test_an_answer_beside_its_column_changes_nothing() -> None:
    checked = judge(make_row(ethnicity=None), answers={"ethnicity": "汉族"})

    assert said(checked) == [(2, "ethnicity", "cell.required")]


def test_a_wrong_answer_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        Checker(make_columns(["ethnicity"]), TODAY, {"ethnicity": "汉人"})
    assert refused.value.code == "code.unknown"


def test_without_their_columns_sex_and_birth_date_come_from_the_number() -> None:
    foreign = make_row(document_kind="护照", document_number="E12345678")
    faulty = make_row(document_number="123")
    without = ["sex", "born_on"]
    checked = judge(make_row(), foreign, faulty, without=without)

    assert checked.clean["sex"] == ["1", None, None]
    assert checked.clean["born_on"] == ["1990-03-07", None, None]
    assert said(checked) == [
        (3, "sex", "cell.required"),
        (3, "born_on", "cell.required"),
        (4, "document_number", "document.format"),
    ]
    assert len(Checker(make_columns(without), TODAY).file_findings) == 2


def test_without_a_mobile_column_every_row_has_none() -> None:
    assert said(judge(make_row(), without=["mobile"])) == [(2, "mobile", "mobile.missing")]


def test_findings_stand_by_row_then_column_then_rule() -> None:
    checked = judge(
        make_row(sex="女", full_name=" 叶青?", ethnicity="汉"),
        make_row(sex=None, document_number=make_number(sequence=125)),
    )

    assert said(checked) == [
        (2, "full_name", "name.unusual"),
        (2, "full_name", "text.normalised"),
        (2, "sex", "sex.mismatch"),
        (2, "ethnicity", "code.alias"),
        (3, "sex", "cell.filled"),
    ]
