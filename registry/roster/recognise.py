"""What a file is, by its content and never by its name."""

from registry.roster.refusal import Refusal

HEAD_BYTES = 4096

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"II*\x00", "图片"),
    (b"MM\x00*", "图片"),
    (b"%PDF", "PDF 文件"),
    (b"{\\rtf", "RTF 文档"),
    (b"Rar!", "压缩包，请先解压"),
    (b"7z\xbc\xaf'\x1c", "压缩包，请先解压"),
    (b"\x1f\x8b", "压缩包，请先解压"),
    (b"BZh", "压缩包，请先解压"),
    (b"\xfd7zXZ", "压缩包，请先解压"),
    (b"SQLite format 3", "数据库文件"),
    (b"MZ", "程序文件"),
    (b"\x7fELF", "程序文件"),
    (b"ID3", "音频文件"),
)
# Two letters may begin an honest text file; these signatures count only in binary content.
_SHORT = (b"BM", b"MZ")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognise(head: bytes) -> str:
    """Return zip, ole or text for the first bytes of a file.

    Raises Refusal file.not_a_workbook for what is clearly something else.
    """
    if not head:
        raise not_a_workbook("空文件（0 字节）")
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(_OLE):
        return "ole"
    # Excel 2 to 4 wrote the bare BIFF stream; nothing reads it any more.
    if head[:2] in (b"\x09\x00", b"\x09\x02", b"\x09\x04") and head[2:4] in (b"\x04\0", b"\x06\0"):
        raise not_a_workbook("很旧的 Excel 文件")
    binary = b"\0" in head
    for signature, found in _SIGNATURES:
        if head.startswith(signature) and (binary or signature not in _SHORT):
            raise not_a_workbook(found)
    if head[:4] == b"RIFF" or head[4:8] == b"ftyp":
        raise not_a_workbook("图片、音频或视频")
    _refuse_markup(head)
    return "text"


def _refuse_markup(head: bytes) -> None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
    if start.startswith(b"mime-version:") or start.startswith(b"from: <saved by"):
        raise not_a_workbook("网页（MHTML），只是名字像表格")
    if not start.startswith(b"<"):
        return
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head or b"excel.sheet" in start:
        raise not_a_workbook("XML 表格（2003 版），不是 Excel 工作簿")
    if any(tag in start for tag in (b"<html", b"<!doctype html", b"<table", b"<head", b"<body")):
        raise not_a_workbook("网页（HTML），只是名字像表格")
    if start.startswith((b"<?xml", b"<svg", b"<!")):
        raise not_a_workbook("XML 文件")


def not_a_workbook(found: str) -> Refusal:
    """Return the refusal that names what the file is instead of a spreadsheet."""
    return Refusal("file.not_a_workbook", found=found)
