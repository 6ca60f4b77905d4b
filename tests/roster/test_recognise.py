import pytest

from registry.roster.recognise import recognise
from registry.roster.refusal import Refusal


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PK\x03\x04rest", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        ("姓名,性别".encode(), "text"),
        ("姓名,性别".encode("gb18030"), "text"),
        (b"BMW,1", "text"),
    ],
)
def test_what_may_be_a_spreadsheet(head, kind):
    assert recognise(head) == kind


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"", "0 字节"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"\xff\xd8\xff\xe0", "图片"),
        (b"BM\x00\x00", "图片"),
        (b"RIFF\x00\x00\x00\x00WEBP", "图片"),
        (b"%PDF-1.7", "PDF"),
        (b"{\\rtf1", "RTF"),
        (b"Rar!\x1a\x07", "压缩包"),
        (b"\r\n<html><table>", "HTML"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "HTML"),
        (b"<table border=1>", "HTML"),
        (b"MIME-Version: 1.0\r\n", "MHTML"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "2003"),
        (b'<?xml version="1.0"?><a/>', "XML"),
    ],
)
def test_what_is_none_is_named(head, found):
    with pytest.raises(Refusal) as refused:
        recognise(head)
    assert refused.value.code == "file.not_a_workbook"
    assert found in refused.value.facts["found"]
