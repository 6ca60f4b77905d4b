"""Browsers on which a person has signed in before: throttling tells them from strangers.

The cookie holds a random number and hashes of account names, signed; it opens nothing.
"""

import hashlib
import secrets
from typing import NamedTuple

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

_DAYS = 180
_KEEP = 8  # colleagues who share one machine


class Device(NamedTuple):
    """A browser and who has signed in on it."""

    id: str
    names: tuple[str, ...]

    def knows(self, name: str) -> bool:
        """Tell whether the account has signed in on this browser."""
        return _hash(name) in self.names


def present() -> Device | None:
    """Return the browser's device, None for a stranger."""
    text = request.cookies.get(current_app.config["DEVICE_COOKIE_NAME"])
    if not text:
        return None
    try:
        number, names = _serializer().loads(text, max_age=_DAYS * 86400)
    except (BadSignature, ValueError, TypeError):
        return None
    return Device(number, tuple(names))


def remember(answer: Response, name: str) -> None:
    """Note that this account has signed in on this browser."""
    device = present() or Device(secrets.token_urlsafe(12), ())
    names = [_hash(name), *(known for known in device.names if known != _hash(name))]
    answer.set_cookie(
        current_app.config["DEVICE_COOKIE_NAME"],
        _serializer().dumps([device.id, names[:_KEEP]]),
        max_age=_DAYS * 86400,
        secure=current_app.config["SECURE"],
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="device")
