"""Restoring a backup into an empty place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from registry.backups import place, tables
from registry.backups.archive import ORIGINALS, TABLES, pieces, read_through, wrong_keys
from registry.backups.manifest import About, Head, Manifest
from registry.backups.queries import OPERATOR
from registry.backups.verifying import Faults, verify
from registry.db import db, setting, transaction
from registry.errors import InputRefused, StateRefused
from registry.submissions import originals
from registry.trail.operations import record
from registry.unions.queries import counties
from registry.vault import signing
from registry.vault.vault import vault

Say = Callable[[str], None]
ACTION = "backup.restore"


class Schema(NamedTuple):
    """What lays the schema: whether a revision is known, and how to bring the database to one."""

    knows: Callable[[str], bool]
    upgrade: Callable[[str], None]


class Restored(NamedTuple):
    """What is there now, and what is wrong with it."""

    made_at: datetime
    program: str
    revision: str
    tables: dict[str, int]
    originals: int
    heads: list[Head]
    faults: Faults


def examine(source: Path, schema: Schema) -> tuple[About, Manifest]:
    """Read a whole backup and return what it says of itself; nothing is changed.

    Raises `InputRefused` or `VaultError` for a backup that this installation cannot restore:
    damaged, cut off, of other keys, of a newer program.
    """
    about, manifest = read_through(source)
    _refuse_unless_openable(manifest)
    if not schema.knows(about.revision):
        raise InputRefused(
            "restore.newer",
            f"这份备份由更新的版本制作（{about.program}，数据库结构 {about.revision}），"
            "请先更新程序。",
        )
    return about, manifest


def restore(source: Path, schema: Schema, say: Say) -> Restored:
    """Fill an empty data folder that has its keys, and an empty database of either engine, then
    verify all that is there.

    Everything that can be refused is refused before anything is touched: raises as `examine` does,
    and `StateRefused` where the place is not empty.
    """
    folder: Path = setting("DATA")
    place.refuse_unless_empty(folder, db.engine)
    say("检查备份是否完整……")
    about, manifest = examine(source, schema)
    place.begin(folder)
    with _leaving_the_mark():
        schema.upgrade(about.revision)
        kept = _fill(source, say)
        schema.upgrade("head")
    say("核验恢复的数据……")
    faults = verify(manifest, say)
    _record(about, manifest, faults)
    place.end(folder)
    rows = {name: count for name, count in manifest.tables.items() if count}
    return Restored(
        about.made_at, about.program, about.revision, rows, kept, manifest.heads, faults
    )


def _refuse_unless_openable(manifest: Manifest) -> None:
    lacking = sorted(set(manifest.keys) - set(vault().key_numbers))
    if lacking:
        raise wrong_keys(lacking[-1])
    unknown = sorted(set(manifest.signing) - signing.trusted(setting("DATA")).keys())
    if unknown:
        raise StateRefused(
            "restore.signing",
            f"数据目录的 signing/trusted 里缺少签名公钥 {'、'.join(unknown)}，"
            "封账无法核验。请把原来的 signing 放回数据目录。",
        )


@contextmanager
def _leaving_the_mark() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # whatever it is, the place is not whole
        why = getattr(error, "strerror", None) or type(error).__name__
        raise StateRefused(
            "restore.broken",
            f"恢复中断（{why}），数据不全。排除原因后，请清空数据库和数据目录"
            "（保留 keys.json 和 signing），再恢复一次。",
        ) from error


def _fill(source: Path, say: Say) -> int:
    """Lay all rows in one transaction, and the originals; returns the number of these."""
    kept = 0
    with transaction() as session:
        described = {table.name: table for table in tables.described(session.connection())}
        with tables.references_later(session, list(described.values())):
            for piece in pieces(source):
                if piece.name.startswith(TABLES):
                    name = piece.name.removeprefix(TABLES).partition("/")[0]
                    tables.lay(session, described[name], piece.read())
                elif piece.name.startswith(ORIGINALS):
                    originals.keep_sealed(piece.name.removeprefix(ORIGINALS), piece.content)
                    kept += 1
                    if kept % 1000 == 0:
                        say(f"原始文件：{kept:,}")
    return kept


def _record(about: About, manifest: Manifest, faults: Faults) -> None:
    detail = {
        "made_at": about.made_at.isoformat(),
        "rows": manifest.rows,
        "originals": manifest.originals,
        "faults": len(faults),
    }
    with transaction() as session:
        for county in counties(session):
            record(
                session,
                ACTION,
                actor=None,
                actor_name=OPERATOR,
                county=county,
                place=county,
                result="faulty" if faults else "done",
                detail=detail,
            )
