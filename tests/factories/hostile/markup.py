"""XML: declarations, entities, depth, encodings, parts that lead nowhere."""

from collections.abc import Callable
from functools import partial

from tests.factories.hostile.base import BOOK, HEAD, RELS, SHEET, sheet
from tests.factories.workbooks import MAIN, part_of, sheet_xml, with_part

Make = Callable[[], bytes]
_FILE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_NET = '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'
_PARAMETER = '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]>'
_LAUGHS = "<!DOCTYPE a [{}]>".format(
    "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "ha"}">' for i in range(12))
)
_QUADRATIC = f'<!DOCTYPE a [<!ENTITY a "{"a" * 50_000}">]>'


def _declared(part: str, declaration: str, old: str = "", new: str = "") -> bytes:
    """Put a declaration at the head of a part, and perhaps a use of it."""
    text = part_of(sheet(), part).decode() if part in (BOOK, SHEET, RELS) else "<a/>"
    head, mark, rest = text.rpartition("?>")
    return with_part(sheet(), part, (head + mark + declaration + rest.replace(old, new)).encode())


def _sheet_as(encoding: str, named: str) -> bytes:
    text = sheet_xml(HEAD).replace("UTF-8", named)
    return with_part(sheet(), SHEET, text.encode(encoding))


def _book(old: str, new: str) -> bytes:
    return with_part(sheet(), BOOK, part_of(sheet(), BOOK).replace(old.encode(), new.encode()))


def _target(target: str) -> bytes:
    rels = part_of(sheet(), RELS).replace(b"worksheets/sheet1.xml", target.encode())
    return with_part(sheet(), RELS, rels)


def _raw(xml: bytes) -> bytes:
    return with_part(sheet(), SHEET, xml)


def _related(kind: str, xml: str, row: str = "") -> bytes:
    """Return the roster with one more part, which its relationships name."""
    related = (
        '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/{kind}" Target="{kind}.xml"/></Relationships>'
    )
    rels = part_of(sheet(), RELS).replace(b"</Relationships>", related.encode())
    return sheet(row, more={f"xl/{kind}.xml": xml.encode(), RELS: rels})


def _strings(xml: str, index: str = "0") -> bytes:
    row = f'<row r="3"><c r="B3" t="s"><v>{index}</v></c></row>'
    return _related("sharedStrings", xml, row)


def _styles(inside: str) -> bytes:
    return _related("styles", f'<styleSheet xmlns="{MAIN}">{inside}</styleSheet>')


REFUSED: dict[str, Make] = {
    "a file of the machine as an entity of the sheet": partial(
        _declared, SHEET, _FILE, "叶", "&x;"
    ),
    "a file of the machine as the sheet's name": partial(_declared, BOOK, _FILE, "花名册", "&x;"),
    "a file of the machine in the relationships": partial(_declared, RELS, _FILE),
    "a foreign DTD": partial(_declared, SHEET, _NET),
    "a foreign DTD of the workbook": partial(_declared, BOOK, _NET),
    "a parameter entity": partial(_declared, SHEET, _PARAMETER),
    "a thousandfold laugh": partial(_declared, BOOK, _LAUGHS, "花名册", "&a11;"),
    "a thousandfold laugh in the sheet": partial(_declared, SHEET, _LAUGHS, "叶", "&a11;"),
    "a thousandfold laugh in the texts": lambda: _strings(
        f'{_LAUGHS}<sst xmlns="{MAIN}"><si><t>&a11;</t></si></sst>'
    ),
    "a quadratic laugh": partial(_declared, SHEET, _QUADRATIC, "叶", "&a;" * 2_000),
    "a declaration in a drawing": partial(_declared, "xl/drawings/drawing1.xml", _FILE),
    "a declaration in the styles": partial(_declared, "xl/styles.xml", "<!DOCTYPE a>"),
    "a declaration in the properties": partial(_declared, "docProps/core.xml", "<!DOCTYPE a>"),
    "a declaration across the edge of a piece": lambda: with_part(
        sheet(), "xl/x.xml", b"<a>" + b" " * ((1 << 18) - 8) + b"<!ENTITY b 'c'></a>"
    ),
    "a sheet in UTF-16": partial(_sheet_as, "utf-16", "UTF-16"),
    "a sheet that is cut off": lambda: _raw(sheet_xml(HEAD).encode()[:-30]),
    "a sheet of nothing": lambda: _raw(b""),
    "a sheet of zeros": lambda: _raw(bytes(2000)),
    "open comments": lambda: sheet("<!--" * 50_000),
    "open CDATA": lambda: sheet("<![CDATA[" * 50_000),
    "deep XML in a parsed sheet": lambda: sheet("<!-- -->" + "<a>" * 30_000),
    "a sheet that is no part": partial(_target, "worksheets/none.xml"),
    "a sheet on the net": partial(_target, "http://127.0.0.1:9/sheet1.xml"),
    "a sheet that is a file of the machine": partial(_target, "../../../../etc/passwd"),
    "a relationship that is not there": partial(_book, "rId1", "rId99"),
}
DOUBTFUL: dict[str, Make] = {
    "deep XML": lambda: sheet("<a>" * 30_000),
    "a hundred thousand attributes": lambda: sheet(
        "<row " + " ".join(map("a{}='' ".format, range(100_000))) + ' r="3"/>'
    ),
    "an attribute of a megabyte": lambda: sheet(f'<row r="3" spans="{"1" * (1 << 20)}"/>'),
    "a processing instruction of a megabyte": lambda: sheet(before=f"<?a {'x' * (1 << 20)}?>"),
    "an XInclude": lambda: sheet(
        before='<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
    ),
    "a sheet in a charset that is none": partial(_sheet_as, "utf-8", "x-none"),
    "a sheet in UTF-7, it says": partial(_sheet_as, "utf-8", "UTF-7"),
    "bytes that are no text": lambda: _raw(sheet_xml(HEAD + "<!-- ").encode() + b"\xff\xfe -->"),
    "control characters": lambda: sheet('<row r="3"><c r="B3"><v>\x01\x02</v></c></row>'),
    "two roots": lambda: _raw(sheet_xml(HEAD).encode() + b"<a/>"),
    "a name of a hundred thousand letters": partial(_book, "花名册", "名" * 100_000),
    "a name with marks of markup": partial(
        _book, "花名册", "&lt;script&gt;alert(1)&lt;/script&gt;"
    ),
    "three thousand sheets of one part": partial(
        _book,
        "</sheets>",
        "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(2, 3000))
        + "</sheets>",
    ),
    "a count of texts that lies": lambda: _strings(
        f'<sst xmlns="{MAIN}" count="4294967295" uniqueCount="4294967295"><si><t>a</t></si></sst>'
    ),
    "a text of a hundred thousand runs": lambda: _strings(
        f'<sst xmlns="{MAIN}"><si>{"<r><t>叶</t></r>" * 100_000}</si></sst>'
    ),
    "a count of styles that lies": lambda: _styles(
        '<cellXfs count="4294967295"><xf numFmtId="99999999999999"/></cellXfs>'
    ),
    "fifty thousand styles": lambda: _styles(
        "<cellXfs>"
        + "".join(f'<xf numFmtId="{n * 7919 % 60}" a="{n}"/>' for n in range(50_000))
        + "</cellXfs>"
    ),
    "a format of brackets": lambda: _styles(
        f'<numFmts><numFmt numFmtId="170" formatCode="{"[" * 200_000}"/></numFmts>'
        '<cellXfs><xf numFmtId="170"/></cellXfs>'
    ),
    "a text past the last": lambda: _strings(f'<sst xmlns="{MAIN}"/>', "4294967295"),
    "a text before the first": lambda: _strings(f'<sst xmlns="{MAIN}"/>', "-1"),
}
