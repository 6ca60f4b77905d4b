"""Workbooks for the clerk: always a file to keep, never a page to show."""

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote

from flask import Response, send_file, stream_with_context

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: bytes, name: str, kind: str = XLSX) -> Response:
    """Return the bytes as an attachment under a name, which may be Chinese."""
    answer = send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def streamed(pieces: Iterator[bytes], name: str, kind: str = "text/csv") -> Response:
    """Return a file that is made while it is sent, as an attachment under a name."""
    answer = Response(stream_with_context(pieces), mimetype=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
