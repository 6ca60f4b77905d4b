"""Every example under tests/rosters says what it says in the file beside it, either way it is read.

`<file>.expected.json`: format, sheet, header_row; rows (Excel numbers of the persons), total and
skipped [first, why, last or null]; findings [row, code], errors only; file_findings (codes, those
about columns that are missing left out); part (of the sheet, in an xlsx); and fields with the
cells that are expected in them.
"""

import json
from datetime import date
from pathlib import Path
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

import pytest

from registry.roster.report import check_roster
from registry.roster.sandbox import BULK, ORDINARY
from tests.factories.reading import read

TODAY = date(2026, 6, 1)
ROSTERS = Path(__file__).parents[1] / "rosters"
EXPECTED = sorted(ROSTERS.glob("*/*.expected.json"))
SAID_OF_THE_FILE = {"format", "sheet", "header_row"}
SAID_OF_THE_ROWS = {"rows", "total", "skipped", "findings", "file_findings", "part"}

both_ways = pytest.mark.parametrize("limits", [ORDINARY, BULK], ids=["whole", "stream"])
every_example = pytest.mark.parametrize(
    "expected", EXPECTED, ids=[f"{one.parent.name}-{one.name.split('.')[1]}" for one in EXPECTED]
)


def roster_of(expected: Path) -> Path:
    return expected.with_name(expected.name.removesuffix(".expected.json"))


@both_ways
@every_example
def test_rows_and_cells(expected, limits):
    said = json.loads(expected.read_text("utf-8"))
    sheet = read(roster_of(expected).read_bytes(), limits)
    assert {name: getattr(sheet.head, name) for name in SAID_OF_THE_FILE} == {
        name: said[name] for name in SAID_OF_THE_FILE
    }
    assert sheet.rows == said["rows"]
    assert sheet.tail.total == said["total"]
    assert [list(one) for one in sheet.skipped] == said["skipped"]
    for field in said.keys() - SAID_OF_THE_FILE - SAID_OF_THE_ROWS:
        assert sheet.cells[field] == said[field]


@every_example
def test_findings(expected):
    said = json.loads(expected.read_text("utf-8"))
    report = check_roster(roster_of(expected).read_bytes(), TODAY)
    errors = {(one.row, one.code) for one in report.findings if one.severity == "error"}
    assert errors == {(row, code) for row, code in said["findings"]}
    codes = [one.code for one in report.file_findings if one.code != "column.missing"]
    assert codes == said["file_findings"]


def rows_in_the_xml(content: Path, part: str) -> set[int]:
    """Return the numbers of the rows of a sheet part with a value, by nothing but the XML."""
    found: set[int] = set()
    place = [0]

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            place[0] = int(attributes.get("r", place[0] + 1))
        elif name in ("v", "t", "f"):
            found.add(place[0])

    parser = ParserCreate()
    parser.StartElementHandler = start
    with ZipFile(content) as archive:
        parser.Parse(archive.read(part), True)
    return found


@both_ways
@pytest.mark.parametrize(
    "expected",
    [one for one in EXPECTED if "part" in json.loads(one.read_text("utf-8"))],
    ids=lambda one: one.parent.name,
)
def test_rows_read_are_the_rows_in_the_xml(expected, limits):
    roster = roster_of(expected)
    sheet = read(roster.read_bytes(), limits)
    part = json.loads(expected.read_text("utf-8"))["part"]
    written = {row for row in rows_in_the_xml(roster, part) if row > sheet.head.header_row}
    told = {first for first, why, _ in sheet.skipped if why != "blank"}
    assert written == set(sheet.rows) | told
