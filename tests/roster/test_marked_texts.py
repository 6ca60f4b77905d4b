"""Digits that are typed into a marked workbook stay as they are typed."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from registry.roster import marked
from registry.roster.report import check_roster
from tests.factories.roster_rows import TODAY, make_row
from tests.factories.roster_workbooks import ALL_FIELDS, make_xlsx, to_bytes


def letter(field: str) -> str:
    return chr(ord("A") + ALL_FIELDS.index(field))


def _marked(content: bytes, way: str) -> Any:
    order = marked.order_of(check_roster(content, TODAY))
    return load_workbook(BytesIO(marked.mark_content(content, marked.encoded(order, way))))[
        "花名册"
    ]


@pytest.mark.parametrize("way", ["keep", "rebuild"])
def test_digits_typed_again_into_a_marked_workbook_stay(way: str) -> None:
    source = load_workbook(BytesIO(make_xlsx([make_row(mobile=None, sex="女") for _ in range(3)])))
    number = source["花名册"][f"{letter('document_number')}4"]
    number.value, number.number_format = 331083199003071230, "General"
    blank = source["花名册"][f"{letter('mobile')}3"]
    blank.value, blank.number_format = None, "0"
    sheet = _marked(to_bytes(source), way)

    for field in ("document_number", "mobile"):
        formats = [sheet[f"{letter(field)}{row}"].number_format for row in (3, 4, 5)]
        assert formats == ["@"] * 3
    assert sheet[number.coordinate].data_type == "n"
    assert sheet[f"{letter('full_name')}3"].number_format != "@"
