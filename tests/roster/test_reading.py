"""What the sandbox makes of sound files in every format."""

import datetime as dt
from pathlib import Path

import pytest
from openpyxl.chart import BarChart

from registry.roster.process import Limits
from registry.roster.sandbox import open_sheet
from registry.roster.sheet import CellFault, SheetColumn
from tests.factories.reading import read
from tests.factories.workbooks import (
    LABELS,
    STRICT,
    csv_of,
    fill,
    people,
    person,
    raw_xlsx,
    saved,
    sheet_xml,
    with_part,
    workbook_of,
    xlsx_of,
    xml_row,
)

ROSTERS = Path(__file__).parents[1] / "rosters"


def raw(rows: str, before: str = "") -> bytes:
    """An .xlsx whose only sheet has LABELS as texts in row 1 and then this XML."""
    return raw_xlsx({"花名册": sheet_xml(xml_row(1, LABELS) + rows, before)})


def texts(number: int) -> list[str]:
    return [str(value) for value in person(number)]


def test_a_plain_roster():
    sheet = read(xlsx_of([["某工会花名册"], *people(3)]))
    assert sheet.head.format == "xlsx"
    assert sheet.head.sheet == "花名册"
    assert sheet.head.header_row == 2
    assert sheet.head.columns[3] == SheetColumn("D", "证件号码", "document_number")
    assert sheet.rows == [3, 4, 5]
    assert sheet.cells["full_name"] == ["叶小1", "叶小2", "叶小3"]
    assert "sequence" not in sheet.cells
    assert sheet.tail.total == 3
    assert sheet.skipped == []
    assert sheet.finding_codes == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv(encoding, separator):
    sheet = read(csv_of([["花名册"], [], *people(2)], encoding, separator))
    assert sheet.head.format == "csv"
    assert sheet.head.sheet == ""
    assert sheet.head.header_row == 3
    assert sheet.rows == [4, 5]
    assert sheet.cells["mobile"] == ["13800000001", "13800000002"]


def test_csv_rows_of_unequal_length():
    rows = [LABELS, ["1", "叶"], person(2), [*person(3), "多余"]]
    sheet = read(csv_of(rows))
    assert sheet.rows == [2, 3, 4]
    assert sheet.cells["mobile"] == [None, "13800000002", "13800000003"]
    assert sheet.finding_codes == ["file.unmapped_column"]
    assert "第 F 列" in sheet.tail.file_findings[0].message


@pytest.mark.parametrize(
    ("name", "format", "true"),
    [("old_excel/roster.xls", "xls", True), ("open_document/roster.ods", "ods", 1)],
)
def test_files_of_other_programs(name, format, true):
    sheet = read((ROSTERS / name).read_bytes())
    assert sheet.head.format == format
    assert sheet.head.sheet == "花名册"
    assert sheet.head.header_row == 3
    assert sheet.rows == [4, 5, 6, 7, 9]
    assert sheet.tail.total == 8
    assert sheet.skipped == [(8, "blank", None), (10, "footer", None), (11, "footer", None)]
    assert sheet.cells["born_on"] == [
        *("1990-01-01", "1991-02-03", None, "1993-04-05", "1994-05-06 08:30:00"),
    ]
    assert isinstance(sheet.cells["document_number"][1], int)
    assert sheet.cells["is_migrant_worker"] == ["是", "否", None, true, None]
    assert sheet.cells["changed_on"] == ["2017-09", "2017-09-05", None, "2017-09-01", None]
    assert sheet.faults == [
        CellFault(6, "mobile", "cell.error"),
        CellFault(6, "is_migrant_worker", "cell.error"),
    ]
    (hidden,) = sheet.tail.file_findings
    assert hidden.code == "file.hidden_rows"
    assert "1 行、1 列" in hidden.message


def test_types_of_cells():
    cells = [
        *(
            dt.date(2017, 9, 1),
            dt.datetime.fromisoformat("2017-09-01T08:30"),
            12.0,
            1.5,
            True,
            13800000000.0,
        ),
        *("　", " 叶 ", dt.time(8, 30)),
    ]
    rows = [LABELS, *([*person(i)[:4], cell] for i, cell in enumerate(cells))]
    sheet = read(xlsx_of(rows))
    assert sheet.cells["mobile"] == [
        *("2017-09-01", "2017-09-01 08:30:00", 12, 1.5, True, 13800000000),
        *(None, " 叶 ", "08:30:00"),
    ]
    assert [type(value) for value in sheet.cells["mobile"][2:5]] == [int, float, bool]


def test_every_row_is_accounted_for():
    rows = [
        *people(2),
        [],
        LABELS,
        person(3),
        [None, " "],
        [],
        ["示例", "叶", "女", "331083199001011234"],
        [9],
        person(4),
        ["合计", None, None, 4],
        ["填表人：周"],
        [10],
    ]
    sheet = read(xlsx_of(rows))
    assert sheet.rows == [2, 3, 6, 11]
    assert sheet.skipped == [
        *((4, "blank", None), (5, "header", None), (7, "blank", 8), (9, "example", None)),
        *((10, "blank", None), (12, "footer", None), (13, "footer", None), (14, "blank", None)),
    ]
    assert sheet.tail.total == 13


def test_a_row_without_a_number_is_a_person_when_more_than_the_sequence_stands_in_it():
    sheet = read(xlsx_of([*people(1), [2, None, "女"], [3, "叶"]]))
    assert sheet.rows == [2, 3, 4]


def test_dates_of_1904():
    book = workbook_of([[*LABELS, "入会日期"], [*person(1), dt.date(2017, 9, 1)]])
    book.epoch = dt.datetime.fromisoformat("1904-01-01")
    assert read(saved(book)).cells["changed_on"] == ["2017-09-01"]


@pytest.mark.parametrize("code", ['yyyy"年"m"月"', "yyyy-mm", "[$-804]yyyy\\年m\\月;@", "mmm-yy"])
def test_a_date_shown_as_year_and_month_is_given_no_day(code):
    book = workbook_of([[*LABELS, "入会日期"], *([*person(i), None] for i in range(2))])
    sheet = book.worksheets[0]
    sheet["F2"], sheet["F3"] = dt.date(2017, 9, 1), dt.date(2017, 9, 2)
    sheet["F2"].number_format = sheet["F3"].number_format = code
    assert read(saved(book)).cells["changed_on"] == ["2017-09", "2017-09-02"]


def test_a_date_shown_in_full_keeps_its_first_day():
    book = workbook_of([[*LABELS, "入会日期"], [*person(1), dt.date(2017, 9, 1)]])
    for code in ('yyyy"年"m"月"d"日"', "yyyy/m/d", "m/d/yy"):
        book.worksheets[0]["F2"].number_format = code
        assert read(saved(book)).cells["changed_on"] == ["2017-09-01"]


def test_error_cells_and_formulas_without_a_result():
    extra = (
        '<c r="C2" t="e"><v>#N/A</v></c><c r="D2"><f>A1</f></c>'
        '<c r="E2" t="str"><f>A1</f><v></v></c>'
    )
    later = (
        '<c r="C3" t="e"><f>NA()</f><v>#N/A</v></c><c r="D3"><f>A1</f><v></v></c>'
        '<c r="E3" t="str"><f>A1</f><v>138</v></c>'
    )
    sheet = read(raw(xml_row(2, ["1", "叶"], extra) + xml_row(3, ["2", "林"], later)))
    assert sheet.faults == [
        CellFault(2, "sex", "cell.error"),
        CellFault(2, "document_number", "cell.formula"),
        CellFault(3, "sex", "cell.error"),
        CellFault(3, "document_number", "cell.formula"),
    ]
    assert sheet.cells["mobile"] == [None, "138"]


def test_rows_of_nothing_but_faults_are_rows():
    faulty = '<row r="{0}"><c r="B{0}"><f>A1</f></c><c r="D{0}" t="e"><v>#REF!</v></c></row>'
    uncached = '<row r="{0}"><c r="D{0}"><f>A1</f></c></row>'
    sheet = read(raw(xml_row(2, texts(1)) + faulty.format(3) + uncached.format(5)))
    assert sheet.rows == [2, 3, 5]
    assert [fault.row for fault in sheet.faults] == [3, 3, 5]
    assert sheet.tail.total == 4


def test_hidden_rows_and_columns_are_read_and_told():
    rows = xml_row(2, texts(1), attributes=' hidden="1"') + xml_row(3, texts(2))
    sheet = read(raw(rows, '<cols><col min="5" max="6" width="9" hidden="1"/></cols>'))
    assert sheet.rows == [2, 3]
    (told,) = sheet.tail.file_findings
    assert told.code == "file.hidden_rows"
    assert "1 行、1 列" in told.message


def test_a_hidden_column_alone_is_no_hidden_row():
    sheet = read(
        raw(xml_row(2, texts(1)), '<cols><col min="5" max="6" width="9" hidden="1"/></cols>')
    )
    assert sheet.tail.file_findings == []


def test_hidden_rows_above_the_header_and_hidden_foreign_columns_are_not_told():
    rows = (
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row>'
        + xml_row(2, LABELS)
        + xml_row(3, texts(1))
    )
    columns = '<cols><col min="9" max="9" width="9" hidden="1"/></cols>'
    assert read(raw_xlsx({"花名册": sheet_xml(rows, columns)})).finding_codes == []


def test_unknown_and_repeated_columns_are_told():
    sheet = read(xlsx_of([[*LABELS, "手机", "爱好"], [*person(1), "1", "棋"]]))
    assert sheet.fields[-2:] == [None, None]
    assert sheet.finding_codes == ["file.unmapped_column"] * 2
    assert "第 G 列“爱好”" in sheet.head.file_findings[1].message
    assert "另一列都是“移动电话”" in sheet.head.file_findings[0].message


def test_a_long_number_in_a_header_is_not_repeated():
    sheet = read(xlsx_of([[*LABELS, "331083199001011234"], person(1)]))
    assert "331083199001011234" not in sheet.head.file_findings[0].message


def test_the_first_visible_sheet_with_a_header_is_read():
    book = workbook_of([["说明"], ["请填写"]], "说明")
    book.create_sheet("底稿", 0).sheet_state = "veryHidden"
    book.create_sheet("旧表", 0).sheet_state = "hidden"
    for name in ("底稿", "旧表"):
        fill(book[name], people(9))
    fill(book.create_sheet("一车间"), people(2))
    fill(book.create_sheet("二车间"), people(3))
    fill(book.create_sheet("空表"), [LABELS])
    sheet = read(saved(book))
    assert sheet.head.sheet == "一车间"
    assert sheet.rows == [2, 3]
    (told,) = sheet.tail.file_findings
    assert told.code == "file.several_sheets"
    assert "一车间" in told.message
    assert "二车间" in told.message
    assert "空表" not in told.message


def test_chart_sheets_do_not_shift_the_sheets():
    book = workbook_of(people(1), "甲")
    book.create_chartsheet("图", 0).add_chart(BarChart())
    fill(book.create_sheet("乙"), people(4))
    sheet = read(saved(book))
    assert sheet.head.sheet == "甲"
    assert sheet.rows == [2]


def test_a_wrong_dimension_loses_nothing():
    rows = "".join(xml_row(i + 2, texts(i)) for i in range(1000))
    sheet = read(raw(rows, '<dimension ref="A1"/>'))
    assert len(sheet.rows) == 1000


def test_formatting_at_the_last_row_makes_no_rows():
    sheet = read(raw(xml_row(2, texts(1)) + '<row r="1048576"><c r="E1048576" s="0"/></row>'))
    assert sheet.tail.total == 1
    assert sheet.skipped == []


def test_a_value_at_the_last_row_is_found():
    sheet = read(raw(xml_row(2, texts(1)) + xml_row(1048576, texts(2))))
    assert sheet.rows == [2, 1048576]
    assert sheet.skipped == [(3, "blank", 1048575)]
    assert sheet.tail.total == 1048575


def test_rows_without_numbers_and_prefixed_names():
    plain = raw(xml_row(2, texts(1)) + '<row r="3"><c r="D3" t="e"><v>#N/A</v></c></row>')
    part = "xl/worksheets/sheet1.xml"
    rows = "".join(
        "<x:row>"
        + "".join(f'<x:c t="inlineStr"><x:is><x:t>{text}</x:t></x:is></x:c>' for text in values)
        + "</x:row>"
        for values in (LABELS, texts(1))
    )
    fault = '<x:row><x:c r="D3" t="e"><x:v>#N/A</x:v></x:c></x:row>'
    prefixed = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<x:sheetData>{rows}{fault}</x:sheetData></x:worksheet>"
    )
    for content in (plain, with_part(plain, part, prefixed.encode())):
        sheet = read(content)
        assert sheet.rows == [2, 3]
        assert sheet.faults == [CellFault(3, "document_number", "cell.error")]


def test_strict_workbooks():
    rows = xml_row(1, LABELS) + xml_row(2, texts(1))
    assert read(raw_xlsx({"花名册": sheet_xml(rows, namespace=STRICT)})).rows == [2]


def test_a_workbook_with_macros_is_told_apart():
    content = xlsx_of(people(1))
    types = b"<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>"
    assert read(with_part(content, "[Content_Types].xml", types)).head.format == "xlsm"


def test_a_text_in_a_cell_for_months_stays_whole():
    book = workbook_of([[*LABELS, "入会日期"], [*person(1), "2017-09-01"]])
    book.worksheets[0]["F2"].number_format = "yyyy-mm"
    assert read(saved(book)).cells["changed_on"] == ["2017-09-01"]


def test_a_very_wide_sheet_comes_in_small_batches():
    rows = "".join(xml_row(i + 2, texts(i)) for i in range(200))
    far = '<row r="202"><c r="XFD202"><v>1</v></c></row>'
    sheet = read(raw(rows + far))
    assert len(sheet.rows) == 201
    assert "第 XFD 列" in sheet.tail.file_findings[0].message


def test_batches_of_five_thousand():
    rows = "".join(xml_row(i + 2, texts(i)) for i in range(12_000))
    with open_sheet(raw(rows)) as reader:
        sizes = [len(batch.rows) for batch in reader]
    assert sizes == [5000, 5000, 2000]


def test_the_tail_is_known_only_at_the_end():
    with open_sheet(xlsx_of(people(1))) as reader, pytest.raises(RuntimeError):
        _ = reader.tail


def test_a_reader_that_is_left_early_ends_its_process():
    rows = "".join(xml_row(i + 2, texts(i)) for i in range(12_000))
    with open_sheet(raw(rows)) as reader:
        next(iter(reader))
        number = reader._child._process.pid
    assert not Path(f"/proc/{number}").exists()


def test_waiting_of_the_caller_costs_the_child_nothing():
    limits = Limits(1 << 20, 1 << 26, 1 << 30, 12, 2)
    with open_sheet(xlsx_of(people(3)), limits) as reader:
        before = reader._child._patience
        assert before > 0
        assert [batch.rows for batch in reader] == [[2, 3, 4]]
