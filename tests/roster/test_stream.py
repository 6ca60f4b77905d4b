"""A sheet read a piece at a time says what calamine says of it, and what that would lose."""

import gc
import weakref
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.roster.limits import ORDINARY
from registry.roster.refusal import Refusal
from registry.roster.shared_strings import SharedStrings
from registry.roster.sheet_parser import SheetParser
from registry.roster.source import Source, WorkbookSource, open_source
from registry.roster.stream import Kinds
from tests.factories.workbooks import MAIN, _relations, raw_xlsx, sheet_xml

ROSTERS = Path(__file__).parents[1] / "rosters"
FORMATS = [0, 1, 9, 11, 14, 17, 20, 22, 31, 45, 46, 57, 164, 165, 166, 167]
CODES = {164: "yyyy-mm-dd", 165: "[h]:mm", 166: '0.0"d"', 167: "[$-804]yyyy\\年m\\月;@"}
STRINGS = [
    "<si><t>叶</t></si>",
    '<si><t xml:space="preserve"> a </t></si>',
    "<si><t> a&amp;b_x000D_ </t></si>",
    "<si><r><t>张</t></r><r><rPr><b/></rPr><t>三</t></r><rPh sb='0' eb='1'><t>zh</t></rPh></si>",
    "<si/>",
    "<si><t/></si>",
    "<si><t>c\r\nd&#x4e2d;</t></si>",
]


def book(rows: str, properties: str = "", strings: str = "".join(STRINGS)) -> bytes:
    """An .xlsx with FORMATS as styles and STRINGS as shared strings."""
    formats = "".join(
        f'<numFmt numFmtId="{number}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        for number, code in CODES.items()
    )
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in FORMATS)
    parts = {
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f"<cellXfs>{styles}</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{strings}</sst>',
        "xl/_rels/workbook.xml.rels": _relations(
            [
                ("worksheet", "worksheets/sheet1.xml"),
                ("sharedStrings", "sharedStrings.xml"),
                ("styles", "styles.xml"),
            ]
        ),
    }
    more = {name: text.encode() for name, text in parts.items()}
    return raw_xlsx({"花名册": sheet_xml(rows)}, properties, more)


def opened(content: bytes) -> Source:
    return open_source(BytesIO(content), {}, ORDINARY.bounds)


def by_calamine(content: bytes) -> Source:
    return WorkbookSource(BytesIO(content), "xlsx", ORDINARY.bounds.cells)


def trimmed(source: Source, index: int = 0) -> list[list[object]]:
    """Return the rows without the blanks at their ends and at the end."""
    rows = [list(row) for row in source.rows(index)]
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def assert_alike(content: bytes) -> list[list[object]]:
    whole, stream = trimmed(by_calamine(content)), trimmed(opened(content))
    assert stream == whole
    assert [list(map(type, row)) for row in stream] == [list(map(type, row)) for row in whole]
    return stream


TEXTS = st.text('a中 <&"_x0041\n', max_size=8)
NUMBERS = st.integers(-5, 60_000).map(str) | st.floats(0, 60_000).map(repr)


@st.composite
def cells(draw: st.DrawFn, place: str) -> str:
    """One cell in one of the ways in which programs write it."""
    kind = draw(st.sampled_from(["n", "n", "s", "str", "is", "b", "e", "f", "blank", "none"]))
    style = draw(st.sampled_from(["", *(f' s="{index}"' for index in range(len(FORMATS)))]))
    at = f' r="{place}"'
    text = escape(draw(TEXTS))
    return {
        "n": f"<c{at}{style}><v>{draw(NUMBERS)}</v></c>",
        "s": f'<c{at}{style} t="s"><v>{draw(st.integers(0, len(STRINGS) - 1))}</v></c>',
        "str": f'<c{at} t="str"><f>A1</f><v>{text}</v></c>',
        "is": f'<c{at}{style} t="inlineStr"><is><t>{text}</t></is></c>',
        "b": f'<c{at} t="b"><v>{draw(st.sampled_from("01"))}</v></c>',
        "e": f'<c{at} t="e"><v>#N/A</v></c>',
        "f": f"<c{at}{style}><f>A1</f></c>",
        "blank": f"<c{at}{style}/>",
        "none": "",
    }[kind]


@st.composite
def sheets(draw: st.DrawFn) -> str:
    numbers = draw(st.lists(st.integers(1, 12), max_size=6, unique=True).map(sorted))
    rows = ""
    for number in numbers:
        columns = draw(st.lists(st.sampled_from("ABCDE"), max_size=5, unique=True))
        columns = columns if draw(st.booleans()) else sorted(columns)
        inside = "".join(draw(cells(f"{column}{number}")) for column in columns)
        if draw(st.integers(0, 5)) == 0:
            inside = inside.replace("><", ">\n  <")
        rows += f'<row r="{number}" spans="1:5">{inside}</row>'
    return rows


@settings(max_examples=150)
@given(sheets(), st.booleans())
def test_a_stream_gives_what_the_cell_reader_gives(rows, is_1904):
    assert_alike(book(rows, '<workbookPr date1904="1"/>' if is_1904 else ""))


@st.composite
def rows_alike(draw: st.DrawFn) -> str:
    """Rows as a program writes a roster: each column of one kind, here and there a blank, a few
    written in another way."""
    kinds = draw(st.lists(st.sampled_from(["n", "s", "str", "is", "b"]), min_size=1, max_size=5))
    styles = draw(st.lists(st.sampled_from(["", ' s="4"', ' s="12"']), min_size=5, max_size=5))
    values = {
        "n": NUMBERS.map("<v>{}</v>".format),
        "s": st.integers(0, len(STRINGS) - 1).map("<v>{}</v>".format),
        "str": TEXTS.map(escape).map("<f>A1</f><v>{}</v>".format),
        "is": TEXTS.map(escape).map("<is><t>{}</t></is>".format),
        "b": st.sampled_from(["<v>0</v>", "<v>1</v>"]),
    }
    types = {"n": "", "s": ' t="s"', "str": ' t="str"', "is": ' t="inlineStr"', "b": ' t="b"'}
    text, number = "", 0
    for _ in range(draw(st.integers(2, 25))):
        step = draw(st.sampled_from([1, 1, 1, 1, 3]))
        number += step
        inside = ""
        for letter, kind, style in zip("ABCDE", kinds, styles, strict=False):
            place = f'<c r="{letter}{number}"{style}'
            how = draw(st.sampled_from(["as it is"] * 12 + ["empty", "closed", "none"]))
            inside += {
                "as it is": f"{place}{types[kind]}>{draw(values[kind])}</c>",
                "empty": f"{place}{types[kind]}></c>",
                "closed": f"{place}/>",
                "none": "",
            }[how]
        row = f'<row r="{number}" spans="1:5">{inside}</row>'
        text += draw(
            st.sampled_from(
                [row] * 30
                + [
                    row.replace("><", ">\r\n<"),
                    row.replace(' spans="1:5"', ' ht="15" hidden="1"'),
                    row + "<!-- -->",
                    row + "\n  ",
                    f'<row r="{number}"/>',
                    f'<row spans="1:5">{inside}</row>' if step == 1 else "",
                    f'<row r="{number}"><c r="Z{number}"><v>7</v></c></row>',
                ]
            )
        )
    return text


@settings(max_examples=150)
@given(rows_alike(), st.integers(300, 3000))
def test_rows_read_together_are_what_each_is(rows, piece):
    # In pieces, for only what follows the first of them is read by columns.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("registry.roster.container.PIECE", piece)
        assert_alike(book(rows))


def test_a_cell_of_another_row_among_many_is_refused():
    row = '<row r="{0}"><c r="A{0}"><v>1</v></c><c r="B{1}"><v>2</v></c></row>'
    rows = [row.format(number, number) for number in range(1, 50)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("registry.roster.container.PIECE", 500)
        assert len(trimmed(opened(book("".join(rows))))) == 49
        for wrong in (row.format(40, 41), row.format(39, 39), '<row r="40"><c r="A40">'):
            rows[39] = wrong
            with pytest.raises(Refusal):
                trimmed(opened(book("".join(rows))))


@pytest.mark.parametrize(
    "roster",
    [
        one
        for one in sorted(ROSTERS.glob("*/roster.xls[xm]"))
        # The one takes calamine's memory, in the other it finds no texts.
        if one.parent.name not in ("far_cell", "other_part_names")
    ],
    ids=lambda one: one.parent.name,
)
def test_every_example_is_alike_both_ways(roster):
    content = roster.read_bytes()
    for index, (_, readable) in enumerate(opened(content).sheets):
        if readable:
            whole = trimmed(by_calamine(content), index)
            assert trimmed(opened(content), index) == whole != []


def test_every_format_is_alike():
    values = ("0", "0.5", "1", "59", "60", "43000", "43000.25", "43000.9999999", "2958466", "x")
    rows = "".join(
        f'<row r="{number}">'
        + "".join(f'<c s="{style}"><v>{value}</v></c>' for style in range(len(FORMATS)))
        + "</row>"
        for number, value in enumerate(values, 1)
    )
    for properties in ("", '<workbookPr date1904="1"/>'):
        assert_alike(book(rows, properties))


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<v>1<!-- note -->2</v>", 12.0),
        ("<v><![CDATA[12]]></v>", 12.0),
        ("<!-- note --><v>12</v>", 12.0),
    ],
)
def test_what_the_cell_reader_would_lose(inside, expected):
    content = book(
        f'<row r="1"><c r="A1">{inside}</c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    )
    assert trimmed(opened(content)) == [[expected], [1.0]]


def test_a_row_within_a_comment_is_none():
    row = '<row r="{0}"><c r="A{0}"><v>{0}</v></c></row>'
    content = book(row.format(1) + "<!--" + row.format(2) + "-->" + row.format(2) + row.format(3))
    assert trimmed(opened(content)) == [[1.0], [2.0], [3.0]]


def test_a_text_in_the_element_of_a_number():
    content = book('<row r="1"><c r="A1" t="inlineStr"><f>B1</f><v>叶</v></c></row>')
    assert trimmed(opened(content)) == [["叶"]]


def test_extensions_do_not_change_the_date_system():
    more = '<workbookPr date1904="1"/><ext xmlns:y="y"><y:workbookPr chart="1"/></ext>'
    rows = assert_alike(book('<row r="1"><c r="A1" s="4"><v>41518</v></c></row>', more))
    assert str(rows[0][0]) == "2017-09-02"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="zz"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="b"><v>7</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&foo;</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&#0;</v></c></row>',
        '<row r="1"><c r="A1" t="str"><v>&#xD800;</v></c></row>',
    ],
    ids=["row", "cell", "astray", "below", "beyond", "type", "truth", "entity", "nul", "half"],
)
def test_what_cannot_be_told_is_refused(rows):
    with pytest.raises(Refusal) as caught:
        trimmed(opened(book(rows)))
    assert caught.value.code == "file.damaged"


@pytest.mark.parametrize("index", ["99", "-1", " 0", "x"])
def test_strings_that_are_not_there(index):
    content = book(f'<row r="1"><c r="A1" t="s"><v>{index}</v></c></row>')
    with pytest.raises((IndexError, ValueError)):
        trimmed(opened(content))


def test_more_than_thirty_million_cells():
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 2000))
    with pytest.raises(Refusal) as caught:
        for _ in opened(book(rows)).rows(0):
            pass
    assert caught.value.code == "file.too_large"


def test_a_parser_that_is_done_goes_at_once():
    # One is made for each row in an unusual form, where nothing collects circles: a million of
    # them would take all the memory that the sandbox has.
    gc.disable()
    try:
        parser = SheetParser(Kinds([], False, SharedStrings([])).of, 0)
        parser.feed(
            b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>", True
        )
        gone = weakref.ref(parser)
        del parser
        assert gone() is None
    finally:
        gc.enable()
