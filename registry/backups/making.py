"""Making a backup while the site runs."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from io import BufferedRandom
from pathlib import Path
from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from registry.backups import tables
from registry.backups.archive import ABOUT, ORIGINALS, TABLES, Writer
from registry.backups.manifest import About, Head, Manifest
from registry.backups.queries import MADE, OPERATOR
from registry.clock import SHANGHAI, now
from registry.db import db, setting, transaction
from registry.errors import InputRefused
from registry.jobs import files
from registry.submissions import originals
from registry.trail.operations import record
from registry.unions.queries import counties
from registry.vault import signing
from registry.vault.vault import vault

Say = Callable[[str], None]
_ENDING = ".backup"


class Made(NamedTuple):
    """A backup that is there: what is in it, and the SHA-256 of its file."""

    path: Path
    size: int
    sha256: str
    about: About
    manifest: Manifest


def make(destination: Path, say: Say) -> Made:
    """Write a backup to a path that does not exist yet and ends in `.backup`, or into a folder
    under a name with its time.

    The database as it is at one moment, then the originals that it names: an original is written
    before its row. The file has its name only when it is complete and on the disk. Raises
    `InputRefused` when it cannot be written there.
    """
    path = _target(destination)
    with _refusing_full_disks(path), _written_whole(path) as file:
        writer = Writer(file)
        about, manifest = _fill(writer, say)
        file.flush()
        size, digest = file.tell(), _digest(file)
        # On the trail before it has its name: no record, no backup.
        _record(about, manifest, size, digest)
    return Made(path, size, digest, about, manifest)


def _target(destination: Path) -> Path:
    if destination.is_dir():
        return destination / f"tongxin-{now().astimezone(SHANGHAI):%Y%m%d-%H%M%S}{_ENDING}"
    if destination.exists():
        raise InputRefused("backup.exists", f"{destination} 已经存在，不会被覆盖。")
    if destination.suffix != _ENDING:
        # A folder that is not mounted must not become a file in its place.
        raise InputRefused(
            "backup.folder",
            f"文件夹 {destination} 不存在或没有挂载，请先建好；"
            f"写成文件的，文件名以 {_ENDING} 结尾。",
        )
    return destination


@contextmanager
def _refusing_full_disks(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputRefused(
            "backup.unwritable",
            f"备份没有做成：{error.filename or path}（{error.strerror}）。",
        ) from None


@contextmanager
def _written_whole(path: Path) -> Iterator[BufferedRandom]:
    """Yield a file that gets its name only when all has gone well and is on the disk."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _fill(writer: Writer, say: Say) -> tuple[About, Manifest]:
    with tables.snapshot() as connection:
        about = About(now(), version("tongxin"), _revision(connection), connection.dialect.name)
        writer.add(ABOUT, msgspec.json.encode(about))
        counts = _write_tables(writer, connection, say)
        heads = _heads(connection)
        names = list(files.named(connection))
    missing = _write_originals(writer, names, say)
    manifest = Manifest(
        tables=counts,
        originals=len(names) - len(missing),
        missing=_still_named(missing),
        heads=heads,
        keys=vault().key_numbers,
        signing=sorted(signing.trusted(setting("DATA"))),
    )
    writer.finish(manifest)
    return about, manifest


def _revision(connection: sa.Connection) -> str:
    version_of = sa.table(tables.VERSION, sa.column("version_num"))
    return str(connection.execute(sa.select(version_of.c.version_num)).scalar_one())


def _write_tables(writer: Writer, connection: sa.Connection, say: Say) -> dict[str, int]:
    counts: dict[str, int] = {}
    for table in tables.described(connection):
        counts[table.name] = 0
        for number, part in enumerate(tables.parts(connection, table)):
            writer.add(f"{TABLES}{table.name}/{number}", part.content)
            counts[table.name] += part.rows
        if counts[table.name]:
            say(f"{table.name}：{counts[table.name]:,} 行")
    return counts


def _heads(connection: sa.Connection) -> list[Head]:
    head = sa.table("trail_head", sa.column("county"), sa.column("number"), sa.column("hash"))
    found = connection.execute(sa.select(head).order_by(head.c.county))
    return [Head(one.county, one.number, bytes(one.hash).hex()) for one in found]


def _write_originals(writer: Writer, names: list[str], say: Say) -> list[str]:
    """Copy the originals; returns those that are not there."""
    missing = []
    for done, name in enumerate(names, start=1):
        try:
            with originals.open_sealed(name) as file:
                writer.add_file(ORIGINALS + name, file, os.fstat(file.fileno()).st_size)
        except FileNotFoundError:
            missing.append(name)
        if done % 1000 == 0 or done == len(names):
            say(f"原始文件：{done:,} / {len(names):,}")
    return missing


def _still_named(missing: list[str]) -> list[str]:
    """Leave out what was given up since the database was read: that one's file went with it."""
    if not missing:
        return []
    session = db.session()
    session.rollback()
    return sorted(set(missing) & set(files.named(session)))


def _digest(file: BufferedRandom) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0, os.SEEK_END)
    return digest


def _record(about: About, manifest: Manifest, size: int, digest: str) -> None:
    detail = {
        "sha256": digest,
        "bytes": size,
        "made_at": about.made_at.isoformat(),
        "rows": manifest.rows,
        "originals": manifest.originals,
        "missing": len(manifest.missing),
    }
    with transaction() as session:
        for county in counties(session):
            record(
                session,
                MADE,
                actor=None,
                actor_name=OPERATOR,
                county=county,
                place=county,
                detail=detail,
            )
