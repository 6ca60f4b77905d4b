"""What may stand in no log: numbers of persons, mobiles, passwords, tokens, cookies."""

import re
from collections.abc import Iterator

from registry.identity.resident_id import checks
from tests.factories.accounts import PASSWORD
from tests.fixtures.demo import PASSWORD as DEMO_PASSWORD

# Within longer numbers, and within digests and keys in hexadecimal, digits mean nothing.
_BEFORE, _AFTER = r"(?<![0-9A-Za-z_\-])", r"(?![0-9A-Za-z_\-])"
_NUMBER = re.compile(_BEFORE + r"[1-9][0-9]{16}[0-9Xx]" + _AFTER)
_SHAPES = {
    "mobile": re.compile(_BEFORE + r"1[3-9][0-9]{9}" + _AFTER),
    "token": re.compile(r"tx_[0-9]{6}_[A-Za-z0-9_-]{43}"),
    "cookie": re.compile(r"(?:__Host-)?tongxin(?:-device)?=[^;\s\"']{8,}"),
    "bearer": re.compile(r"Bearer [A-Za-z0-9_.\-]{8,}"),
    "password": re.compile("|".join(map(re.escape, (PASSWORD, DEMO_PASSWORD)))),
}


def leaks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the beginning of everything in a text that may stand in no log."""
    for found in _NUMBER.finditer(text):
        if checks(found[0].upper()):
            yield "document number", f"{found[0][:4]}…"
    for kind, shape in _SHAPES.items():
        for found in shape.finditer(text):
            yield kind, f"{found[0][:4]}…"
