"""The blank roster: what stands in it, and that it comes back as it was filled in."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from registry.codes import code_list
from registry.errors import RosterRefused
from registry.roster.blank import EXAMPLE_ROW, FIRST_ROW, HEADER_ROW, write_blank
from registry.roster.columns import COLUMNS, ROW_KEY_LABEL
from registry.roster.report import check_roster
from tests.factories.roster_rows import LETTER, TODAY, make_row


def opened(content: bytes) -> Any:
    return load_workbook(BytesIO(content))


def lists(book: Any) -> dict[str, list[str]]:
    """Return the choices of each drop-down list, by column letter."""
    found: dict[str, list[str]] = {}
    for rule in book["会员花名册"].data_validations.dataValidation:
        letter = str(rule.sqref).split(":")[0].rstrip("0123456789")
        if rule.type == "list" and rule.formula1.startswith('"'):
            found[letter] = rule.formula1.strip('"').split(",")
        elif rule.type == "list":
            sheet, place = rule.formula1.lstrip("=").split("!")
            cells = book[sheet.strip("'")][place.replace("$", "")]
            found[letter] = [cell.value for (cell,) in cells]
    return found


def test_the_columns_stand_in_the_national_order_with_required_marks() -> None:
    sheet = opened(write_blank())["会员花名册"]

    labels = [cell.value for cell in sheet[HEADER_ROW]]
    assert labels == [
        f"*{column.label}" if column.requirement == "required" else column.label
        for column in COLUMNS
    ]


def test_every_choice_has_its_list() -> None:
    found = lists(opened(write_blank()))

    for column in COLUMNS:
        letter = LETTER[column.field]
        if column.codes:
            assert found[letter] == [code.label for code in code_list(column.codes)]
        elif column.kind == "flag":
            assert found[letter] == ["是", "否"]
        else:
            assert letter not in found


def test_numbers_keep_their_digits() -> None:
    sheet = opened(write_blank())["会员花名册"]

    for field in ("document_number", "mobile"):
        assert sheet.column_dimensions[LETTER[field]].number_format == "@"


def test_the_lists_are_hidden() -> None:
    assert opened(write_blank())["选项"].sheet_state == "hidden"


def test_a_blank_roster_has_nobody_in_it() -> None:
    with pytest.raises(RosterRefused) as refused:
        check_roster(write_blank(), TODAY)
    assert refused.value.code == "file.empty"


def test_a_filled_one_comes_back_without_a_finding() -> None:
    member = {field: value for field, value in make_row().items() if value}
    report = check_roster(write_blank([member]), TODAY)

    assert report.findings == []
    assert report.file_findings == []
    assert [(s.row, s.why) for s in report.tail.skipped] == [(EXAMPLE_ROW, "example")]
    assert report.batches[0].rows == [FIRST_ROW]
    assert report.counts == (2, 1, 0, 0, 1)


def test_what_looks_like_a_formula_is_text() -> None:
    member = {**make_row(post="=1+1", native_place="@x\x07"), "unknown_field": "x"}
    sheet = opened(write_blank([{k: v for k, v in member.items() if v}]))["会员花名册"]

    cell = sheet[f"{LETTER['post']}{FIRST_ROW}"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)
    assert sheet[f"{LETTER['native_place']}{FIRST_ROW}"].value == "@x"


def test_wrong_numbers_are_coloured_by_formulas_that_all_programs_have() -> None:
    sheet = opened(write_blank())["会员花名册"]
    found = {
        str(area.sqref): [rule.formula[0] for rule in area.rules]
        for area in sheet.conditional_formatting
    }

    areas = {f"{LETTER[field]}{FIRST_ROW}" for field in ("document_number", "mobile")}
    assert {area.split(":")[0] for area in found} == areas
    formulas = [formula for rules in found.values() for formula in rules]
    assert len(formulas) == 3
    for formula in formulas:
        # Excel takes 8,192 characters and no array constants here; newer functions have a prefix.
        assert len(formula) < 8_000 and "{" not in formula and "_xl" not in formula
        assert formula.count("(") == formula.count(")")


def test_every_column_with_something_to_say_has_a_note() -> None:
    sheet = opened(write_blank())["会员花名册"]

    notes = {cell.column_letter: cell.comment.text for cell in sheet[HEADER_ROW] if cell.comment}
    assert notes[LETTER["full_name"]].startswith("必填。")
    assert "下拉列表" in notes[LETTER["ethnicity"]]
    required = {LETTER[one.field] for one in COLUMNS if one.requirement == "required"}
    assert required <= notes.keys()


def test_only_a_prefilled_one_has_the_column_of_keys() -> None:
    labels = [cell.value for cell in opened(write_blank([]))["会员花名册"][HEADER_ROW]]

    assert labels[-1] == ROW_KEY_LABEL
    assert ROW_KEY_LABEL not in [
        cell.value for cell in opened(write_blank())["会员花名册"][HEADER_ROW]
    ]
