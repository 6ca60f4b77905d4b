"""What a detector found: plain values, with a fingerprint of the facts. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from registry.anomalies.kinds import AnomalyKind

KEPT = 100  # members and submissions that are kept to be looked at; their number is in the reason


class Evidence(msgspec.Struct):
    """What a page leads to: the first members and submissions that were counted."""

    members: list[int] = []
    submissions: list[int] = []


class Fact(NamedTuple):
    """One anomaly as found. `basis` are the facts that make it this one and no other: what is
    counted, by number.
    """

    kind: AnomalyKind
    union_code: str
    subject: str
    basis: Sequence[Any]
    reason: str
    members: Sequence[int] = ()
    submissions: Sequence[int] = ()
    account_id: int | None = None
    other_id: int | None = None

    @property
    def fingerprint(self) -> bytes:
        """The SHA-256 of the facts."""
        return hashlib.sha256(msgspec.json.encode(list(self.basis))).digest()

    @property
    def evidence(self) -> str:
        """What is kept to be looked at."""
        kept = Evidence(_first(self.members), _first(self.submissions))
        return msgspec.json.encode(kept).decode()


def _first(numbers: Iterable[int]) -> list[int]:
    return sorted(set(numbers))[:KEPT]
