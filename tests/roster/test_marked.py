"""The clerk's own workbook given back with its findings."""

import json
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

from registry.errors import RosterRefused
from registry.roster import marked
from registry.roster.report import check_roster
from tests.factories.roster_rows import TODAY, make_number, make_row
from tests.factories.roster_workbooks import ALL_FIELDS, make_csv, make_xlsx, to_bytes

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
    from registry.roster.saving import save

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
