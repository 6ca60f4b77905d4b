"""Looking for a few bytes in many: the sheets of a large register are a hundred million bytes."""

from __future__ import annotations


def holds(data: bytes, mark: bytes, rare: bytes) -> bool:
    """Tell whether `mark` stands in `data`; `rare` is a byte of it that is seldom there.

    One byte is found ten times as quickly as several, which are looked for only where it is there.
    """
    return rare in data and mark in data
