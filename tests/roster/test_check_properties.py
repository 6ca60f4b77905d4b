"""What holds for any cells at all: nothing breaks, one error a cell, no number in a message."""

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.codes import code_list
from registry.roster.check import Checker
from registry.roster.columns import COLUMN, COLUMNS
from registry.roster.labels import labels_of
from registry.roster.rules import RULES
from registry.roster.sheet import Cell
from tests.factories.roster_rows import TODAY, make_batch, make_columns, make_number, make_row

FIELDS = [column.field for column in COLUMNS if column.requirement != "ignored"]

# What turns up in wrong columns: everything that belongs into some other one, and scraps.
cells: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**18),
    st.floats(),
    st.text(max_size=12),
    st.text(alphabet="0123456789Xx 　'-/.年月日\u200b", max_size=22),
    st.sampled_from(
        [0, 1, 1.5, "1", "0", "是", "否", "√", "男", "女", "汉", "汉族", "退会", "在岗", "护照",
         "2017/9/1", "2017-09", "1990.1", 1990.1, 42979, "13905760001", 13905760001,
         make_number(), make_number().lower(), f" {make_number()}", "331083900307123",
         331083900307123, 331083199003071230, "E12345678", "3.31E+17", "#N/A", "=1+1", "字" * 300]
    ),
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    count = draw(st.integers(1, 6))
    made = []
    for _ in range(count):
        fields = draw(st.lists(st.sampled_from(FIELDS), max_size=6, unique=True))
        made.append(make_row(**{field: draw(cells) for field in fields}))
    return made


@settings(deadline=None, max_examples=150)
@given(rows())
def test_any_cells(made: list[dict[str, Any]]) -> None:
    checker = Checker(make_columns(), TODAY)
    checked = checker.judge(make_batch(made))
    findings = [*checked.findings, *checker.finish()]

    for found in findings:
        assert found.severity == RULES[found.code].severity
        # No seven digits in a row but in a date, which has hyphens.
        assert not re.search(r"\d{7}", found.message), found
    errors = [(f.row, f.field) for f in findings if f.severity == "error" and f.field]
    cell_errors = [e for e, f in zip(errors, findings, strict=False) if f.code.startswith("cell")]
    assert len(set(cell_errors)) == len(cell_errors)
    _clean_values_are_storable(checked.clean, len(made))


def _clean_values_are_storable(clean: dict[str, list[str | None]], count: int) -> None:
    assert set(clean) == set(FIELDS)
    for field, values in clean.items():
        column = COLUMN[field]
        assert len(values) == count
        for value in values:
            if value is None:
                assert column.requirement != "defaulted"
            elif column.codes:
                assert value in code_list(column.codes)
            elif column.kind == "flag":
                assert value in ("0", "1")
            elif column.kind == "date":
                assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", value)
            elif column.kind == "mobile":
                assert re.fullmatch(r"1[3-9]\d{9}", value)
            else:
                assert value


@settings(deadline=None, max_examples=100)
@given(rows())
def test_a_batch_says_what_its_rows_say_alone(made: list[dict[str, Any]]) -> None:
    together = Checker(make_columns(), TODAY).judge(make_batch(made))
    alone = [
        Checker(make_columns(), TODAY).judge(make_batch([row], first_row=number))
        for number, row in enumerate(made, start=2)
    ]

    assert together.findings == [found for one in alone for found in one.findings]
    assert together.document_keys == [one.document_keys[0] for one in alone]
    assert together.clean == {
        field: [one.clean[field][0] for one in alone] for field in together.clean
    }


@settings(deadline=None, max_examples=50)
@given(rows())
def test_what_was_judged_is_stored_text_that_judges_the_same(made: list[dict[str, Any]]) -> None:
    """Labels of good rows come back unchanged: an export imports again."""
    faulty = {
        found.row - 2
        for found in Checker(make_columns(), TODAY).judge(make_batch(made)).findings
        if found.severity == "error"
    }
    good = [row for place, row in enumerate(made) if place not in faulty]
    checked = Checker(make_columns(), TODAY).judge(make_batch(good))
    exported = [
        {
            **dict.fromkeys(FIELDS),
            **labels_of({field: values[place] for field, values in checked.clean.items()}),
        }
        for place in range(len(good))
    ]
    again = Checker(make_columns(), TODAY).judge(make_batch(exported))

    assert again.clean == checked.clean
    assert not [
        f for f in again.findings if f.code in ("text.normalised", "code.alias", "date.form")
    ]
