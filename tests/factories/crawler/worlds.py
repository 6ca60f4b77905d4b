"""A site's whole state kept and brought back, compared, and led by steady chance.

On SQLite: its file is copied within milliseconds.
"""

import hashlib
import itertools
import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from registry.db import db
from tests.factories.dump import LOOKS

Rows = dict[str, frozenset[str]]
# A form that was sent is known by a digest of all its fields, whatever they do.
_LEFT_OUT = LOOKS | {"form_sent"}


class World(NamedTuple):
    """The database and the files of a moment."""

    database: bytes
    files: dict[Path, bytes]


def keep(folder: Path) -> World:
    """Return the state of the site whose data stand in `folder`."""
    db.session.rollback()
    with closing(_database(folder)) as source, closing(sqlite3.connect(":memory:")) as copy:
        source.backup(copy)
        files = {one: one.read_bytes() for one in (folder / "originals").rglob("*")}
        database = copy.serialize()
        # A database in memory has no log beside it: byte 18 and 19 of the header say so.
        return World(database[:18] + b"\1\1" + database[20:], files)


def bring_back(world: World, folder: Path) -> None:
    """Make the site as it was."""
    db.session.rollback()
    with closing(_database(folder)) as target, closing(sqlite3.connect(":memory:")) as copy:
        copy.deserialize(world.database)
        copy.backup(target)
    for path, content in world.files.items():
        if not path.exists():
            path.write_bytes(content)


def rows(folder: Path) -> Rows:
    """Return the rows of all tables as text, those left out that every request writes to."""
    with closing(_database(folder)) as database:
        names = [
            name
            for (name,) in database.execute("select name from sqlite_master where type = 'table'")
        ]
        return {
            name: frozenset(map(repr, database.execute(f"select * from {name}")))
            for name in names
            if name not in _LEFT_OUT
        }


def differing(one: Rows, other: Rows) -> dict[str, frozenset[str]]:
    """Return what stands in one of two states only, by table."""
    return {name: one[name] ^ other[name] for name in one if one[name] != other[name]}


class Chance:
    """What `os.urandom` draws, the same from each `again` on: acts can be compared."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(os, "urandom", self._draw)
        patch.setattr(random, "_urandom", self._draw)
        self.again()

    def again(self) -> None:
        """Begin anew."""
        self._numbers: Iterator[int] = itertools.count()

    def _draw(self, size: int) -> bytes:
        return hashlib.shake_256(str(next(self._numbers)).encode()).digest(size)


def _database(folder: Path) -> sqlite3.Connection:
    database = sqlite3.connect(folder / "registry.sqlite3", timeout=30)
    database.execute("PRAGMA synchronous=OFF").close()
    return database
