"""The rows of an xlsx sheet by an XML parser: knows every way of writing a cell, and is slow.

Used by `registry.roster.stream` for one row that is written in an unusual way, or for the rest of
a sheet from the first comment on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.parsers.expat import ExpatError, ParserCreate

from registry.roster.cells import Value, text_of
from registry.roster.look import column_number
from registry.roster.refusal import damaged

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384

_REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")

Row = list[object]


def checked(number: int, reached: int) -> int:
    """Return a row's number; raises Refusal where it does not follow the last one."""
    if number <= reached:
        raise damaged("row numbers do not ascend")
    if number > MOST_ROWS:
        raise damaged("row number")
    return number


def placed(places: Sequence[int], values: Row) -> Row:
    """Return the row up to its last content."""
    last = len(values)
    while last and values[last - 1] == "":
        last -= 1
    if not last:
        return []
    width = places[last - 1] + 1
    if width == last:
        return values if last == len(values) else values[:last]
    row: Row = [""] * width
    for place, value in zip(places, values[:last], strict=False):
        row[place] = value
    return row


class SheetParser:
    """Takes a sheet's XML in pieces. `kinds(type, style)` gives the function for a cell's text,
    `reached` is the number of the last row before."""

    def __init__(self, kinds: Callable[[str, str], Value], reached: int) -> None:
        self.reached = reached
        self._kinds = kinds
        self._done: list[tuple[int, Row]] = []
        self._cells: dict[int, object] = {}
        self._column = -1
        self._kind = self._style = ""
        self._value: object = ""
        self._text: list[str] | None = None
        self._is_kept = self._is_astray = False
        self._phonetic = 0
        self._parser = ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, data: bytes, last: bool = False) -> list[tuple[int, Row]]:
        """Return the rows that end in this piece."""
        try:
            self._parser.Parse(data, last)
        except ExpatError as error:
            raise damaged("sheet") from error
        if last:
            self._let_go()
        done, self._done = self._done, []
        return done

    def _let_go(self) -> None:
        """Part from the parser, which holds us as we hold it: one may be made for each row, and
        the sandbox collects no circles."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = None
        self._parser.CharacterDataHandler = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            said = attributes.get("r", "")
            self.reached = checked(int(said) if said else self.reached + 1, self.reached)
            self._cells, self._column = {}, -1
        elif name == "c":
            self._place(attributes.get("r"))
            self._kind, self._style = attributes.get("t", ""), attributes.get("s", "")
            self._value = ""
        elif name == "v" or (name == "t" and not self._phonetic):
            self._text = []
            self._is_kept = attributes.get("xml:space") == "preserve"
        elif name == "rPh":
            self._phonetic += 1

    def _place(self, reference: str | None) -> None:
        self._is_astray = False
        if reference is None:
            self._column += 1
        else:
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                raise damaged("reference of a cell")
            self._is_astray = int(found.group(2)) != self.reached
            self._column = column_number(found.group(1))
        if self._column in self._cells or self._column >= MOST_COLUMNS:
            raise damaged("two cells in one place")
        self._cells[self._column] = ""

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        if name == "v" and self._text is not None:
            raw = "".join(self._text).encode()
            self._value = self._kinds(self._kind, self._style)(raw) if raw else ""
            self._text = None
        elif name == "t" and self._text is not None:
            text = "".join(self._text)
            self._value = str(self._value) + text_of(
                (text if self._is_kept else text.strip(" \t\r\n")).encode()
            )
            self._text = None
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "c":
            if self._is_astray and self._value != "":
                raise damaged("a cell in another row")
            self._cells[self._column] = self._value
        elif name == "row":
            places = sorted(self._cells)
            self._done.append((self.reached, placed(places, [self._cells[at] for at in places])))
