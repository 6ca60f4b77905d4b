"""Files made to hurt, either way they are read: an answer each, soon, and never another's text."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from registry.errors import RosterRefused
from registry.roster.sandbox import BULK, ORDINARY
from tests.factories.reading import read
from tests.factories.workbooks import (
    LABELS,
    MAIN,
    _relations,
    part_of,
    raw_xlsx,
    sheet_xml,
    with_part,
    xml_row,
    zip_of,
)

ROSTERS = Path(__file__).parents[1] / "rosters"
HEAD = xml_row(1, LABELS) + xml_row(2, ["1", "叶", "女", "12345"])
READ = "read"


def sheet(rows: str) -> bytes:
    return raw_xlsx({"花名册": sheet_xml(HEAD + rows)})


def with_related(kind: str, name: str, xml: str, row: str = "") -> bytes:
    """A workbook with one more part, which its relationships name."""
    related = _relations([("worksheet", "worksheets/sheet1.xml"), (kind, name)])
    more = {f"xl/{name}": xml.encode(), "xl/_rels/workbook.xml.rels": related.encode()}
    return raw_xlsx({"花名册": sheet_xml(HEAD + row)}, more=more)


def strings(xml: str, index: str = "0") -> bytes:
    row = f'<row r="3"><c r="A3" t="s"><v>{index}</v></c><c r="D3"><v>12345</v></c></row>'
    return with_related("sharedStrings", "sharedStrings.xml", xml, row)


def styles(inside: str) -> bytes:
    return with_related("styles", "styles.xml", f'<styleSheet xmlns="{MAIN}">{inside}</styleSheet>')


def ods(rows: str) -> bytes:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="a">{ods_row(LABELS)}{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return zip_of({"mimetype": kind, "content.xml": content.encode()})


def ods_row(values: list[str], times: str = "1", between: str = "") -> str:
    cells = between.join(
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        for value in values
    )
    repeated = f' table:number-rows-repeated="{times}"'
    return f"<table:table-row{repeated}>{between}{cells}{between}</table:table-row>"


def laughing() -> bytes:
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(12))
    content = sheet("")
    workbook = part_of(content, "xl/workbook.xml").decode().removeprefix('<?xml version="1.0"?>')
    bomb = f"<!DOCTYPE a [{entities}]>{workbook.replace('花名册', '&a11;')}"
    return with_part(content, "xl/workbook.xml", bomb.encode())


def one_part_many_sheets() -> bytes:
    content = sheet("")
    sheets = "".join(f'<sheet name="s{i}" sheetId="{i}" r:id="rId1"/>' for i in range(2, 3000))
    workbook = part_of(content, "xl/workbook.xml").replace(
        b"</sheets>", f"{sheets}</sheets>".encode()
    )
    return with_part(content, "xl/workbook.xml", workbook)


def changed_zip(at: int, new: bytes) -> bytes:
    """A sound workbook with bytes changed in the last entry of its directory."""
    content = bytearray(sheet(""))
    place = content.rindex(b"PK\x01\x02") + at
    content[place : place + len(new)] = new
    return bytes(content)


def changed_xls(at: int, new: bytes) -> bytes:
    content = bytearray((ROSTERS / "old_excel/roster.xls").read_bytes())
    content[at : at + len(new)] = new
    return bytes(content)


def far_row(number: str) -> str:
    return f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>'


SST = f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>'
HEADER = ",".join(LABELS)
CASES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "deep XML": (lambda: sheet("<a>" * 30_000), {READ}),
    "deep XML in a parsed sheet": (lambda: sheet("<!-- -->" + "<a>" * 30_000), {"file.damaged"}),
    "open comments": (lambda: sheet("<!--" * 50_000), {"file.damaged"}),
    "open CDATA": (lambda: sheet("<![CDATA[" * 50_000), {"file.damaged"}),
    "open formulas": (lambda: sheet('<row r="3">' + '<c r="A3"><f>' * 20_000), {"file.damaged"}),
    "a count of strings that lies": (lambda: strings(SST), {READ, "file.too_costly"}),
    "a string before the first": (lambda: strings(SST, "-1"), {"file.damaged", "file.too_costly"}),
    "a count of styles that lies": (
        lambda: styles('<cellXfs count="4294967295"><xf numFmtId="99999999999999"/></cellXfs>'),
        {READ},
    ),
    "many styles": (
        lambda: styles(
            "<cellXfs>"
            + "".join(f'<xf numFmtId="{n * 7919 % 60}" a="{n}"/>' for n in range(50_000))
            + "</cellXfs>"
        ),
        {READ},
    ),
    "a format of brackets": (
        lambda: styles(
            f'<numFmts><numFmt numFmtId="170" formatCode="{"[" * 200_000}"/></numFmts>'
            '<cellXfs><xf numFmtId="170"/></cellXfs>'
        ),
        {READ},
    ),
    "row zero": (lambda: sheet(far_row("0")), {"file.damaged"}),
    "a negative row": (lambda: sheet(far_row("-5")), {"file.damaged"}),
    "a row of twenty digits": (lambda: sheet(far_row("9" * 20)), {"file.damaged"}),
    "a row past the last": (lambda: sheet(far_row("9999999")), {"file.damaged"}),
    "wide rows": (
        lambda: sheet(
            "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(3, 5000))
        ),
        {"file.too_large", "file.too_costly"},
    ),
    "a formula for the whole sheet": (
        lambda: sheet(
            '<row r="3"><c r="A3"><f t="shared" si="0" ref="A3:XFD1048576">A3</f><v>1</v></c>'
            '<c r="B3"><f t="shared" si="4294967295"/><v>1</v></c></row>'
        ),
        {READ},
    ),
    "a number without an end": (
        lambda: sheet(f'<row r="3"><c r="B3"><v>{"9" * 200_000}</v></c></row>'),
        {READ},
    ),
    "a thousandfold laugh": (laughing, {"file.damaged"}),
    "one part for many sheets": (one_part_many_sheets, {READ}),
    "a wrong checksum": (lambda: changed_zip(16, b"\1\2\3\4"), {"file.damaged"}),
    "an unknown method of packing": (lambda: changed_zip(10, b"\x63\0"), {"file.damaged"}),
    "a billion rows": (
        lambda: ods(ods_row(["1", "叶", "女", "12345678", "1"], "1000000000")),
        {"file.damaged", "file.too_costly", "file.too_large"},
    ),
    "a billion rows, laid out": (
        lambda: ods(ods_row(["1", "叶", "女", "12345678", "1"], "1000000000", "\n") * 20),
        {"file.damaged", "file.too_large"},
    ),
    "a repeat of many digits": (
        lambda: ods(ods_row(["1"], "9" * 50_000)),
        {"file.damaged", "file.empty"},
    ),
    "quotes without an end": (lambda: (HEADER + '\n1,"叶,女,12345678\n' * 2001).encode(), {READ}),
    "a line of commas": (lambda: (HEADER + "\n" + "," * 3_000_000).encode(), {"file.empty"}),
    "sectors of one byte": (lambda: changed_xls(30, b"\0\0"), {"file.damaged"}),
    "sectors of nine exabytes": (lambda: changed_xls(30, b"\x3f\0"), {"file.damaged"}),
    "a table of sectors that is its own next": (
        lambda: changed_xls(76, struct.pack("<2I", 1, 1)),
        {"file.damaged", "file.not_a_workbook"},
    ),
}


@pytest.mark.parametrize("limits", [ORDINARY, BULK], ids=["whole", "stream"])
@pytest.mark.parametrize("name", CASES)
def test_an_answer_to_everything(name, limits):
    make, answers = CASES[name]
    try:
        read(make(), limits._replace(cpu_seconds=12, wall_seconds=60))
        answer = READ
    except RosterRefused as refused:
        answer = refused.code
    assert answer in answers
