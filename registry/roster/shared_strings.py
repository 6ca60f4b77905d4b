"""The shared strings of an xlsx workbook: its texts, each once, that cells name by number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.parsers.expat import ExpatError, ParserCreate

from registry.roster.cells import text_of, unescaped
from registry.roster.refusal import damaged

_BLANKS = b" \t\r\n"
_PLAIN = re.compile(rb'<si><t(?: xml:space="(preserve)")?>([^<]*)</t></si>')
_AT_AN_EDGE = re.compile(rb"<t>[ \t\r\n]|[ \t\r\n]</t>")
_PREFIX = re.compile(rb"<([A-Za-z_][\w.-]*:)sst[\s>]")
# A cell takes 32,767 characters, each with a format of its own at the worst.
_LONGEST = 8 << 20


class SharedStrings:
    """`strings[b"7"]` is the eighth string; IndexError or ValueError where there is none."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._texts: list[str] = []
        for texts in _blocks(pieces):
            self._texts.extend(map(bytes.decode, texts))

    def __getitem__(self, raw: bytes) -> str:
        # The nought makes an error of a sign or a blank, which int() would take.
        return self._texts[int(b"0" + raw)]

    def many(self, raws: Sequence[bytes]) -> list[str]:
        """Return the strings of many cells at once, "" for no number; raises as looking up each
        would."""
        texts = self._texts
        if not b"".join(raws).isdigit():
            return [self[raw] if raw else "" for raw in raws]
        if b"" in raws:
            return [texts[int(raw)] if raw else "" for raw in raws]
        return list(map(texts.__getitem__, map(int, raws)))


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
    texts = [raw for _, raw in found]
    if _AT_AN_EDGE.search(block):
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
