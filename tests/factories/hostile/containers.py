"""Zip containers: bombs, quines, entries that lie, names that lead elsewhere, broken ends."""

import lzma
import struct
import warnings
import zipfile
from collections.abc import Callable
from functools import partial
from io import BytesIO

from msoffcrypto.format.ooxml import OOXMLFile

from tests.factories.hostile.base import SHEET, changed, sheet
from tests.factories.workbooks import part_of, with_part, zip_of

Make = Callable[[], bytes]
_ENTRY, _END = b"PK\x01\x02", b"PK\x05\x06"


def _entry(at: int, new: bytes) -> bytes:
    """Change the last entry of the directory."""
    content = sheet()
    return changed(content, content.rindex(_ENTRY) + at, new)


def _end(at: int, new: bytes) -> bytes:
    content = sheet()
    return changed(content, content.rindex(_END) + at, new)


def _named(name: str) -> bytes:
    return with_part(sheet(), name, b"x")


def _twice(name: str) -> bytes:
    out = BytesIO(sheet())
    with zipfile.ZipFile(out, "a") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr(zipfile.ZipInfo(name), b"<worksheet/>")
    return out.getvalue()


def _bomb(megabytes: int, name: str = "xl/media/a") -> bytes:
    return with_part(sheet(), name, b"\0" * (megabytes << 20))


def _lying_bomb() -> bytes:
    content = _bomb(40)
    return changed(content, content.rindex(_ENTRY) + 24, (10).to_bytes(4, "little"))


def _overlapping(count: int) -> bytes:
    """Many entries that unpack one and the same bytes."""
    content = with_part(sheet(), "xl/media/k", b"\0" * (900 << 10))
    begin, end = content.rindex(_ENTRY), content.rindex(_END)
    entry = content[begin:end]
    more = b"".join(entry.replace(b"xl/media/k", b"x%09d" % n) for n in range(count))
    first = content.index(_ENTRY)
    total = content[first:].count(_ENTRY) + count
    size = end - first + len(more)
    tail = struct.pack("<4s4H2LH", _END, 0, 0, total, total, size, first, 0)
    return content[:end] + more + tail


def _nested(depth: int) -> bytes:
    content = sheet()
    for _ in range(depth):
        content = zip_of({"a.xlsx": content})
    return content


def _self_named() -> bytes:
    """Its own bytes so far as one of its parts, as a quine has them."""
    return with_part(sheet(), "a.zip", sheet())


def _packed_by(method: int) -> bytes:
    out = BytesIO(sheet())
    with zipfile.ZipFile(out, "a", method) as archive:
        archive.writestr("xl/media/a", b"\0" * (8 << 20))
    return out.getvalue()


def _greedy_lzma() -> bytes:
    """A part whose unpacking asks for a dictionary of 1.5 GB."""
    content = _packed_by(zipfile.ZIP_LZMA)
    properties = lzma._encode_filter_properties({"id": lzma.FILTER_LZMA1})  # type: ignore[attr-defined]
    at = content.rindex(properties)
    return changed(content, at + 1, struct.pack("<I", 1_500_000_000))


def _link() -> bytes:
    out = BytesIO(sheet())
    with zipfile.ZipFile(out, "a") as archive:
        entry = zipfile.ZipInfo("xl/link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


def _encrypted() -> bytes:
    out = BytesIO()
    OOXMLFile(BytesIO(sheet())).encrypt("geheim123", out)
    return out.getvalue()


def _cut(share: float) -> bytes:
    content = sheet()
    return content[: int(len(content) * share)]


def _without(name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(sheet())) as archive:
        return zip_of({one: archive.read(one) for one in archive.namelist() if one != name})


REFUSED: dict[str, Make] = {
    "a part packed too tightly": partial(_bomb, 2),
    "a bomb of 40 MB": partial(_bomb, 40, "xl/z"),
    "a bomb that lies about its size": _lying_bomb,
    "a hundred entries over the same bytes": partial(_overlapping, 100),
    "two thousand entries": lambda: zip_of(
        {"xl/workbook.xml": b"<a/>", **{f"xl/media/{n}": b"" for n in range(2_001)}}
    ),
    "a workbook in a zip": partial(_nested, 1),
    "a workbook in twenty zips": partial(_nested, 20),
    "a part packed by bzip2, too tightly": partial(_packed_by, zipfile.ZIP_BZIP2),
    "a part packed by LZMA, too tightly": partial(_packed_by, zipfile.ZIP_LZMA),
    "a part that asks for a dictionary of 1.5 GB": _greedy_lzma,
    "an unknown method of packing": partial(_entry, 10, b"\x63\0"),
    "a wrong checksum": partial(_entry, 16, b"\1\2\3\4"),
    "an encrypted entry": partial(_entry, 8, b"\1\0"),
    "an entry whose place is past the end": partial(_entry, 42, b"\xff\xff\xff\x7f"),
    "a directory past the end": partial(_end, 16, b"\xff\xff\xff\x7f"),
    "a password on the whole": _encrypted,
    "a name that climbs": partial(_named, "../escape.xml"),
    "a name from the root": partial(_named, "/etc/passwd"),
    "a name that climbs in Windows' way": partial(_named, "xl\\..\\..\\x"),
    "a name on a drive": partial(_named, "C:/x"),
    "the sheet twice": partial(_twice, SHEET),
    "the sheet twice, in capitals": partial(_twice, SHEET.upper()),
    "the sheet twice, in Windows' way": partial(_twice, SHEET.replace("/", "\\")),
    "no sheet": partial(_without, SHEET),
    "no workbook": partial(_without, "xl/workbook.xml"),
    "cut off at 1 %": partial(_cut, 0.01),
    "cut off at 50 %": partial(_cut, 0.5),
    "cut off at 99 %": partial(_cut, 0.99),
}
DOUBTFUL: dict[str, Make] = {
    "an entry of four gigabytes": partial(_entry, 20, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
    "a directory of more entries than there are": partial(_end, 8, b"\xff\xff\xff\xff"),
    "its own bytes as a part": _self_named,
    "a link to a file of the machine": _link,
    "rubbish before": lambda: b"MZ" + bytes(1000) + sheet(),
    "rubbish behind": lambda: sheet() + bytes(1000),
    "a name of sixty thousand letters": partial(_named, "x" * 60_000),
    "a name with line breaks": partial(_named, "xl/a\n\r\tb"),
    "a sheet that is stored twice in its own text": lambda: with_part(
        sheet(), "xl/worksheets/sheet2.xml", part_of(sheet(), SHEET)
    ),
}
