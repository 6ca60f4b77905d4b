"""The clerk's own workbook given back with its findings."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from registry.errors import RosterRefused
from registry.roster import marked
from registry.roster.harmless import is_plain
from registry.roster.pictures import Picture
from registry.roster.report import check_roster
from registry.roster.sandbox import open_sheet
from registry.roster.saving import save
from tests.factories.roster_rows import TODAY, make_number, make_row
from tests.factories.roster_workbooks import ALL_FIELDS, make_csv, make_xlsx, to_bytes

ROSTERS = Path(__file__).parents[1] / "rosters"
RED, YELLOW = "00FFC7CF", "00FFEB9D"


def rows() -> list[dict[str, Any]]:
    return [
        make_row(post="=1+1"),
        make_row(document_number=make_number(sequence=125), sex="女", born_on="1990/3/7"),
        make_row(document_number=make_number(sequence=127), mobile=None, native_place="@cmd"),
    ]


def marked_here(content: bytes, way: str = "keep") -> bytes:
    """Mark a file as the sandbox does, but in this process: most tests need no other."""
    report = check_roster(content, TODAY)
    return marked.mark_content(content, marked.encoded(marked.order_of(report), way))


def marked_book(content: bytes, way: str = "keep") -> Any:
    return load_workbook(BytesIO(marked_here(content, way)))


def letter(field: str) -> str:
    return chr(ord("A") + ALL_FIELDS.index(field))


def texts_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_faulty_cells_are_coloured_and_commented_and_nothing_else_changes() -> None:
    content = make_xlsx(rows())
    book = marked_book(content)
    sheet = book["花名册"]

    sex, mobile = sheet[f"{letter('sex')}4"], sheet[f"{letter('mobile')}5"]
    assert sex.fill.fgColor.rgb == RED
    assert "应为“男”" in sex.comment.text
    assert mobile.fill.fgColor.rgb == YELLOW
    coloured = [
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb in (RED, YELLOW)
    ]
    assert coloured == [sex.coordinate, mobile.coordinate]
    before = load_workbook(BytesIO(content), data_only=True)["花名册"]
    assert texts_of(sheet) == texts_of(before)


def test_the_list_names_every_finding_with_a_link() -> None:
    book = marked_book(make_xlsx(rows()))
    listing = book["问题清单"]
    lines = [row for row in texts_of(listing) if isinstance(row[0], int)]

    assert [(line[0], line[2], line[3]) for line in lines] == [
        (4, "性别", "需改正"),
        (5, "移动电话", "提醒"),
        (4, "出生日期", "已自动整理"),
    ]
    links = {
        cell.hyperlink.location for row in listing.iter_rows() for cell in row if cell.hyperlink
    }
    assert f"'花名册'!{letter('sex')}4" in links
    assert book.active.title == "花名册"


def test_a_marked_workbook_is_a_roster_again() -> None:
    content = make_xlsx(rows())
    report = check_roster(content, TODAY)
    again = check_roster(marked.mark(content, report), TODAY)  # through the sandbox

    assert again.findings == report.findings
    assert again.file_findings == report.file_findings


def test_marks_of_an_earlier_time_go_when_the_cell_is_right() -> None:
    book = marked_book(make_xlsx(rows()))
    book["花名册"][f"{letter('sex')}4"] = "男"
    again = marked_book(to_bytes(book))
    cell = again["花名册"][f"{letter('sex')}4"]

    assert cell.fill.fgColor.rgb not in (RED, YELLOW)
    assert cell.comment is None
    assert again["花名册"][f"{letter('mobile')}5"].comment is not None
    assert again.sheetnames == ["花名册", "问题清单"]


def formulas_of(book: Any) -> list[str]:
    return [
        cell.coordinate
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def test_no_cell_runs_as_a_formula() -> None:
    source = load_workbook(BytesIO(make_xlsx(rows())))
    sheet = source["花名册"]
    cell = sheet[f"{letter('employer_name')}3"]
    cell.value, cell.data_type = '=HYPERLINK("http://x")', "s"
    sheet[f"{letter('union_name')}3"] = "=A1"
    book = marked_book(to_bytes(source))

    assert formulas_of(book) == []
    assert book["花名册"][cell.coordinate].value == '=HYPERLINK("http://x")'


def test_a_csv_becomes_a_workbook_with_the_same_cells() -> None:
    content = make_csv(rows())
    book = marked_book(content, "rebuild")
    sheet = book.worksheets[0]

    assert formulas_of(book) == []
    assert sheet["A2"].value == rows()[0]["full_name"]
    assert sheet[f"{letter('post')}2"].value == "=1+1"
    assert sheet[f"{letter('document_number')}2"].value == make_number()
    assert sheet[f"{letter('sex')}3"].fill.fgColor.rgb == RED
    assert check_roster(to_bytes(book), TODAY).counts == check_roster(content, TODAY).counts


def test_above_the_limit_only_faulty_rows_come_back(monkeypatch: Any) -> None:
    monkeypatch.setattr(marked, "MOST_ROWS", 2)
    book = marked_book(make_xlsx(rows()), "rebuild")
    sheet = book["花名册"]

    assert sheet.max_row == 4
    last = sheet.max_column
    assert [sheet.cell(row, last).value for row in (2, 3, 4)] == ["原行号", 4, 5]
    assert sheet[f"{letter('sex')}3"].fill.fgColor.rgb == RED
    assert any("只给出有问题的 2 行" in str(row[0]) for row in texts_of(book["问题清单"]))


def test_a_lost_number_stays_lost() -> None:
    content = make_xlsx([make_row(document_number=331083199003071230)])
    report = check_roster(content, TODAY)
    assert [found.code for found in report.findings] == ["document.numeric"]
    for way in ("keep", "rebuild"):
        again = check_roster(marked_here(content, way), TODAY)
        assert again.findings == report.findings


def test_a_comment_of_the_clerk_stays() -> None:
    from openpyxl.comments import Comment

    source = load_workbook(BytesIO(make_xlsx(rows())))
    place = f"{letter('sex')}4"
    source["花名册"][place].comment = Comment("待核实", "经办人")
    book = marked_book(to_bytes(source))

    assert "待核实" in book["花名册"][place].comment.text


def test_merged_cells_and_a_missing_column_are_no_trouble() -> None:
    source = load_workbook(BytesIO(make_xlsx(rows(), [f for f in ALL_FIELDS if f != "ethnicity"])))
    source["花名册"].merge_cells("A1:D1")
    source["花名册"].merge_cells("A6:C6")
    book = marked_book(to_bytes(source))

    assert "民族" in str(texts_of(book["问题清单"]))


def test_a_sheet_whose_name_has_an_apostrophe_is_linked() -> None:
    source = load_workbook(BytesIO(make_xlsx(rows())))
    source["花名册"].title = "it's 册"
    book = marked_book(to_bytes(source))
    links = [c.hyperlink.location for r in book["问题清单"].iter_rows() for c in r if c.hyperlink]

    assert links[0].startswith("'it''s 册'!")


def test_an_empty_workbook_object_has_a_sheet() -> None:
    # The writer in memory makes what openpyxl's own makes.
    workbook = Workbook()
    workbook.active["A1"] = "x"  # type: ignore[index]
    assert load_workbook(BytesIO(save(workbook))).active["A1"].value == "x"


def test_a_formula_without_a_result_is_still_one_when_it_comes_back() -> None:
    source = load_workbook(BytesIO(make_xlsx(rows())))
    source["花名册"][f"{letter('post')}3"] = "=A1"
    content = to_bytes(source)
    report = check_roster(content, TODAY)
    again = check_roster(marked_here(content), TODAY)

    assert report.findings[0].code == "cell.formula"
    assert again.findings[0].code == "cell.error"
    assert again.counts == report.counts


def test_what_openpyxl_does_not_take_is_rebuilt(monkeypatch: Any) -> None:
    ways = []

    def run(task: str, content: bytes, argument: bytes, limits: object) -> bytes:
        ways.append(json.loads(argument)["way"])
        if ways == ["keep"]:
            raise RosterRefused("file.too_costly", "")
        return b"done"

    monkeypatch.setattr(marked, "run_in_sandbox", run)
    content = make_xlsx(rows()[:1])

    assert marked.mark(content, check_roster(content, TODAY)) == b"done"
    assert ways == ["keep", "rebuild"]
    ways.clear()
    marked.mark(make_csv(rows()[:1]), check_roster(make_csv(rows()[:1]), TODAY))
    assert ways == ["rebuild"]


def test_what_was_corrected_since_stands_in_the_workbook() -> None:
    content = make_xlsx(rows())
    order = marked.order_of(check_roster(content, TODAY))
    corrected = (4, letter("sex"), "男"), (5, letter("post"), "=2+2")
    for way in ("keep", "rebuild"):
        argument = marked.encoded({**order, "edits": corrected}, way)
        book = load_workbook(BytesIO(marked.mark_content(content, argument)))
        assert formulas_of(book) == []
        assert book["花名册"][f"{letter('sex')}4"].value == "男"
        assert check_roster(to_bytes(book), TODAY).counts.error == 0


def dangerous() -> bytes:
    """A roster with all that openpyxl keeps beside the cells, some of it harmful."""
    book = load_workbook(BytesIO(make_xlsx(rows())))
    sheet = book["花名册"]
    for formula, place in (('"男,女"', "C3:C9"), ("cmd|'/c calc'!A0", "D3:D9")):
        validation = DataValidation(type="list", formula1=formula)
        validation.add(place)
        sheet.add_data_validation(validation)
    for formula, place in (("LEN(A3)>3", "A3:A9"), ('WEBSERVICE("http://x")>"a"', "B3:B9")):
        sheet.conditional_formatting.add(place, FormulaRule(formula=[formula]))
    book.defined_names["民族表"] = DefinedName("民族表", attr_text="'花名册'!$A$1:$A$5")
    book.defined_names["坏"] = DefinedName("坏", attr_text="'[x.xls]a'!$A$1")
    sheet["A3"].hyperlink = "file:///etc/hosts"
    sheet["A4"].hyperlink = "https://example.org/"
    anchor = TwoCellAnchor(_from=AnchorMarker(col=1, row=7), to=AnchorMarker(col=2, row=9))
    sheet._images.append(Picture(b"\x89PNG\r\n\x1a\n--not opened--", "png", anchor))
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, max_col=1, min_row=3, max_row=5))
    sheet.add_chart(chart, "F9")
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["B"].width = 33
    sheet.freeze_panes = "B3"
    sheet.print_title_rows = "1:2"
    book.create_sheet("问题清单")["A1"] = "我自己的清单"
    return save(book)


def test_what_could_run_goes_and_all_else_stays() -> None:
    content = marked_here(dangerous())
    book = load_workbook(BytesIO(content))
    sheet = book["花名册"]

    assert [one.formula1 for one in sheet.data_validations.dataValidation] == ['"男,女"']
    rules = [rule.formula[0] for one in sheet.conditional_formatting for rule in one.rules]
    assert rules == ["LEN(A3)>3"]
    assert list(book.defined_names) == ["民族表"]
    assert sheet["A3"].hyperlink is None
    assert sheet["A4"].hyperlink.target == "https://example.org/"
    for secret in (b"cmd|", b"WEBSERVICE", b"x.xls", b"/etc/hosts"):
        with ZipFile(BytesIO(content)) as archive:
            assert not any(secret in archive.read(name) for name in archive.namelist())
    with ZipFile(BytesIO(content)) as archive:
        assert archive.read("xl/media/image1.png").endswith(b"--not opened--")
    assert len(sheet._charts) == 1  # type: ignore[attr-defined]
    assert sheet.row_dimensions[4].hidden and sheet.column_dimensions["B"].width == 33
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B3", "$1:$2")


def test_a_list_of_the_clerks_own_stays() -> None:
    book = marked_book(dangerous())

    assert book["问题清单"]["A1"].value == "我自己的清单"
    assert book["问题清单1"]["A1"].value == "问题清单（同心册）"


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        ("'花名册'!$A$1:$A$5", True),
        ('"男,女"', True),
        ('SUMPRODUCT(MID(A1,ROW(INDIRECT("1:17")),1)*1)', True),
        ('=HYPERLINK("http://x","y")', False),
        ("'C:\\[x.xls]a'!A1", False),
        ("cmd|'/c calc'!A0", False),
        ("'cmd|/c calc'!A0", False),
        ("DDE()", False),
        ("'x", False),
        (None, True),
    ],
)
def test_only_formulas_that_reckon_within_the_workbook_are_plain(
    formula: str | None, plain: bool
) -> None:
    assert is_plain(formula) is plain


def test_the_code_is_read_back_from_every_way_and_the_list_is_no_roster() -> None:
    code = "Ab-_" * 3000
    content = make_xlsx(rows())
    order = {**marked.order_of(check_roster(content, TODAY)), "stamp": code}
    for way in ("keep", "rebuild"):
        back = marked.mark_content(content, marked.encoded(order, way))
        with open_sheet(back) as sheet:
            assert sheet.head.stamp == code
            assert list(sheet) and sheet.tail.file_findings == sheet.head.file_findings == []
    with open_sheet(content) as sheet:
        assert sheet.head.stamp is None


def test_some_rows_only_carry_their_numbers_and_no_column_is_unknown() -> None:
    content = make_xlsx(rows())
    part = marked.Part([4], "退回的行")
    note = marked.Note(4, "审核员退回", "=请改")
    order = marked.order_of(check_roster(content, TODAY), part, [note])
    back = marked.mark_content(content, marked.encoded({**order, "stamp": "x"}, "rebuild"))

    with open_sheet(back) as sheet:
        batches = list(sheet)
    assert [batch.origins for batch in batches] == [[4]]
    assert "origin_row" not in batches[0].cells
    assert sheet.head.file_findings == []
    assert {column.header: column.field for column in sheet.head.columns}["原行号"] is None
    book = load_workbook(BytesIO(back))
    assert formulas_of(book) == []
    assert "=请改" in str(texts_of(book["问题清单"]))


@pytest.mark.parametrize("name", ["old_excel/roster.xls", "open_document/roster.ods"])
def test_marking_a_real_file_changes_no_finding(name: str) -> None:
    content = (ROSTERS / name).read_bytes()
    report = check_roster(content, TODAY)
    again = check_roster(marked.mark(content, report), TODAY)

    assert again.findings == report.findings
    assert (again.counts, again.file_findings) == (report.counts, report.file_findings)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "full_name": st.sampled_from(["叶青禾", "=1+1", "A 某", "", None]),
                "document_number": st.sampled_from([make_number(), "331083", 3.31e17, None]),
                "ethnicity": st.sampled_from(["汗族", "汉族", "01", 1, None]),
                "born_on": st.sampled_from(["1990/3/7", "2017年9月", "-", None]),
                "mobile": st.sampled_from(["138", 13800138000, "+8613800138000", None]),
            },
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_marked_workbook_read_again_says_the_same(changes: list[dict[str, Any]]) -> None:
    content = make_xlsx([make_row(**change) for change in changes])
    report = check_roster(content, TODAY)
    for way in ("keep", "rebuild"):
        argument = marked.encoded(marked.order_of(report), way)
        again = check_roster(marked.mark_content(content, argument), TODAY)
        assert again.findings == report.findings
        assert again.counts == report.counts
