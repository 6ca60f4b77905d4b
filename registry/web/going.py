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


def here() -> str | None:
    """Return the page to come back to; a form's address cannot be opened again, its page can."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    came_from = urlsplit(request.headers.get("HX-Current-URL") or request.referrer or "")
    return came_from.path or None
