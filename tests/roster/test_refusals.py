"""What is refused as a roster, with which code, and what the clerk is told."""

import os
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from registry.roster.sandbox import ORDINARY
from tests.factories.reading import read, refusal
from tests.factories.workbooks import (
    LABELS,
    csv_of,
    people,
    raw_xlsx,
    sheet_xml,
    with_part,
    workbook_of,
    xlsx_of,
    xml_row,
    zip_of,
)

ROSTERS = Path(__file__).parents[1] / "rosters"
SHEET = "xl/worksheets/sheet1.xml"


def locked_xlsx() -> bytes:
    out = BytesIO()
    OOXMLFile(BytesIO(xlsx_of(people(1)))).encrypt("geheim123", out)
    return out.getvalue()


def blank_rows(count: int) -> bytes:
    """An .xlsx with a bare header and `count` formatted rows without a value."""
    columns = "ABCDE"
    row = "".join(f'<c r="{letter}{{0}}" s="0"/>' for letter in columns)
    rows = "".join(f'<row r="{n}">{row.format(n)}</row>' for n in range(2, count + 2))
    return raw_xlsx({"花名册": sheet_xml(xml_row(1, LABELS) + rows)})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "0 字节"),
        (b"\x89PNG\r\n\x1a\n\0\0", "图片"),
        (b"<html><table><tr><td>\xe5\xa7\x93</td></tr></table></html>", "HTML"),
        (b"%PDF-1.4", "PDF"),
        (zip_of({"word/document.xml": b"<a/>"}), "Word"),
        (zip_of({"xl/workbook.bin": b"x"}), "xlsb"),
        (zip_of({"mimetype": b"application/vnd.oasis.opendocument.text"}), "OpenDocument"),
        (zip_of({"a.xlsx": b"x"}), "压缩包"),
        ("这是一封信。\n没有表格，\n只有字。\n".encode(), "文本"),
        (os.urandom(5000) + b"\0", "文件"),
    ],
    ids=["nothing", "png", "html", "pdf", "docx", "xlsb", "odt", "zip", "letter", "noise"],
)
def test_no_workbook(content, words):
    refused = refusal(content)
    assert refused.code == "file.not_a_workbook"
    assert words in refused.message
    assert "另存为" in refused.message


def test_word_document_of_old():
    content = (ROSTERS / "old_excel/roster.xls").read_bytes()
    name, other = ("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le"))
    assert name in content
    refused = refusal(content.replace(name, other))
    assert refused.code == "file.not_a_workbook"


def test_chinese_workbooks_of_excel_95():
    refused = refusal((ROSTERS / "excel_95/roster.xls").read_bytes())
    assert refused.code == "file.not_a_workbook"
    assert "很旧的 Excel" in refused.message


@pytest.mark.parametrize("name", ["locked.xls", "locked.ods"])
def test_passwords(name):
    refused = refusal((ROSTERS / "password" / name).read_bytes())
    assert refused.code == "file.encrypted"
    assert "密码" in refused.message


def test_password_of_an_xlsx():
    assert refusal(locked_xlsx()).code == "file.encrypted"


def test_password_of_a_zip_entry():
    content = bytearray(xlsx_of(people(1)))
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    assert refusal(bytes(content)).code == "file.encrypted"


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("format", ["xlsx", "xls", "ods"])
def test_a_file_cut_off(share, format):
    names = {"xls": "old_excel/roster.xls", "ods": "open_document/roster.ods"}
    whole = (ROSTERS / names[format]).read_bytes() if format in names else xlsx_of(people(200))
    cut = whole[: int(len(whole) * share)]
    assert refusal(cut).code == "file.damaged"


def test_a_sheet_cut_off_inside_a_sound_container():
    whole = sheet_xml(xml_row(1, LABELS) + xml_row(2, ["1", "叶", "女", "12345"]))
    cut = whole[: whole.index("</sheetData>")]
    assert refusal(raw_xlsx({"花名册": cut})).code == "file.damaged"


def test_two_rows_with_one_number():
    row = xml_row(2, ["1", "叶", "女", "12345"])
    content = raw_xlsx({"花名册": sheet_xml(xml_row(1, LABELS) + row + row)})
    assert refusal(content).code == "file.damaged"


@pytest.mark.parametrize("declared", ["<!DOCTYPE a>", '<!DOCTYPE a [<!ENTITY b "c">]>'])
@pytest.mark.parametrize("part", [SHEET, "xl/sharedStrings.xml", "xl/drawings/drawing1.xml"])
def test_document_types_and_entities(declared, part):
    content = with_part(xlsx_of(people(1)), part, f'<?xml version="1.0"?>{declared}<a/>'.encode())
    assert refusal(content).code == "file.damaged"


def test_an_entity_across_the_edge_of_a_piece():
    filler = b"<a>" + b" " * ((1 << 18) - 8)
    content = with_part(xlsx_of(people(1)), "xl/x.xml", filler + b"<!ENTITY b 'c'></a>")
    assert refusal(content).code == "file.damaged"


def test_sheets_in_utf_16_are_not_read_as_empty():
    sheet = sheet_xml(xml_row(1, LABELS)).replace("UTF-8", "UTF-16").encode("utf-16")
    content = with_part(raw_xlsx({"花名册": sheet_xml("")}), SHEET, sheet)
    assert refusal(content).code == "file.damaged"


@pytest.mark.parametrize("name", ["../escape.xml", "/etc/passwd", "xl\\..\\..\\x", "C:/x"])
def test_escaping_names(name):
    assert refusal(with_part(xlsx_of(people(1)), name, b"x")).code == "file.damaged"


def test_double_names():
    out = BytesIO(xlsx_of(people(1)))
    with ZipFile(out, "a") as archive:
        archive.writestr(SHEET.upper(), b"<worksheet/>")
    assert refusal(out.getvalue()).code == "file.damaged"


def test_too_many_entries():
    parts = {f"xl/media/{number}": b"" for number in range(2_001)}
    content = zip_of({"xl/workbook.xml": b"<workbook/>", **parts})
    refused = refusal(content)
    assert refused.code == "file.too_large"
    assert "2000 个" in refused.message


def test_too_large_on_disk():
    refused = refusal(b"x" * 1001, ORDINARY._replace(file_bytes=1000))
    assert refused.code == "file.too_large"


def test_too_large_unpacked_is_counted():
    content = with_part(xlsx_of(people(1)), "xl/media/a", os.urandom(1000) * 2000)
    assert refusal(content, ORDINARY._replace(unpacked_bytes=1 << 20)).code == "file.too_large"


def test_a_bomb_that_lies_about_its_size():
    content = bytearray(with_part(xlsx_of(people(1)), "xl/z", b"\0" * (50 << 20)))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    assert refusal(bytes(content)).code in ("file.too_large", "file.damaged")


def test_a_part_packed_too_tightly():
    content = with_part(xlsx_of(people(1)), "xl/media/a", b"\0" * (2 << 20))
    assert refusal(content).code == "file.too_large"
    small = with_part(xlsx_of(people(1)), "xl/media/a", b"\0" * (1 << 20))
    assert read(small).rows == [2]


def test_blank_formatted_rows_are_nobody():
    assert refusal(blank_rows(60_000)).code == "file.empty"


def test_no_header():
    for content in (xlsx_of([["a", "b", "c"], [1, 2, 3]]), csv_of([["a", "b", "c"], [1, 2, 3]])):
        assert refusal(content).code == "file.no_header"
    assert refusal(xlsx_of([])).code == "file.no_header"


def test_only_hidden_sheets_with_a_header():
    book = workbook_of([["说明"]])
    hidden = book.create_sheet("底稿")
    for row in people(2):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    out = BytesIO()
    book.save(out)
    assert refusal(out.getvalue()).code == "file.no_header"


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["序号", "性别", "证件号码", "移动电话"], ["“姓名”这一列"]),
        (["序号", "姓名", "性别", "身份证号吗"], ["“证件号码”这一列", "“身份证号吗”列"]),
        (["序号", "性别", "移动电话", "民族"], ["“姓名”和“证件号码”"]),
    ],
)
def test_a_needed_column_is_missing(labels, words):
    refused = refusal(xlsx_of([labels, ["1"] * 4]))
    assert refused.code == "file.missing_column"
    for word in words:
        assert word in refused.message


@pytest.mark.parametrize("rows", [[], [[None, " "]], [["合计"]], [LABELS], [[1], [2]]])
def test_a_header_and_nobody(rows):
    assert refusal(xlsx_of([LABELS, *rows])).code == "file.empty"
