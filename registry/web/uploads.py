"""A file that came by a form: whole and not empty, or refused."""

from typing import Any

from registry.errors import InputRefused
from registry.web.numbers import is_whole


def content_of(form: Any) -> bytes:
    """Return the bytes of a form's `file`; its `size` is what the page said of it.

    Raises `InputRefused` (upload.cut_off, upload.empty).
    """
    content: bytes = form.file.data.read()
    size = (form.size.data or "").strip()
    if is_whole(size) and int(size) != len(content):
        raise InputRefused("upload.cut_off", "文件没有传完整，请检查网络后重新上传。")
    if not content:
        raise InputRefused("upload.empty", "这个文件是空的（0 字节）。请打开原表保存后再上传。")
    return content
