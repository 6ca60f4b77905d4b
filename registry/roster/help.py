"""What the help page of each rule says, read from `seeds/help/*.toml`, one table for each code.

`messages` has the one sentence that stands beside a cell; here is the page behind it. A picture is
written as text and drawn by the screens: lines with | are a small sheet, others a dialog.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).resolve().parents[2] / "seeds" / "help"


class Picture(NamedTuple):
    """`says` tells the picture in words; `before` and `after` are a small sheet or a dialog each.

    A sheet has the letters in its first line and the row number before each further line, its
    cells between |. A dialog has its title, lines “label：value”, and buttons in [ ]. A cell or
    value that begins with ! is wrong, with ? doubtful, with + right. `tabs` are a sheet's tabs.
    """

    says: str
    before: str
    after: str
    tabs: tuple[str, ...]
    tabs_after: tuple[str, ...]


class Help(NamedTuple):
    """A rule's page: what it means, why it matters, the steps in the page and in Excel or WPS,
    the codes of related rules, and the picture. `facts` are those of the example, for the sentence.
    """

    code: str
    facts: dict[str, str]
    means: str
    why: str
    page: tuple[str, ...]
    sheet: tuple[str, ...]
    related: tuple[str, ...]
    picture: Picture


@cache
def helps() -> dict[str, Help]:
    """Return the help of every rule by code. A code that stands twice is a ValueError."""
    found: dict[str, Help] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        with path.open("rb") as file:
            tables = tomllib.load(file)
        for code, table in tables.items():
            if code in found:
                raise ValueError(f"the help of {code} is written twice")
            found[code] = _help(code, table)
    return found


def _help(code: str, table: dict[str, Any]) -> Help:
    picture = table["picture"]
    return Help(
        code=code,
        facts=table.get("facts", {}),
        means=table["means"],
        why=table["why"],
        page=tuple(table["page"]),
        sheet=tuple(table["sheet"]),
        related=tuple(table["related"]),
        picture=Picture(
            says=picture["says"],
            before=picture["before"].strip("\n"),
            after=picture["after"].strip("\n"),
            tabs=tuple(picture.get("tabs", ())),
            tabs_after=tuple(picture.get("tabs_after", ())),
        ),
    )
