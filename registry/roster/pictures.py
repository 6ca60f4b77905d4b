"""Pictures on a workbook's sheets carried over as they are; runs only in the sandbox process.

openpyxl keeps pictures only with Pillow, which would take foreign pictures apart. Here their bytes
are handed on unopened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.xml.constants import IMAGE_NS
from openpyxl.xml.functions import fromstring

# Kinds that programs show and that run nothing; not .emf, .wmf, .svg.
_KINDS = {"png": b"\x89PNG", "jpeg": b"\xff\xd8\xff", "jpg": b"\xff\xd8\xff", "gif": b"GIF8"}


class Picture(Image):
    """Bytes, kind and anchor, as openpyxl's writer asks of an image."""

    def __init__(self, content: bytes, kind: str, anchor: Any) -> None:
        # Image's own would have Pillow open the picture.
        self._content = content
        self.format = "jpeg" if kind == "jpg" else kind
        self.anchor = anchor

    def _data(self) -> bytes:
        return self._content


def keep_pictures(content: bytes, workbook: Workbook) -> None:
    """Give the worksheets of a workbook just loaded their pictures back."""
    with ZipFile(BytesIO(content)) as archive:
        sheets: list[Any] = list(workbook.worksheets)
        for sheet in sheets:
            # Where a picture cannot be understood the sheet goes without it.
            with suppress(KeyError, ValueError, TypeError, SyntaxError, AttributeError):
                for picture in _pictures(archive, sheet):
                    sheet._images.append(picture)


def _pictures(archive: ZipFile, sheet: Any) -> Iterator[Picture]:
    reader: Any = SpreadsheetDrawing
    path_of: Any = get_rels_path
    for drawing in sheet._rels.find(reader._rel_type):
        described = reader.from_tree(fromstring(archive.read(drawing.target)))
        dependents = get_dependents(archive, path_of(drawing.target))
        for blip in described._blip_rels:
            part = dependents.get(blip.embed)
            kind = part.target.rpartition(".")[2].lower()
            data = archive.read(part.target) if part.Type == IMAGE_NS and kind in _KINDS else b""
            if data and data.startswith(_KINDS[kind]):
                _unlink(blip.anchor)
                yield Picture(data, kind, blip.anchor)


def _unlink(anchor: Any) -> None:
    """Take the link off a picture: it could start something, and its address would be missing."""
    picture = anchor.pic or anchor.groupShape.pic
    picture.nvPicPr.cNvPr.hlinkClick = None
    picture.nvPicPr.cNvPr.hlinkHover = None
