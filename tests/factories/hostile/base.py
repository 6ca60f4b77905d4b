"""The sound roster of one person that hostile files are made from."""

from pathlib import Path

from tests.factories.workbooks import LABELS, raw_xlsx, sheet_xml, xml_row

ROSTERS = Path(__file__).parents[2] / "rosters"
NAME = "叶"
HEAD = xml_row(1, LABELS) + xml_row(2, ["1", NAME, "女", "12345"])
SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
RELS = "xl/_rels/workbook.xml.rels"


def sheet(rows: str = "", before: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """Return an .xlsx whose sheet has the person and then `rows`."""
    return raw_xlsx({"花名册": sheet_xml(HEAD + rows, before)}, more=more)


def plain(name: str) -> bytes:
    """Return a sound file of `tests/rosters`."""
    return (ROSTERS / name).read_bytes()


def changed(content: bytes, at: int, new: bytes) -> bytes:
    """Return the content with other bytes at a place."""
    return content[:at] + new + content[at + len(new) :]
