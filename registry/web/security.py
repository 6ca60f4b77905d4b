"""Headers that every answer carries, and addresses of static files that may be kept for ever."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: over https the protection against forged requests compares the referrer.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_YEAR = 31_536_000


def install(app: Flask) -> None:
    """Set the headers on every answer and put hashes into static addresses."""
    app.after_request(_set_headers)
    app.url_defaults(_add_version)


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if current_app.config["SECURE"]:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}; includeSubDomains"
    response.headers["Cache-Control"] = _caching(response)
    return response


def _caching(response: Response) -> str:
    """Pages show people: nothing of them stays in a shared machine's cache."""
    if request.endpoint != "static" or response.status_code not in (200, 206, 304):
        return "no-store"
    filename = (request.view_args or {}).get("filename", "")
    if request.args.get("v") and request.args["v"] == version_of(filename):
        return f"public, max-age={_YEAR}, immutable"
    return "no-cache"


def version_of(filename: str) -> str:
    """Return a short hash of a static file's content, empty when there is no such file."""
    path = Path(current_app.static_folder or "") / filename
    try:
        stat = path.stat()
    except OSError:
        return ""
    return _hash(path, stat.st_mtime_ns)


@lru_cache(maxsize=512)
def _hash(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values and "v" not in values:
        values["v"] = version_of(values["filename"])
