"""Sending a browser to another page."""

from urllib.parse import urlsplit

from flask import current_app, redirect, request
from werkzeug.wrappers import Response


def go(address: str) -> Response:
    """Send the browser elsewhere; a fragment's request takes the whole page along."""
    if request.headers.get("HX-Request"):
        answer = current_app.response_class(status=204)
        answer.headers["HX-Redirect"] = address
        return answer
    return redirect(address, 303)


def is_page() -> bool:
    """Whether a page was asked for: no act, and no file, which would leave the page as it is."""
    return request.method == "GET" and "." not in request.path.rpartition("/")[2]


def here() -> str | None:
    """Return the page to come back to; the address of a form or a file is none, but the page on
    which it stands.
    """
    if is_page() and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return came_from.path or None
