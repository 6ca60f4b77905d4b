"""What the copy says where it is another workbook than the clerk's own."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from registry.roster import marked
from registry.roster.report import check_roster
from tests.factories.roster_rows import TODAY, make_row
from tests.factories.roster_workbooks import ALL_FIELDS, make_xlsx, to_bytes


@pytest.mark.parametrize("way", ["keep", "rebuild"])
def test_where_a_formula_had_no_result_the_copy_says_to_type_the_content(way: str) -> None:
    place = f"{chr(ord('A') + ALL_FIELDS.index('post'))}3"
    source = load_workbook(BytesIO(make_xlsx([make_row()])))
    source["花名册"][place] = "=A1"
    content = to_bytes(source)
    report = check_roster(content, TODAY)
    assert "打开并保存一次" in report.findings[0].message

    made = marked.mark_content(content, marked.encoded(marked.order_of(report), way))

    book = load_workbook(BytesIO(made))
    said = "“工作岗位”是公式，文件里没有保存计算结果。请直接填写内容。"
    cell = book["花名册"][place]
    assert cell.value == "#N/A" and cell.comment.text.endswith(said)
    listed = [
        row[5] for row in book["问题清单"].iter_rows(values_only=True) if row[4] == "公式没有结果"
    ]
    assert listed == [said]
