"""Which parts an xlsx container has and what they are called: sheets, strings, styles.

Names are what the workbook's own relationships say, never what is usual (ECMA-376 part 2).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from xml.parsers.expat import ExpatError, ParserCreate

from registry.roster.cells import kind_of_format
from registry.roster.container import Container, MarkupGuard
from registry.roster.look import shows_month_only
from registry.roster.refusal import damaged

# Excel takes 255 characters.
_LONGEST_CODE = 1000

_Started = Callable[[str, dict[str, str]], None]


class SheetPart(NamedTuple):
    """`part`: its name in lower case, "" where the workbook names none; `kind`: worksheet,
    chartsheet …; `is_visible`: neither hidden nor very hidden."""

    name: str
    part: str
    kind: str
    is_visible: bool


class Parts(NamedTuple):
    """A workbook's parts; names in lower case, "" for a part that is not there."""

    workbook: str
    sheets: list[SheetPart]
    strings: str
    styles: str
    is_1904: bool


class Styles(NamedTuple):
    """By the number in a cell's `s`: the kind of format, and which show year and month only."""

    kinds: list[str]
    months: frozenset[bytes]


def read_parts(container: Container) -> Parts:
    """Return what the workbook part and its relationships say. Raises Refusal file.damaged."""
    workbook = container.main_part()
    folder, _, name = workbook.rpartition("/")
    kinds, targets = _relationships(container, f"{folder}/_rels/{name}.rels".lstrip("/"), folder)
    sheets: list[SheetPart] = []
    is_1904 = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal is_1904
        name = name.rpartition(":")[2]
        if name == "workbookPr":
            # An extension has an element of the same name.
            is_1904 = is_1904 or attributes.get("date1904", "0") in ("1", "true", "on")
        elif name == "sheet":
            key = next((value for at, value in attributes.items() if at.endswith(":id")), "")
            state = attributes.get("state", "visible")
            sheets.append(
                SheetPart(
                    attributes.get("name", ""),
                    targets.get(key, ""),
                    kinds.get(key, ""),
                    state == "visible",
                )
            )

    _parse(container, workbook, start)
    return Parts(
        workbook,
        sheets,
        _one(container, kinds, targets, "sharedStrings", "xl/sharedstrings.xml"),
        _one(container, kinds, targets, "styles", "xl/styles.xml"),
        is_1904,
    )


def read_styles(container: Container, part: str) -> Styles:
    """Return the formats of a workbook's cells. Raises Refusal file.damaged."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    inside = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        name = name.rpartition(":")[2]
        if name == "numFmt":
            codes[_integer(attributes.get("numFmtId"))] = attributes.get("formatCode", "")[
                :_LONGEST_CODE
            ]
        elif name == "xf" and inside:
            numbers.append(_integer(attributes.get("numFmtId")))
        elif name in ("cellXfs", "cellStyles", "dxfs"):
            inside = name == "cellXfs"

    if part:
        _parse(container, part, start)
    # Many styles share a format, and a hostile file has a million of them.
    kinds = {number: kind_of_format(number, codes.get(number)) for number in set(numbers)}
    months = {number for number in kinds if shows_month_only(number, codes.get(number))}
    return Styles(
        [kinds[number] for number in numbers],
        frozenset(b"%d" % index for index, number in enumerate(numbers) if number in months),
    )


def _relationships(
    container: Container, part: str, folder: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return {id: kind} and {id: part name in lower case}."""
    kinds: dict[str, str] = {}
    targets: dict[str, str] = {}

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.endswith("Relationship") and attributes.get("TargetMode") != "External":
            key = attributes.get("Id", "")
            kinds[key] = attributes.get("Type", "").rpartition("/")[2]
            targets[key] = resolved(attributes.get("Target", ""), folder)

    _parse(container, part, start)
    return kinds, targets


def resolved(target: str, folder: str) -> str:
    """Return the part that a relationship's target names, seen from a folder of the container."""
    target = target.replace("\\", "/").lower()
    parts = [] if target.startswith("/") or not folder else folder.lower().split("/")
    for name in target.split("/"):
        if name == ".." and parts:
            parts.pop()
        elif name not in ("", ".", ".."):
            parts.append(name)
    return "/".join(parts)


def _one(
    container: Container, kinds: dict[str, str], targets: dict[str, str], kind: str, usual: str
) -> str:
    """Return the part of this kind; where no relationship names one, the usual one."""
    for key, said in kinds.items():
        if said == kind and targets[key] in container:
            return targets[key]
    return usual if usual in container else ""


def _parse(container: Container, part: str, start: _Started) -> None:
    content = container.read(part)
    MarkupGuard().see(content)
    parser = ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(content, True)
    except ExpatError as error:
        raise damaged(part) from error


def _integer(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else 0
