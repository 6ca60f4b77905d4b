"""What a backup says of itself: first what it is, last what must be in it."""

from datetime import datetime
from typing import NamedTuple

import msgspec

FORMAT = 1


class About(msgspec.Struct, frozen=True):
    """What is known when a backup begins; `revision` is the schema's."""

    made_at: datetime
    program: str
    revision: str
    engine: str  # sqlite or postgresql; either restores into either


class Head(NamedTuple):
    """The end of a county's trail."""

    county: str
    number: int
    hash: str  # hexadecimal


class Manifest(msgspec.Struct, frozen=True):
    """What is known when a backup ends."""

    tables: dict[str, int]  # rows
    originals: int
    missing: list[str]  # originals that the database names and that were not there
    heads: list[Head]
    keys: list[int]  # numbers of the keys that may have sealed what is in it
    signing: list[str]  # numbers of the public keys that signatures in it verify with

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(self.tables.values())
