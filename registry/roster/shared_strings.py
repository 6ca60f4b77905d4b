"""The shared strings of an xlsx workbook, held compactly: a large register has millions.

All texts are one run of UTF-8 with the place of each one's end, a quarter of what as many Python
strings take; only the first ones, where words such as 是 and 女 stand, are kept as strings.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate
from xml.parsers.expat import ExpatError, ParserCreate

from registry.roster.cells import text_of, unescaped
from registry.roster.refusal import damaged

_FEW = 4096
_BLANKS = b" \t\r\n"
_PLAIN = re.compile(rb'<si><t(?: xml:space="(preserve)")?>([^<]*)</t></si>')
_PREFIX = re.compile(rb"<([A-Za-z_][\w.-]*:)sst[\s>]")
# A cell takes 32,767 characters, each with a format of its own at the worst.
_LONGEST = 8 << 20


class SharedStrings(dict[bytes, str]):
    """`strings[b"7"]` is the eighth string; IndexError or ValueError where there is none."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._run = bytearray()
        self._ends = array("Q", (0,))
        for texts in _blocks(pieces):
            self._run += b"".join(texts)
            ends = accumulate(map(len, texts), initial=self._ends[-1])
            next(ends)
            self._ends.extend(ends)
        for index in range(min(_FEW, len(self._ends) - 1)):
            self[b"%d" % index] = self[b"0%d" % index]

    def __missing__(self, raw: bytes) -> str:
        # The nought makes an error of a sign or a blank, which int() would take.
        index = int(b"0" + raw)
        return self._run[self._ends[index] : self._ends[index + 1]].decode()


def _blocks(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the texts of the strings that end in each piece, in UTF-8."""
    parser: _Parser | None = None
    data = b""
    for is_odd, data in _cut(pieces):
        if is_odd:
            parser = parser or _Parser()
            yield parser.feed(data)
        else:
            yield _texts(data)
    if parser is not None:
        yield parser.feed(b"", last=True)


def _cut(pieces: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield (False, whole <si> elements), or from a comment or a prefix on (True, piece)."""
    data = b""
    begun = False
    rest = iter(pieces)
    for piece in rest:
        data += piece
        if b"<!" in data or (not begun and _PREFIX.search(data[:4096])):
            yield True, data if not begun else b"<sst>" + data
            break
        if not begun:
            start = data.find(b"<si")
            if start < 0:
                continue
            data, begun = data[start:], True
        cut = data.rfind(b"<si")
        if cut > 0:
            yield False, data[:cut]
            data = data[cut:]
        elif len(data) > _LONGEST:
            raise damaged("a string without an end")
    else:
        if begun:
            yield False, data[: data.rfind(b"</sst>")]
        return
    for piece in rest:
        yield True, piece


def _texts(block: bytes) -> list[bytes]:
    found = _PLAIN.findall(block)
    if len(found) != block.count(b"<si"):
        return _Parser().feed(b"<sst>" + block + b"</sst>", last=True)
    if b"\r" in block:
        found = [(kept, raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")) for kept, raw in found]
    texts = [raw if kept else raw.strip(_BLANKS) for kept, raw in found]
    if b"&" in block:
        texts = [unescaped(text) if b"&" in text else text for text in texts]
    if b"_x" in block:
        texts = [text_of(text).encode() if b"_x" in text else text for text in texts]
    return texts


class _Parser:
    """Strings by expat: rich text, phonetic runs (which are no part of the text), comments."""

    def __init__(self) -> None:
        self._done: list[bytes] = []
        self._string = ""
        self._text: list[str] | None = None
        self._is_kept = False
        self._phonetic = 0
        self._parser = ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, data: bytes, last: bool = False) -> list[bytes]:
        try:
            self._parser.Parse(data, last)
        except ExpatError as error:
            raise damaged("shared strings") from error
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "si":
            self._string = ""
        elif name == "t" and not self._phonetic:
            self._text = []
            self._is_kept = attributes.get("xml:space") == "preserve"
        elif name == "rPh":
            self._phonetic += 1

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "t" and self._text is not None:
            text = "".join(self._text)
            self._string += text if self._is_kept else text.strip(" \t\r\n")
            self._text = None
        elif name == "rPh":
            self._phonetic -= 1
        elif name == "si":
            self._done.append(text_of(self._string.encode()).encode())
