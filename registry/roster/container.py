"""Preflight of a zip container (xlsx, xlsm, ods): nothing that its directory claims is believed.

Every part is unpacked once, in pieces, and counted; the readers of the second look
(`registry.roster.ooxml`, `registry.roster.opendocument`) see the pieces pass by, so that no large
part is unpacked twice on our side.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BufferedIOBase

from registry.roster.limits import Bounds, size_words
from registry.roster.recognise import not_a_workbook
from registry.roster.refusal import Refusal, damaged

RATIO_FROM = 1 << 20
PIECE = 1 << 18

_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)

_WORKBOOK = "xl/workbook.xml"
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
_TARGET = re.compile(rb"""\sTarget=["']([^"']*)["']""")

_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")

# The first part that is there tells what the container is.
_KINDS = (
    ("xl/workbook.bin", "Excel 二进制工作簿（.xlsb）"),
    ("word/document.xml", "Word 文档"),
    ("ppt/presentation.xml", "PowerPoint 演示文稿"),
    ("index/document.iwa", "Numbers 表格"),
    ("meta-inf/container.xml", "电子书"),
)


class Container:
    """An opened zip file whose directory is sound: few entries, no double or escaping names."""

    def __init__(self, file: BufferedIOBase, bounds: Bounds) -> None:
        self.bounds = bounds
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN as error:
            raise damaged("zip directory") from error
        entries = self._zip.infolist()
        if len(entries) > bounds.entries:
            raise Refusal("file.too_large", what="内的部件数", limit=f"{bounds.entries} 个")
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            # Some programs write Windows' separators.
            name = entry.filename.lower().replace("\\", "/")
            if name in self._entries or _escapes(name):
                raise damaged("double or escaping name")
            if entry.flag_bits & 1:
                raise Refusal("file.encrypted")
            self._entries[name] = entry

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def main_part(self) -> str:
        """Return the name, in lower case, of the part that is the workbook of an xlsx; "" where
        there is none."""
        if _WORKBOOK in self:
            return _WORKBOOK
        if b"spreadsheetml" not in self.read("[Content_Types].xml"):
            return ""
        for tag in _RELATIONSHIP.findall(self.read("_rels/.rels")):
            target = _TARGET.search(tag)
            name = target.group(1).decode("utf-8", "replace").lstrip("/").lower() if target else ""
            if b"/officeDocument" in tag and name.endswith(".xml") and name in self:
                return name
        return ""

    def format(self) -> str:
        """Return xlsx, xlsm or ods; raise Refusal for every other kind of container."""
        if self.main_part():
            return "xlsm" if b"macroEnabled" in self.read("[Content_Types].xml") else "xlsx"
        kind = self.read("mimetype")
        if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
            if b"encryption-data" in self.read("META-INF/manifest.xml"):
                raise Refusal("file.encrypted")
            return "ods"
        if kind.startswith(b"application/vnd.oasis.opendocument"):
            raise not_a_workbook("其他 OpenDocument 文档")
        for part, found in _KINDS:
            if part in self:
                raise not_a_workbook(found)
        raise not_a_workbook("压缩包，请先解压")

    def read(self, name: str, most: int = 16 << 20) -> bytes:
        """Return a small part, or b"" where there is none; raises Refusal beyond `most` bytes."""
        entry = self._entries.get(name.lower())
        if entry is None:
            return b""
        try:
            with self._zip.open(entry) as part:
                content = part.read(most + 1)
        except _BROKEN as error:
            raise damaged(name) from error
        if len(content) > most:
            raise Refusal("file.too_large", what="内的部件", limit=size_words(most))
        return content

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a part's pieces, none where there is no such part. For parts that `parts` has
        already counted."""
        entry = self._entries.get(name.lower())
        if entry is None:
            return
        try:
            with self._zip.open(entry) as part:
                while piece := part.read(PIECE):
                    yield piece
        except _BROKEN as error:
            raise damaged(name) from error

    def parts(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Yield every part's name (lower case) with its pieces, which must be used up.

        Raises Refusal as soon as more bytes than the bounds allow have come out, a part of over
        1 MB was packed too tightly, or a markup part holds a DOCTYPE or an ENTITY.
        """
        self._left = self.bounds.unpacked_bytes
        for name, entry in self._entries.items():
            yield name, self._pieces(name, entry)

    def _pieces(self, name: str, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        unpacked = 0
        guard = MarkupGuard(_may_be_utf_16(name))
        try:
            with self._zip.open(entry) as part:
                while piece := part.read(PIECE):
                    unpacked += len(piece)
                    self._count(len(piece), unpacked, entry.compress_size)
                    guard.see(piece)
                    yield piece
        except _BROKEN as error:
            raise damaged(name) from error

    def _count(self, length: int, unpacked: int, packed: int) -> None:
        self._left -= length
        if self._left < 0:
            raise Refusal(
                "file.too_large", what="解压后", limit=size_words(self.bounds.unpacked_bytes)
            )
        if unpacked > RATIO_FROM and unpacked > self.bounds.ratio * packed:
            raise Refusal("file.too_large", what="的压缩比", limit=f"{self.bounds.ratio}:1")


class MarkupGuard:
    """Refuses a markup part that declares a document type or an entity, piece by piece.

    `may_be_utf_16`: for parts that nobody reads; in others the tokens would go unseen.
    """

    def __init__(self, may_be_utf_16: bool = False) -> None:
        self._may_be_utf_16 = may_be_utf_16
        self._markup: bool | None = None
        self._end = b""

    def see(self, piece: bytes) -> None:
        """Raise Refusal when a forbidden declaration stands in this piece or across its edge."""
        if self._markup is None:
            self._begin(piece)
        if not self._markup:
            return
        seam = self._end + piece[:16]
        has_any = b"!" in piece or b"!" in self._end
        if has_any and (_DECLARATION.search(piece) or _DECLARATION.search(seam)):
            raise damaged("DOCTYPE or ENTITY")
        self._end = piece[-16:]

    def _begin(self, piece: bytes) -> None:
        is_utf_16 = piece.startswith((b"\xff\xfe<", b"\xfe\xff\0<", b"<\0", b"\0<"))
        if is_utf_16 and not self._may_be_utf_16:
            # No cell would be seen in such a part.
            raise damaged("UTF-16 part")
        self._markup = piece.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def _may_be_utf_16(name: str) -> bool:
    """Excel keeps the user's own data so (Power Query), and nothing of ours reads it."""
    return name.startswith("customxml/") or not name.endswith((".xml", ".rels"))


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]
