"""Workbooks for the clerk: always a file to keep, never a page to show."""

from io import BytesIO

from flask import Response, send_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(content: bytes, name: str, kind: str = XLSX) -> Response:
    """Return the bytes as an attachment under a name, which may be Chinese."""
    answer = send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
