"""The one form of a document in bytes: JSON as RFC 8785 (JCS) has it. Pure.

Of what the RFC treats, documents here have objects, lists, strings, whole numbers below 2^53, true,
false and null: sorted names, no blanks, UTF-8 with as few escapes as JSON allows. Names are ASCII,
so that the RFC's order by UTF-16 and Python's by code points are the same. Floating point numbers
are refused, for nothing that is counted has any.
"""

import json
from hashlib import sha256
from typing import Any


def canonical(document: Any) -> bytes:
    """Return the bytes of a document. Raises `TypeError` for what has no form here."""
    _check(document)
    return json.dumps(
        document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(content: bytes) -> str:
    """Return the SHA-256 of bytes as text."""
    return sha256(content).hexdigest()


def _check(value: Any) -> None:
    if isinstance(value, dict):
        if not all(isinstance(name, str) and name.isascii() for name in value):
            raise TypeError("names are ASCII")
        for one in value.values():
            _check(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _check(one)
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) >= 2**53:
            raise TypeError("numbers are below 2^53")
    elif value is not None and not isinstance(value, str | bool):
        raise TypeError(f"{type(value).__name__} has no form")
