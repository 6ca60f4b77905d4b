"""Workbooks and hostile containers in memory, down to the XML of a sheet."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

LABELS = ["序号", "姓名", "性别", "证件号码", "移动电话"]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def person(number: int) -> list[Any]:
    """Return an invented person's cells under LABELS."""
    return [number, f"叶小{number}", "女", f"33108319900101{number:04d}", f"138{number:08d}"]


def people(count: int) -> list[list[Any]]:
    return [LABELS, *(person(number + 1) for number in range(count))]


def workbook_of(rows: Iterable[Sequence[Any]], title: str = "花名册") -> Workbook:
    """Return an openpyxl workbook with these rows, to be changed further."""
    workbook = Workbook()
    fill(workbook.worksheets[0], rows)
    workbook.worksheets[0].title = title
    return workbook


def fill(sheet: Worksheet, rows: Iterable[Sequence[Any]]) -> None:
    for row in rows:
        sheet.append(list(row))


def saved(workbook: Workbook) -> bytes:
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def xlsx_of(rows: Iterable[Sequence[Any]], title: str = "花名册") -> bytes:
    return saved(workbook_of(rows, title))


def csv_of(rows: Iterable[Sequence[Any]], encoding: str = "utf-8", separator: str = ",") -> bytes:
    out = StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def cell(reference: str, text: str) -> str:
    """Return the XML of a cell with inline text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def xml_row(number: int, values: Sequence[str], extra: str = "", attributes: str = "") -> str:
    """Return the XML of a row of texts from column A on; `extra` is XML of further cells."""
    cells = "".join(cell(f"{chr(65 + i)}{number}", text) for i, text in enumerate(values) if text)
    return f'<row r="{number}"{attributes}>{cells}{extra}</row>'


def sheet_xml(rows: str, before: str = "", namespace: str = MAIN) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{namespace}">{before}<sheetData>{rows}</sheetData></worksheet>'
    )


def raw_xlsx(
    sheets: Mapping[str, str],
    properties: str = "",
    more: Mapping[str, bytes] | None = None,
    states: Mapping[str, str] | None = None,
) -> bytes:
    """Return an .xlsx of {sheet name: sheet XML}; `properties` is XML before the sheets, `more`
    adds or replaces parts, `states` gives the state of sheets (hidden, veryHidden)."""
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(list(sheets), properties, states or {}),
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{i + 1}.xml") for i in range(len(sheets))]
        ),
    }
    texts = dict(parts)
    for index, xml in enumerate(sheets.values(), 1):
        texts[f"xl/worksheets/sheet{index}.xml"] = xml
    return zip_of({name: text.encode() for name, text in texts.items()} | dict(more or {}))


def zip_of(parts: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """Return the container with one part added or replaced."""
    with ZipFile(BytesIO(content)) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    return zip_of(parts | {name: part})


def part_of(content: bytes, name: str) -> bytes:
    with ZipFile(BytesIO(content)) as archive:
        return archive.read(name)


def _content_types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i + 1}.xml" ContentType="{kind}.worksheet+xml"/>'
        for i in range(count)
    )
    return (
        f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f"{sheets}</Types>"
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{i + 1}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets)
    )
    return (
        f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">'
        f"{entries}</Relationships>"
    )


def _workbook(names: Sequence[str], properties: str, states: Mapping[str, str]) -> str:
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{i + 1}" state="{states.get(name, "visible")}"'
        f' r:id="rId{i + 1}"/>'
        for i, name in enumerate(names)
    )
    return (
        f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{_RELATIONS}">'
        f"{properties}<sheets>{sheets}</sheets></workbook>"
    )
