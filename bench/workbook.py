"""A plain .xlsx of texts, written as quickly as the standard library can."""

import zipfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPES}.sharedStrings+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1"'
        f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{NAMESPACE}" xmlns:r="{OFFICE}">'
        '<sheets><sheet name="花名册" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>"
    ),
}


def write(path: Path, rows: Iterable[list[str]], *, inline: bool = False) -> None:
    """Write rows of texts (at most 26 columns) as a workbook's only sheet; "" is an empty cell.

    Texts are shared strings, as spreadsheet programs write them, or stand `inline` in their cells.
    """
    strings: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in PARTS.items():
            archive.writestr(name, XML + text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'{XML}<worksheet xmlns="{NAMESPACE}"><sheetData>'.encode())
            for number, row in enumerate(rows, start=1):
                sheet.write(_row(number, row, None if inline else strings).encode())
            sheet.write(b"</sheetData></worksheet>")
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        counts = f'count="{len(strings)}" uniqueCount="{len(strings)}"'
        archive.writestr(
            "xl/sharedStrings.xml", f'{XML}<sst xmlns="{NAMESPACE}" {counts}>{items}</sst>'
        )


def _row(number: int, row: list[str], strings: dict[str, int] | None) -> str:
    cells = "".join(
        f'<c r="{letter}{number}" {_content(text, strings)}</c>'
        for letter, text in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", row, strict=False)
        if text
    )
    return f'<row r="{number}">{cells}</row>'


def _content(text: str, strings: dict[str, int] | None) -> str:
    if strings is None:
        return f't="inlineStr"><is><t>{escape(text)}</t></is>'
    return f't="s"><v>{strings.setdefault(text, len(strings))}</v>'
