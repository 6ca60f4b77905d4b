"""Files that leave: always one to keep, never a page to show."""

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote

from flask import Response, g, send_file, stream_with_context

from registry.clock import now
from registry.roster import watermark

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


CSV = "text/csv"


def taken_by() -> str:
    """Return what a file with people in it says of who takes it now."""
    return watermark.words(g.actor.name, now())


def attachment(content: bytes, name: str, kind: str = XLSX) -> Response:
    """Return the bytes as an attachment under a name, which may be Chinese."""
    answer = send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def streamed(pieces: Iterator[bytes], name: str, kind: str = CSV) -> Response:
    """Return a file that is made while it is sent, as an attachment under a name."""
    answer = Response(stream_with_context(pieces), mimetype=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
